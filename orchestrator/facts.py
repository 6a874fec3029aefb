"""What became true in the orchestrator: frozen facts in the past tense, told inside the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.dispatch import Signal

#: Carries every fact of this app; receivers get `fact=`.
told = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsReady:
    """Jobs wait for a worker; told after the commit, and again by the sweeper."""

    job_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceCut:
    """The budget of a transaction cut a step; it goes on in another; told after the commit."""

    instance_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesAwaited:
    """New subscriptions wait for these messages, which may have come early; told after the commit."""

    names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxWritten:
    """An instance threw messages or signals; told after the commit."""

    instance_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksToBrief:
    """User tasks wait for their context to be gathered before they open; told after the commit."""

    task_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceEnded:
    """An instance reached its end or was cancelled."""

    instance_id: UUID
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened:
    """An instance needs help."""

    incident_id: UUID
    instance_id: UUID


def tell(fact: object) -> None:
    """Tell a fact to whoever listens; a listener's error is the caller's error."""
    told.send(sender=type(fact), fact=fact)
