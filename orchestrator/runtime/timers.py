"""Fires timers that are due: those instances wait for, and those that start instances."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from bpmn import engine
from bpmn.engine import commands
from orchestrator import errors
from orchestrator.models import InstanceState, StartTimer, Timer
from orchestrator.runtime import instances, refusals, store, stuck
from orchestrator.runtime.stuck import Code, Place

#: When a timer that could not fire is tried again; until then it is not in the way of others.
AGAIN_AFTER = timedelta(minutes=1)


def fire(*, now: datetime, limit: int = 200) -> int:
    """Fire timers due at `now`, oldest first, each in a transaction of its own; returns how many.

    Two beats may see the same row: the instance's lock orders them, and the second finds it gone or moved.
    """
    if not _is_any_due(now):
        return 0
    due = Timer.objects.filter(due_at__lte=now, instance__suspended_at__isnull=True).order_by("due_at")
    fired = 0
    columns = ("id", "instance_id", "token", "element", "instance__state")
    for timer_id, instance_id, token, element, state in list(due.values_list(*columns)[:limit]):
        place = Place(code=Code.TIMER, instance_id=instance_id, element=element, token=token)
        mine: int | None = None
        with refusals.alone(f"timer of token {token} of instance {instance_id}", partial(stuck.note, place, now=now)):
            mine = _fire(timer_id, instance_id, token, now)
        if mine is None:
            Timer.objects.filter(id=timer_id, due_at__lte=now).update(due_at=now + AGAIN_AFTER)
        elif state == InstanceState.FAILED:
            stuck.gone_on(place, now=now)
        fired += mine or 0
    return fired + start(now=now)


def _is_any_due(now: datetime) -> bool:
    """Return whether looking closer is worth it; asked every second, so it is one plain statement.

    The smallest of an indexed column is at the end of its index. `EXISTS (.. WHERE due_at <= now)` may be
    planned for any `now`, where a third of all rows are expected to be due, and then every row is read.
    """
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 WHERE (SELECT min(due_at) FROM orchestrator_timer) <= %s"
            " OR (SELECT min(due_at) FROM orchestrator_starttimer) <= %s",
            [at, at],
        )
        return cursor.fetchone() is not None


def _fire(timer_id: int, instance_id: UUID, token: int, now: datetime) -> int:
    def still_due() -> None:
        if not Timer.objects.filter(id=timer_id, due_at__lte=now).exists():
            raise errors.NotWaiting

    try:
        store.run(instance_id=instance_id, commands=[commands.FireTimer(token=token)], now=now, guard=still_due)
    except (errors.NotWaiting, errors.ConcurrentChange):
        return 0  # another beat fired it, or its token is gone
    return 1


def start(*, now: datetime, limit: int = 200) -> int:
    """Start instances whose timer start event is due; a cycle is reckoned on from its due time."""
    started = 0
    for timer in list(StartTimer.objects.filter(due_at__lte=now).order_by("due_at")[:limit]):
        with transaction.atomic():
            armed = engine.timers.Schedule(
                due_at=timer.due_at, every=timer.every or None, left=timer.left, until=timer.until
            )
            following = engine.timers.following(armed)
            row = StartTimer.objects.filter(id=timer.id, due_at=timer.due_at)
            if following is None:
                mine, _ = row.delete()
            else:
                mine = row.update(due_at=following.due_at, left=following.left)
            if not mine:
                continue
            with refusals.alone(f'start of "{timer.process_key}" by its timer'), suppress(errors.NotReady):
                instances.start(
                    key=timer.process_key, variables={}, now=now, version_id=timer.version_id, start_event=timer.element
                )  # not ready: its version was retired
                started += 1
    return started
