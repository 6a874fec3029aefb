"""What the Celery application is set to; each line of it was a lost message or a second too much."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pytest_django import Settings

from orchestrator.config import celery


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("worker_proc_alive_timeout", 300.0),
        ("task_ignore_result", True),
        ("task_publish_retry", False),
        ("accept_content", ["json"]),
    ],
)
def test_setting(name: str, value: object) -> None:
    assert celery.app.conf[name] == value


def test_redis_gives_messages_of_dead_workers_back_soon() -> None:
    options = celery.transport_options("redis://localhost/0")
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 10


def test_every_call_of_the_schedule_names_a_background_function() -> None:
    called = {entry["task"] for entry in celery.app.conf.beat_schedule.values()}
    assert called <= set(celery.app.tasks)


def test_no_call_of_the_schedule_piles_up_while_no_worker_is_there() -> None:
    assert all(entry["options"]["expires"] <= 30 for entry in celery.app.conf.beat_schedule.values())


def test_beat_waits_until_the_time_has_come() -> None:
    assert celery.Clock(celery.app, lazy=True).adjust(0.7) == 0.7


def test_the_clock_does_not_stand_behind_a_backlog_of_jobs() -> None:
    route = celery.app.amqp.router.route
    queues = {name: route({}, name)["queue"].name for name in ("handoff.tick", "handoff.sweep", "handoff.perform")}
    assert queues["handoff.tick"] == queues["handoff.sweep"] != queues["handoff.perform"]
    assert set(celery.app.amqp.queues) == {celery.JOBS, celery.CLOCK}


class Consumer:
    """A consumer as far as the pulse looks at it: what was delivered, and what of it was answered."""

    def __init__(self, delivered: set[str], dirty: set[str]) -> None:
        qos = SimpleNamespace(_delivered=dict.fromkeys(delivered), _dirty=dirty)
        self.task_consumer = SimpleNamespace(channel=SimpleNamespace(qos=qos))


@pytest.mark.parametrize(
    ("delivered", "dirty", "reserved", "expected"),
    [
        ({"lost"}, set(), set(), True),
        ({"answered"}, {"answered"}, set(), False),
        ({"working"}, set(), {"working"}, False),
        (set(), set(), set(), False),
    ],
)
def test_a_message_whose_answer_was_lost_is_noticed(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    delivered: set[str],
    dirty: set[str],
    reserved: set[str],
    expected: bool,
) -> None:
    settings.HANDOFF_EMBEDDED = False
    monkeypatch.setattr(celery.worker_state, "reserved_requests", reserved)
    assert celery.holds_messages_of_nobody(Consumer(delivered, dirty)) is expected
