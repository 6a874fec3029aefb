"""What became true about people's work; told inside the transaction, so a listener only writes rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.dispatch import Signal

from decisions.edge.canonical import Variables

#: Sent with `fact=` one of the dataclasses below.
told = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksOpened:
    """Tasks wait for people."""

    task_ids: Sequence[UUID]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClaimed:
    """A person took a task."""

    task_id: UUID
    instance_id: UUID
    actor_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReleased:
    """A person gave a task back to its queue."""

    task_id: UUID
    instance_id: UUID
    actor_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPassedOn:
    """A task was given to somebody, or moved to another queue."""

    task_id: UUID
    instance_id: UUID
    actor_id: int
    to_user: str  #: empty: to the queue
    to_queue: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted:
    """A person answered; a listener goes on with the case in the same transaction, or refuses."""

    task_id: UUID
    reference: str
    instance_id: UUID
    kind: str
    record_id: UUID | None
    variables: Variables
    actor_id: int
    answer: str  #: confirm | correct | answer
    saw_suggestion: bool
    seconds_spent: int | None
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCorrected:
    """A person says afterwards what the right answer is; the case has gone on and stays as it is."""

    task_id: UUID
    instance_id: UUID
    kind: str
    record_id: UUID | None
    variables: Variables
    actor_id: int
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksCancelled:
    """Tasks left the inbox unanswered: their token is gone."""

    task_ids: Sequence[UUID]
    reason: str
    at: datetime


def tell(fact: object) -> None:
    """Tell every listener; what a listener raises undoes the transaction it stands in."""
    told.send(sender=type(fact), fact=fact)
