"""What became true about process definitions; told inside the transaction, so a listener only writes rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.dispatch import Signal

#: Sent with `fact=` one of the dataclasses below.
told = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDeployed:
    """A process has a new version."""

    version_id: UUID
    key: str
    version: int
    executable: bool
    deployment_id: UUID
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChanged:
    """A version was made ready or retired."""

    version_id: UUID
    key: str
    version: int
    state: str
    actor_id: int | None
    at: datetime


def tell(fact: object) -> None:
    """Tell every listener; what a listener raises undoes the transaction it stands in."""
    told.send(sender=type(fact), fact=fact)
