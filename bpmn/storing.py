"""Writes what an upload brings: drawings once per content, versions of processes, their reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser

from bpmn import facts, language
from bpmn.language.process import Drawing as ReadDrawing
from bpmn.language.process import Process
from bpmn.models import Drawing, ProcessDefinition, ProcessVersion, VersionState
from decisions.edge.problems import Problem

LIMIT_FILE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedVersion:
    """A process of the upload, as the version that holds it."""

    id: UUID
    key: str
    version: int
    name: str
    file: str
    executable: bool
    why_not: str | None
    #: False when the newest version has this very content already
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What is the same for every process of an upload."""

    actor: AbstractBaseUser | None
    deployment_id: UUID
    bundle_hash: str
    now: datetime


def store_process(
    process: Process, drawing: ReadDrawing, data: bytes, problems: Sequence[Problem], upload: Upload
) -> AddedVersion:
    """Store one process of a drawing, unless its newest version is this very content already."""
    definition = _definition(process, upload.now)
    verdict = language.readiness(process, problems)
    state = VersionState.READY if verdict.executable else VersionState.DRAFT
    newest = definition.versions.select_related("drawing").order_by("-version").first()
    if newest is not None and _is_same(newest, drawing, state, upload):
        return _added(newest, process, drawing, is_new=False)
    row = ProcessVersion.objects.create(
        definition=definition,
        version=(newest.version if newest else 0) + 1,
        drawing=_drawing(drawing, data, upload.now),
        bundle_hash=upload.bundle_hash,
        deployment_id=upload.deployment_id,
        state=state,
        why_not=verdict.why_not or "",
        problems=[problem_as_json(problem) for problem in problems],
        version_tag=(process.version_tag or "")[:255],
        created_at=upload.now,
        created_by_id=upload.actor.pk if upload.actor else None,
    )
    _tell(row)
    return _added(row, process, drawing, is_new=True)


def _definition(process: Process, now: datetime) -> ProcessDefinition:
    """The definition of the process's key, locked, under the name it has now."""
    row, _ = ProcessDefinition.objects.select_for_update().get_or_create(
        key=process.id, defaults={"name": process.name, "created_at": now}
    )
    if process.name and row.name != process.name:
        row.name = process.name
        row.save(update_fields=["name"])
    return row


def _tell(row: ProcessVersion) -> None:
    facts.tell(
        facts.ProcessDeployed(
            version_id=row.id,
            key=row.definition.key,
            version=row.version,
            executable=row.executable,
            deployment_id=row.deployment_id,
            actor_id=row.created_by_id,
            at=row.created_at,
        )
    )


def _is_same(newest: ProcessVersion, drawing: ReadDrawing, state: str, upload: Upload) -> bool:
    return (
        newest.bundle_hash == upload.bundle_hash
        and newest.drawing.sha256 == drawing.sha256
        and newest.drawing.file == drawing.file[:LIMIT_FILE]
        and newest.state == state
    )


def _drawing(drawing: ReadDrawing, data: bytes, now: datetime) -> Drawing:
    row, _ = Drawing.objects.get_or_create(
        sha256=drawing.sha256, file=drawing.file[:LIMIT_FILE], defaults={"data": data, "created_at": now}
    )
    return row


def _added(row: ProcessVersion, process: Process, drawing: ReadDrawing, *, is_new: bool) -> AddedVersion:
    return AddedVersion(
        id=row.id,
        key=process.id,
        version=row.version,
        name=process.name,
        file=drawing.file,
        executable=row.executable,
        why_not=row.why_not or None,
        is_new=is_new,
    )


def problem_as_json(problem: Problem) -> dict[str, str | int | None]:
    """The problem as it is stored and shown; what is not known is null."""
    empty = {key: value or None for key, value in asdict(problem).items()}
    return {key: empty[key] for key in ("severity", "file", "element", "line", "code", "message")}


def problem_from_json(stored: Mapping[str, Any]) -> Problem:
    """The problem that `problem_as_json` stored."""
    return Problem(
        severity=stored["severity"],
        code=stored["code"],
        element=stored["element"] or "",
        line=stored["line"] or 0,
        message=stored["message"],
        file=stored["file"] or "",
    )
