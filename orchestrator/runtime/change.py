"""What one command changes in the database, as plain data: the writers turn it into statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bpmn import engine
from bpmn.engine import effects
from bpmn.language.process import JSON
from humantasks.rows import Update
from orchestrator.models import InstanceState
from orchestrator.runtime.inserts import Insert, Riding


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The columns of an instance that every command reads."""

    id: UUID
    version_id: UUID
    process_key: str
    business_key: str
    rev: int
    state: str
    started_at: datetime
    is_suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A worker that takes the jobs it causes at once, without a claim of their own."""

    worker: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedJob:
    """A job row to insert."""

    id: UUID
    effect: effects.JobOpened
    max_attempts: int
    is_external: bool
    lease: Lease | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Everything a command writes. `head.rev` is the revision it started from; -1 creates the instance."""

    head: Head
    dump: engine.Dump
    seq: int
    state: InstanceState
    is_resting: bool
    ended: bool
    now: datetime
    actor_id: int | None
    parent_id: UUID | None = None
    history: Sequence[effects.Entry] = ()
    jobs: Sequence[OpenedJob] = ()
    timers: Sequence[effects.TimerSet] = ()
    subscriptions: Sequence[effects.Subscribed] = ()
    closed: Sequence[effects.Closed] = ()
    #: tokens whose rows belong to another element or version now
    moved: Sequence[effects.Moved] = ()
    raised: Sequence[tuple[UUID, effects.IncidentRaised]] = ()
    resolved_tokens: Sequence[int] = ()
    thrown: Sequence[effects.MessageThrown | effects.SignalThrown] = ()
    #: (job id, lease) of the jobs whose results this command takes: the lease must still hold
    finished_jobs: Sequence[tuple[UUID, int]] = field(default=())
    #: rows of other apps that belong to this command: human tasks, decision records
    inserts: Sequence[Insert] = ()
    #: changed rows of other apps: the human task whose answer this command takes
    updates: Sequence[Update] = ()

    @property
    def others(self) -> Sequence[Riding]:
        """Return what other apps write with this command."""
        return [*(insert for insert in self.inserts if insert.rows), *self.updates]

    @staticmethod
    def kind_of(thrown: effects.MessageThrown | effects.SignalThrown) -> str:
        """Return what the outbox calls something thrown: message or signal."""
        return "message" if isinstance(thrown, effects.MessageThrown) else "signal"

    @staticmethod
    def body_of(thrown: effects.MessageThrown | effects.SignalThrown) -> dict[str, JSON]:
        """Return what the outbox keeps of something thrown."""
        key = thrown.correlation_key if isinstance(thrown, effects.MessageThrown) else None
        return {"name": thrown.name, "correlation_key": key, "variables": thrown.variables}
