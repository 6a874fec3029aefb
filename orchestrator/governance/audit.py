"""What administrators did, kept in a chain of hashes: an entry changed or removed later shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from decisions.edge import canonical
from decisions.edge.canonical import JSON
from orchestrator import turns
from orchestrator.models import AuditEntry
from orchestrator.turns import Turn

#: What the first entry names as the one before it.
ORIGIN = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A place where the chain does not hold."""

    entry_id: int
    #: a sentence for the governance officer
    message: str


def record(
    *, act: str, subject: str, actor: AbstractUser | None, detail: Mapping[str, JSON], now: datetime
) -> AuditEntry:
    """Append an administrative act to the chain.

    Args:
        act: what was done, as `noun.verb_in_the_past`: "permissions.granted".
        subject: what it was done to: "bpmn.processdefinition loan".
        detail: what changed, without secrets.
    """
    with transaction.atomic():
        turns.take(Turn.AUDIT)
        last = AuditEntry.objects.order_by("-id").values_list("digest", flat=True).first()
        entry = AuditEntry(
            at=now, actor_id=actor.pk if actor else None, actor_name=actor.get_username() if actor else "",
            act=act, subject=subject[:255], detail=dict(detail), previous=bytes(last or ORIGIN),
        )  # fmt: skip
        entry.digest = digest(entry)
        entry.save(force_insert=True)
    return entry


def digest(entry: AuditEntry) -> bytes:
    """Return the SHA-256 over the entry before and what this one says."""
    said = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "act": entry.act,
        "subject": entry.subject,
        "detail": entry.detail,
    }
    return hashlib.sha256(bytes(entry.previous) + canonical.dump(said)).digest()


def breaks() -> Iterator[Break]:
    """Walk the chain from its start and tell every place where it does not hold."""
    before = ORIGIN
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=1000):
        if bytes(entry.previous) != before:
            yield Break(entry_id=entry.id, message=f"Before entry {entry.id} an entry is missing.")
        if digest(entry) != bytes(entry.digest):
            yield Break(entry_id=entry.id, message=f"Entry {entry.id} was changed after it was written.")
        before = bytes(entry.digest)
