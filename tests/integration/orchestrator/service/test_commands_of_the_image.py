"""What the container files run, run by hand: the same commands and variables, without a container engine."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.services.installation import FOREIGN, ROOT
from tests.services.ports import free_port
from tests.services.postgres import Postgres
from tests.services.redis import Redis

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())["services"]
HEALTH = re.search(r"HEALTHCHECK[^[]*(\[.*\])", (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8"))


def by_hand(command: list[str], *, port: int) -> list[str]:
    """Return a command of the image with this Python and a free port; everything else stays."""
    assert command[0] == "python"
    return [sys.executable, *(part.replace("8000", str(port)).replace("0.0.0.0", "127.0.0.1") for part in command[1:])]


def environment_of(service: str, *, chosen: dict[str, str], database: str, broker: str, home: Path) -> dict[str, str]:
    """Return a service's variables as compose fills them in, with its servers' addresses here."""
    said = SERVICES[service]["environment"]
    filled = {
        name: re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda m: chosen.get(m[1], m[2] or ""), str(value))
        for name, value in said.items()
    }
    inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**inherited, **filled, "DATABASE_URL": database, "BROKER_URL": broker, "HANDOFF_HOME": str(home)}


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a service; it must end in order when told to, as `docker stop` tells it."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        yield process
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


def health_check(environment: dict[str, str], *, port: int) -> int:
    """Run the image's health check once; return its exit status."""
    assert HEALTH is not None
    command = by_hand(yaml.safe_load(HEALTH[1]), port=port)
    return subprocess.run(command, env=environment, capture_output=True, timeout=15, check=False).returncode


def health(*, port: int) -> tuple[int, dict[str, str]]:
    """Return status and content of the health page; (0, {}) while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        return 0, {}
    finally:
        connection.close()


def wait_for_health(wanted: Callable[[int, dict[str, str]], bool], *, port: int, log: Path) -> None:
    """Wait until the health page says what is wanted; fail with what it said last, and the end of the log."""
    deadline = time.monotonic() + 60
    while not wanted(*(said := health(port=port))):
        assert time.monotonic() < deadline, (said, log.read_text(errors="replace")[-2000:])
        time.sleep(0.2)


@pytest.mark.real
def test_the_commands_of_the_image_bring_it_up_and_its_health_check_notices_a_missing_worker(tmp_path: Path) -> None:
    port = free_port()
    with Postgres() as postgres, Redis() as redis, ExitStack() as parts:
        chosen = {"POSTGRES_PASSWORD": "unused", "HANDOFF_SECRET_KEY": "of this test"}

        def variables(service: str) -> dict[str, str]:
            return environment_of(service, chosen=chosen, database=postgres.url, broker=redis.url, home=tmp_path)

        def start(service: str) -> subprocess.Popen[bytes]:
            command = by_hand(SERVICES[service]["command"], port=port)
            return parts.enter_context(running(command, variables(service), tmp_path / f"{service}.log"))

        migrated = subprocess.run(
            by_hand(SERVICES["migrate"]["command"], port=port), cwd=ROOT, env=variables("migrate"),
            capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert migrated.returncode == 0, migrated.stderr
        start("web")
        start("beat")
        # Only an answer counts: a web process that still starts is not healthy either.
        wait_for_health(lambda status, said: said.get("beat") == "up", port=port, log=tmp_path / "web.log")
        status, said = health(port=port)
        assert (status, said["worker"], said["web"]) == (503, "down", "up")
        assert health_check(variables("web"), port=port) != 0
        start("worker")
        wait_for_health(lambda status, _: status == 200, port=port, log=tmp_path / "worker.log")
        assert health_check(variables("web"), port=port) == 0
