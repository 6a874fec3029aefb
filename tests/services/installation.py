"""A whole installation as a user runs it: the supervisor and its processes, with a home folder of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import psutil

from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
#: what a developer's shell or the lane may have set, and an installation must not inherit
FOREIGN = ("DATABASE_URL", "BROKER_URL", "HANDOFF_LANE", "HANDOFF_PART", "HANDOFF_SQLITE", "HANDOFF_SUPERVISOR")


class NotUp(AssertionError):
    """The installation is not up in time; the text is what its health page said last, and its log's end."""


class Installation:
    """Runs from `with` to the end of it; nothing of it is left afterwards."""

    def __init__(self, *, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self.port = free_port()
        self.log = home / "log"
        inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.environment = {
            **inherited,
            "HANDOFF_HOME": str(home),
            "HANDOFF_DEMO": "0",
            "HANDOFF_SECRET_KEY": "of this test",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Installation:
        self.home.mkdir(parents=True, exist_ok=True)
        self.manage("prepare")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until all of it is up."""
        command = [sys.executable, "-m", "orchestrator.service", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.wait_until_up()

    def stop(self) -> int:
        """End it as SIGTERM does; return the exit status."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            for process in self.processes():
                process.kill()
            self._process.kill()
            raise

    @property
    def supervisor(self) -> psutil.Process:
        """The process that keeps the others running."""
        assert self._process is not None, "it was not started"
        return psutil.Process(self._process.pid)

    def processes(self) -> list[psutil.Process]:
        """Return every process but the supervisor."""
        return self.supervisor.children(recursive=True)

    def part(self, name: str) -> psutil.Process:
        """Return the first process of a part: embedded, web, worker or beat."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for process in self.supervisor.children():
                if process.cmdline()[-1:] != [] and name in process.cmdline():
                    return process
            time.sleep(0.1)
        raise NotUp(f"there is no {name}: {self.last_words()}")

    def kill(self, name: str) -> None:
        """Kill a part with SIGKILL: it cannot tell anybody."""
        self.part(name).kill()

    def manage(self, *arguments: str, seconds: float = 180) -> str:
        """Run a command of `manage.py` and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment,
            capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def health(self, *, seconds: float = 5) -> dict[str, str]:
        """Return what the health page says; without an answer `{}`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", "/healthz")
            said: dict[str, str] = json.loads(connection.getresponse().read())
            return said
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()

    def wait_until_up(self, *, seconds: float = 30) -> float:
        """Return after how many seconds everything is up."""
        began = time.monotonic()
        said: dict[str, str] = {}
        while time.monotonic() - began < seconds:
            said = self.health()
            if said.get("status") == "up":
                return time.monotonic() - began
            time.sleep(0.1)
        raise NotUp(f"after {seconds} s the health page says {said}\n{self.last_words()}")

    def last_words(self) -> str:
        """Return the end of the log."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""
