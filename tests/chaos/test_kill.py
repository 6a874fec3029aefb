"""Processes are killed in the middle of the work: every case ends, and nothing happens twice."""

from __future__ import annotations

import random
from pathlib import Path

import psutil
import pytest

from tests.chaos.cases import Cases
from tests.services.installation import Installation
from tests.services.postgres import Postgres
from tests.services.receiver import Receiver
from tests.services.redis import Redis

pytestmark = pytest.mark.chaos
CASES = 200
SEED = 20261121


def installation(home: Path, receiver: Receiver, **environment: str) -> Installation:
    return Installation(home=home, environment={"HANDOFF_HTTP_ALLOWED_HOSTS": receiver.address, **environment})


def moments(count: int, random_: random.Random) -> list[int]:
    """Return after how many calls something is killed: random, in order, and while there is work left."""
    return sorted(random_.sample(range(20, 2 * CASES - 80), count))


@pytest.mark.real
def test_every_case_ends_when_each_part_and_server_is_killed(tmp_path: Path) -> None:
    random_ = random.Random(SEED)
    victims = ["worker", "web", "beat", "redis", "postgres"]
    random_.shuffle(victims)
    with Postgres(durable=True) as postgres, Redis() as redis, Receiver(seconds=0.15) as receiver:
        servers = {"redis": redis, "postgres": postgres}
        with installation(tmp_path, receiver, DATABASE_URL=postgres.url, BROKER_URL=redis.url) as it:
            cases = Cases(it, receiver, CASES)
            cases.start()
            for victim, calls in zip(victims, moments(len(victims), random_), strict=True):
                receiver.wait_for_calls(calls)
                if server := servers.get(victim):
                    server.kill()
                    server.start()
                else:
                    it.kill(victim)
                it.wait_until_up(seconds=30)
            cases.wait_until_all_ended(seconds=240)
            cases.assert_every_effect_happened_once()


def test_every_case_ends_when_the_embedded_process_is_killed_ten_times(tmp_path: Path) -> None:
    random_ = random.Random(SEED)
    with Receiver(seconds=0.15) as receiver, installation(tmp_path, receiver) as it:
        cases = Cases(it, receiver, CASES)
        cases.start()
        for calls in moments(10, random_):
            receiver.wait_for_calls(calls)
            it.kill("embedded")
            it.wait_until_up(seconds=30)
        cases.wait_until_all_ended(seconds=240)
        cases.assert_every_effect_happened_once()


def test_no_process_is_left_after_sigterm(tmp_path: Path) -> None:
    with Receiver(seconds=0) as receiver, installation(tmp_path, receiver) as it:
        processes = it.processes()
        assert it.stop() == 0
        assert psutil.wait_procs(processes, timeout=5)[1] == []
