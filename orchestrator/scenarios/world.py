"""What lies around the instance of a stage: who else listens, what is due, what was thrown and not yet sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bpmn.language.process import Variables
from orchestrator.models import Instance, StartSubscription, StartTimer, Timer
from orchestrator.runtime import instances, messages, starts, timers


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A start event that waits, and the version it belongs to."""

    process_key: str
    version_id: UUID
    element: str


class World(Protocol):
    """What a stage can reach; every time is that of the stage's clock."""

    def listeners(self, kind: str, name: str, *, now: datetime) -> Sequence[Listener]:
        """Return the start events that wait for a message or signal."""
        ...

    def begin_where_true(self, variables: Variables, *, now: datetime) -> UUID | None:
        """Start at every conditional start event these variables make true; return the instance started last."""
        ...

    def deliver(self, name: str, variables: Variables, key: str | None, *, now: datetime) -> bool:
        """Hand a message to the one who waits for it; False when nobody does."""
        ...

    def broadcast(self, name: str, variables: Variables, *, now: datetime) -> None:
        """Send a signal to everybody who waits."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the next timer is due."""
        ...

    def fire(self, *, now: datetime) -> bool:
        """Fire one timer that is due; False when there is none that could be."""
        ...

    def newest(self) -> UUID | None:
        """Return the instance started last."""
        ...

    def go_on(self, *, now: datetime) -> bool:
        """Take a step that was cut, or send what was thrown; False when there is neither."""
        ...


class Whole:
    """All that is in the database, reached as in operation."""

    def listeners(self, kind: str, name: str, *, now: datetime) -> Sequence[Listener]:
        """Return the start events of the versions that are in use."""
        return [
            Listener(process_key=wait.process_key, version_id=wait.version_id, element=wait.element)
            for wait in StartSubscription.objects.filter(kind=kind, name=name).order_by("id")
        ]

    def begin_where_true(self, variables: Variables, *, now: datetime) -> UUID | None:
        """Start as REST does."""
        begun = starts.where_true(variables=variables, now=now)
        return begun[-1].instance_id if begun else None

    def deliver(self, name: str, variables: Variables, key: str | None, *, now: datetime) -> bool:
        """Publish it to a running instance."""
        if not messages.is_awaited(name=name, correlation_key=key):
            return False
        messages.publish(name=name, correlation_key=key, variables=variables, now=now, may_start=False)
        return True

    def broadcast(self, name: str, variables: Variables, *, now: datetime) -> None:
        """Broadcast it to running instances."""
        messages.broadcast(name=name, variables=variables, now=now, may_start=False)

    def next_due(self) -> datetime | None:
        """Return the earliest time of all timers."""
        rows = [
            kind.objects.order_by("due_at").values_list("due_at", flat=True).first() for kind in (Timer, StartTimer)
        ]
        return min((due for due in rows if due is not None), default=None)

    def fire(self, *, now: datetime) -> bool:
        """Fire as the worker does."""
        return bool(timers.fire(now=now, limit=1))

    def newest(self) -> UUID | None:
        """Return the newest of all instances."""
        return Instance.objects.order_by("-started_at", "-id").values_list("id", flat=True).first()

    def go_on(self, *, now: datetime) -> bool:
        """Do what the sweeper does."""
        return bool(instances.resume_cut(limit=100, now=now) or messages.send_outbox(now=now))
