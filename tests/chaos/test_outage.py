"""PostgreSQL or Redis cannot be reached, or takes its time, for a while: work goes on afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.cases import Cases
from tests.services.installation import Installation
from tests.services.postgres import Postgres
from tests.services.proxy import Proxy
from tests.services.receiver import Receiver
from tests.services.redis import Redis

pytestmark = [pytest.mark.chaos, pytest.mark.real]
OUTAGE_SECONDS = 20
SLOW_SECONDS = 2.0


@contextmanager
def unreachable(proxy: Proxy) -> Iterator[None]:
    proxy.close()
    yield
    proxy.open()


@contextmanager
def slow(proxy: Proxy) -> Iterator[None]:
    proxy.delay_seconds = SLOW_SECONDS
    yield
    proxy.delay_seconds = 0


@pytest.mark.parametrize("how", [unreachable, slow], ids=lambda how: how.__name__)
@pytest.mark.parametrize("which", ["database", "broker"])
def test_every_case_ends_after_an_outage(which: str, how, tmp_path: Path) -> None:
    with (
        Postgres() as postgres,
        Redis() as redis,
        Receiver(seconds=0.1) as receiver,
        Proxy(postgres.port) as to_postgres,
        Proxy(redis.port) as to_redis,
    ):
        environment = {
            "DATABASE_URL": postgres.url.replace(str(postgres.port), str(to_postgres.port)),
            "BROKER_URL": redis.url.replace(str(redis.port), str(to_redis.port)),
            "HANDOFF_HTTP_ALLOWED_HOSTS": receiver.address,
        }
        with Installation(home=tmp_path, environment=environment) as it:
            cases = Cases(it, receiver, 40)
            cases.start()
            receiver.wait_for_calls(10)
            with how({"database": to_postgres, "broker": to_redis}[which]):
                said = watch(it, seconds=OUTAGE_SECONDS)
            assert it.wait_until_up(seconds=30) < 30
            cases.wait_until_all_ended(seconds=90)
            cases.assert_every_effect_happened_once()
    if how is unreachable:
        assert which in said, f"the health page never said that the {which} is down"


def watch(it: Installation, *, seconds: float) -> set[str]:
    """Ask the health page all the time; return what it said is down, and insist that it answers soon."""
    down: set[str] = set()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        asked = time.monotonic()
        down |= {part for part, word in it.health().items() if word == "down"}
        assert time.monotonic() - asked < 3, "the health page did not answer within 3 s"
        time.sleep(0.5)
    return down
