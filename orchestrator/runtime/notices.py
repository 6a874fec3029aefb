"""What needs the person signed in: the number on the inbox and the lines of the bell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from humantasks import selectors as humantasks_selectors
from humantasks.deadlines import sla
from orchestrator.models import Incident
from orchestrator.runtime import selectors

_LINES = 6
_URGENT = {sla.Standing.AT_RISK: "misses its goal soon", sla.Standing.OVERDUE: "is overdue"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line of the bell."""

    icon: str
    text: str
    act: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """The lines of the bell; `count` also counts those that are not listed."""

    count: int
    lines: Sequence[Notice]


def inbox_count(user: Any) -> int:
    """Return how many open tasks are a person's or anybody's in their queues."""
    return humantasks_selectors.waiting(user)


def for_user(user: Any, *, now: datetime) -> Notices:
    """Return a person's urgent tasks, then the open incidents they may see, the newest first."""
    tasks = _tasks(user, now)
    stuck = Incident.objects.filter(resolved_at=None, instance__in=selectors.visible(user).order_by())
    rows = stuck.select_related("instance").defer("instance__data").order_by("-created_at")
    incidents = [_incident(row) for row in rows[:_LINES]]
    return Notices(count=len(tasks) + stuck.count(), lines=[*tasks, *incidents][:_LINES])


def _incident(row: Incident) -> Notice:
    name = row.instance.business_key or row.instance.process_key
    return Notice(
        icon="alert-triangle", text=f"{name}: {row.message}", act="Look at it",
        path=f"/instances/{row.instance_id}/",
    )  # fmt: skip


def _tasks(user: Any, now: datetime) -> list[Notice]:
    mine = humantasks_selectors.open_tasks(user).filter(assignee=user.get_username(), due_at__isnull=False)
    urgent = []
    for row in mine.order_by("due_at")[:_LINES]:
        standing = humantasks_selectors.clock(row, now).standing
        if standing in _URGENT:
            text = f"{row.business_key or row.name} {_URGENT[standing]}."
            urgent.append(Notice(icon="alarm", text=text, act="Answer it", path=f"/tasks/{row.id}/"))
    return urgent
