"""Verbs on process definitions: add the processes of drawings, find versions, read their models."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import QuerySet

from bpmn import facts, language
from bpmn.cache import Cache
from bpmn.errors import UnknownVersion, VersionNotReady
from bpmn.language.process import Drawing as ReadDrawing
from bpmn.language.process import Process
from bpmn.models import ProcessDefinition, ProcessVersion, VersionState
from bpmn.storing import AddedVersion, Upload, problem_from_json, store_process
from decisions.edge.problems import Problem

SourceFile = tuple[str, bytes]
LIMIT_PROCESSES = 256

_processes: Cache[str, Process] = Cache(limit=LIMIT_PROCESSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of a set of drawings: a version for each process, or none and the reasons."""

    versions: tuple[AddedVersion, ...] = ()
    #: everything found in the files, once
    problems: tuple[Problem, ...] = ()


def add(
    *,
    files: Sequence[SourceFile],
    actor: AbstractBaseUser | None,
    deployment_id: UUID,
    now: datetime,
    extra_problems: Iterable[Problem] = (),
    companions: Iterable[str] = (),
) -> Added:
    """Make every process of the drawings a version, all or nothing.

    A file that is no drawing stops all. A process that cannot run becomes a draft. What is uploaded again
    unchanged, with unchanged neighbours, is the version it already is.

    Args:
        files: name and bytes of each BPMN file.
        actor: who uploads; permissions were checked before.
        extra_problems: what others found at elements of the drawings; errors make their process a draft.
        companions: sha256 of the other files of the bundle, so that a changed table makes a new version.
    """
    readings = [language.read(name, data) for name, data in files]
    unreadable = [problem for reading in readings if reading.drawing is None for problem in reading.problems]
    if unreadable:
        return Added(problems=tuple(unreadable))
    drawings = [reading.drawing for reading in readings if reading.drawing is not None]
    found = _judge(drawings, tuple(extra_problems))
    upload = Upload(
        actor=actor,
        deployment_id=deployment_id,
        bundle_hash=_bundle_hash([drawing.sha256 for drawing in drawings], companions),
        now=now,
    )
    with transaction.atomic():
        versions = tuple(
            store_process(process, drawing, data, found[process.id], upload)
            for drawing, (_, data) in zip(drawings, files, strict=True)
            for process in drawing.processes
        )
    models = (process for drawing in drawings for process in drawing.processes)
    for version, model in zip(versions, models, strict=True):
        _processes.put(str(version.id), model)
    shared = [problem for reading in readings for problem in reading.problems]
    own = [problem for problems in found.values() for problem in problems]
    return Added(versions=versions, problems=tuple(dict.fromkeys([*shared, *own])))


def _judge(drawings: Sequence[ReadDrawing], extra: tuple[Problem, ...]) -> Mapping[str, tuple[Problem, ...]]:
    """All problems by process: the language's and those of others that stand at its elements."""
    known = set(ProcessDefinition.objects.values_list("key", flat=True))
    judged = language.judge(drawings, known_processes=known)
    found = {}
    for drawing in drawings:
        for process in drawing.processes:
            ids = language.element_ids(process)
            here = (p for p in extra if p.file in ("", drawing.file) and (p.element in ids or not p.element))
            found[process.id] = (*judged[process.id], *here)
    return found


def _bundle_hash(drawings: Iterable[str], companions: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted((*drawings, *companions))).encode()).hexdigest()


def process(ref: str) -> Process:
    """The model of a process version; the same object for the same ref while it is in the cache.

    Raises:
        UnknownVersion: there is none.
    """
    return _processes.get(ref, lambda: _read(ref))


def _read(ref: str) -> Process:
    row = ProcessVersion.objects.select_related("drawing", "definition").filter(id=ref).first()
    if row is None:
        raise UnknownVersion(ref)
    drawing = language.read(row.drawing.file, bytes(row.drawing.data)).drawing
    for found in drawing.processes if drawing else ():
        if found.id == row.definition.key:
            return found
    raise UnknownVersion(ref)


def exists(key: str) -> bool:
    """True when a process of that key was ever deployed."""
    return ProcessDefinition.objects.filter(key=key).exists()


def startable(*, key: str, version_id: UUID | None = None) -> ProcessVersion | None:
    """The newest ready version of a process, or the one asked for when it is ready."""
    found = _ready(key).filter(id=version_id) if version_id else _ready(key)
    return found.first()


_NEWEST_READY = """
    SELECT v.id FROM bpmn_processversion v JOIN bpmn_processdefinition d ON d.id = v.definition_id
    WHERE d.key = %s AND v.state = 'ready' ORDER BY v.version DESC LIMIT 1"""


def newest_ready(key: str) -> str | None:
    """The ref of the newest version that can be started, by one plain statement: every start asks."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_READY, [key])
        found = cursor.fetchone()
    return str(UUID(str(found[0]))) if found else None


def _ready(key: str) -> QuerySet[ProcessVersion]:
    """The ready versions, newest first."""
    rows = ProcessVersion.objects.select_related("definition").defer("problems")
    return rows.filter(definition__key=key, state=VersionState.READY).order_by("-version")


def resolve(*, key: str, binding: str, version: str | None, caller: str) -> str | None:
    """The ref of the process that a call activity means; None when there is none that can run.

    Args:
        key: id of the called process.
        binding: latest, deployment (the caller's own upload), version or versionTag.
        version: the number or tag, where the binding asks for one.
        caller: ref of the calling process version.
    """
    found = _ready(key)
    if binding == "deployment":
        found = found.filter(deployment_id__in=_rows(caller).values("deployment_id"))
    elif binding == "version":
        if version is None or not version.strip().isdecimal():
            return None
        found = found.filter(version=int(version))
    elif binding == "versionTag":
        found = found.filter(version_tag=version or "")
    ref = found.values_list("id", flat=True).first()
    return str(ref) if ref else None


def deployment(ref: str) -> UUID | None:
    """The upload that brought a version."""
    return _rows(ref).values_list("deployment_id", flat=True).first()


def _rows(ref: str) -> QuerySet[ProcessVersion]:
    return ProcessVersion.objects.filter(id=ref)


def make_ready(*, version_id: UUID, actor: AbstractBaseUser | None, now: datetime) -> ProcessVersion:
    """Let a version run that only its drawing's isExecutable="false", or its retirement, keeps from running.

    Raises:
        UnknownVersion: there is none.
        VersionNotReady: something else is wrong with it.
    """
    with transaction.atomic():
        row = _locked(version_id)
        verdict = _without_the_drawings_no(row)
        if not verdict.executable:
            raise VersionNotReady(row.definition.key, verdict.why_not or "")
        return _set_state(row, VersionState.READY, actor, now)


def _without_the_drawings_no(row: ProcessVersion) -> language.Readiness:
    """How ready the version is when `isExecutable="false"` does not count."""
    drawing = language.read(row.drawing.file, bytes(row.drawing.data)).drawing
    if drawing is None:
        raise UnknownVersion(str(row.id))
    willing = tuple(replace(process, is_executable=None) for process in drawing.processes)
    judged = language.judge([replace(drawing, processes=willing)])[row.definition.key]
    kept = [problem_from_json(stored) for stored in row.problems]
    model = next(process for process in willing if process.id == row.definition.key)
    return language.readiness(model, (*judged, *kept))


def retire(*, version_id: UUID, actor: AbstractBaseUser | None, now: datetime) -> ProcessVersion:
    """Let nobody start this version any more; running instances stay on it.

    Raises:
        UnknownVersion: there is none.
    """
    with transaction.atomic():
        return _set_state(_locked(version_id), VersionState.RETIRED, actor, now)


def _locked(version_id: UUID) -> ProcessVersion:
    rows = ProcessVersion.objects.select_for_update(of=("self",)).select_related("definition", "drawing")
    row = rows.filter(id=version_id).first()
    if row is None:
        raise UnknownVersion(str(version_id))
    return row


def _set_state(
    row: ProcessVersion, state: VersionState, actor: AbstractBaseUser | None, now: datetime
) -> ProcessVersion:
    row.state = state
    row.why_not = "" if state == VersionState.READY else "The version was retired."
    row.save(update_fields=["state", "why_not"])
    facts.tell(
        facts.VersionChanged(
            version_id=row.id,
            key=row.definition.key,
            version=row.version,
            state=state,
            actor_id=actor.pk if actor else None,
            at=now,
        )
    )
    return row


def forget() -> None:
    """Empty the cache of models; for tests that roll their rows back."""
    _processes.clear()
