"""Reads of process definitions and versions, for pages, REST and the runtime."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from bpmn import language
from bpmn.models import ProcessDefinition, ProcessVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """A process with its newest version, ready or not."""

    key: str
    name: str
    version: int
    version_id: UUID
    executable: bool
    why_not: str | None
    state: str
    created_at: datetime


_BY_KEY = "SELECT * FROM bpmn_processdefinition WHERE key = %s"


def definition(key: str) -> ProcessDefinition | None:
    """The definition of that key, by one plain statement: each request of an ordinary person needs it."""
    return next(iter(ProcessDefinition.objects.raw(_BY_KEY, [key])), None)


def version(version_id: UUID | str) -> ProcessVersion | None:
    """The version with its drawing and definition."""
    return _versions().filter(id=version_id).first()


def drawing_for_viewer(version_id: UUID | str) -> bytes | None:
    """The version's file with a diagram and an id on every flow, so that any viewer can show it."""
    found = version(version_id)
    return language.for_viewer(found.drawing.file, bytes(found.drawing.data)) if found else None


def versions(key: str) -> QuerySet[ProcessVersion]:
    """All versions of a process, newest first."""
    return _versions().filter(definition__key=key).order_by("-version")


def newest(*, keys: Collection[str] | None = None) -> Sequence[Newest]:
    """Every process with its newest version, by key.

    Args:
        keys: only these; None means all.
    """
    top = ProcessVersion.objects.filter(definition=OuterRef("definition")).order_by("-version").values("version")
    rows = ProcessVersion.objects.select_related("definition").defer("problems").filter(version=Subquery(top[:1]))
    if keys is not None:
        rows = rows.filter(definition__key__in=keys)
    return [_newest(row) for row in rows.order_by("definition__key")]


def _newest(row: ProcessVersion) -> Newest:
    return Newest(
        key=row.definition.key,
        name=row.definition.name or row.definition.key,
        version=row.version,
        version_id=row.id,
        executable=row.executable,
        why_not=row.why_not or None,
        state=row.state,
        created_at=row.created_at,
    )


def _versions() -> QuerySet[ProcessVersion]:
    return ProcessVersion.objects.select_related("definition", "drawing")
