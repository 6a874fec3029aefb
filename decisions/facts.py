"""What became true about decisions; told inside the transaction, so a listener only writes rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.dispatch import Signal

#: Sent with `fact=` one of the dataclasses below.
told = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade:
    """A decision was evaluated and recorded."""

    record_id: UUID
    idempotency_key: str
    decision: str
    route: str
    instance_id: UUID | None
    is_audit: bool  #: taken alone, and drawn for a blind second look
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRecorded:
    """Somebody said what the right answer is."""

    outcome_id: UUID
    record_id: UUID
    label: str
    agrees: bool | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPublished:
    """A new policy version is in force."""

    policy_id: UUID
    decision: str
    version: int
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationSwitched:
    """Automatic decisions were stopped or allowed again."""

    decision: str
    is_automatic: bool
    reason: str
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChanged:
    """A predictor version was registered, activated, retired or quarantined."""

    version_id: UUID
    predictor: str
    version: int
    state: str
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DmnDeployed:
    """A DMN decision has a new version."""

    decision: str
    version: int
    deployment_id: UUID | None
    actor_id: int | None
    at: datetime


def tell(fact: object) -> None:
    """Tell every listener; what a listener raises undoes the transaction it stands in."""
    told.send(sender=type(fact), fact=fact)
