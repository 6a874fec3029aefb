"""Installations as users run them: separate processes that keep their connections, commands, and the demo."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.service.supervisor import CANNOT_START
from tests.chaos.cases import Cases
from tests.services.installation import FOREIGN, ROOT, Installation
from tests.services.ports import free_port
from tests.services.postgres import Postgres
from tests.services.receiver import Receiver
from tests.services.redis import Redis

SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = 'handoff' AND pid <> pg_backend_pid()"


@pytest.mark.real
def test_separate_processes_do_the_work_and_keep_their_connections(tmp_path: Path) -> None:
    with Postgres() as postgres, Redis() as redis, Receiver(seconds=0.01) as receiver:
        environment = {
            "DATABASE_URL": postgres.url,
            "BROKER_URL": redis.url,
            "HANDOFF_HTTP_ALLOWED_HOSTS": receiver.address,
        }
        with Installation(home=tmp_path, environment=environment) as it:
            cases = Cases(it, receiver, 20)
            cases.start()
            cases.wait_until_all_ended(seconds=60)
            with psycopg.connect(postgres.url, autocommit=True) as connection:
                before = {pid for (pid,) in connection.execute(SESSIONS)}
                cases.start()
                receiver.wait_for_calls(80)
                after = {pid for (pid,) in connection.execute(SESSIONS)}
    assert before & after  # those of the workers' pool; pulses, renewals and requests come and go


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation after its first start; its sweep, which would find cases as well, comes too late for a test."""
    environment = {"HANDOFF_DEMO": "1", "HANDOFF_SWEEP_SECONDS": "3600"}
    with Installation(home=tmp_path_factory.mktemp("demo"), environment=environment) as it:
        yield it


def test_a_first_start_loads_the_demo_and_the_process_hears_of_cases_a_command_starts(demo: Installation) -> None:
    rows = demo.home / "rows.csv"
    rows.write_text(
        "name,amount,duration_months,income,employment_years,existing_loans,missed_payments,savings,"
        "housing,purpose,postcode\n"
        "Ada Abel,2000,24,3000,12,0,0,9000,own,car,12345\n"
        "Kofi Ito,30000,12,1500,0,3,1,0,rent,business,12345\n"
    )
    told = json.loads(demo.manage("start_cases", "loan-application", "--csv", str(rows), "--wait", "60", "--json"))
    assert told["started"] == 2
    assert told["states"]["completed"] >= 1
    assert told["incidents"] == 0


def test_the_secrets_of_an_installation_are_its_owners_alone(demo: Installation) -> None:
    kept = demo.home / "secrets.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert set(json.loads(kept.read_text())["demo_passwords"]) == {
        "author", "reviewer", "operator", "governance", "admin",
    }  # fmt: skip


def test_what_cannot_start_is_said_once_and_ends_with_its_status(tmp_path: Path) -> None:
    (tmp_path / "handoff.sqlite3").write_bytes(b"no database at all, and longer than a header" * 100)
    command = [sys.executable, "-m", "orchestrator.service", "--port", str(free_port())]
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    ended = subprocess.run(
        command, cwd=ROOT, env={**environment, "HANDOFF_HOME": str(tmp_path)}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == CANNOT_START
    assert ended.stdout.count("cannot go on") == 1
