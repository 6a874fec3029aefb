"""Uploads: drawings, tables and forms come as one bundle, all or nothing, with every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from bpmn import definitions as bpmn_definitions
from bpmn import engine, language
from bpmn.language.process import (
    Body,
    Drawing,
    Event,
    FlowNode,
    JobSpec,
    SubProcess,
    Task,
)
from decisions import definitions as decisions_definitions
from decisions.edge.ids import new_id
from decisions.edge.problems import Problem, has_errors
from decisions.feel import Expression
from humantasks import definitions as humantasks_definitions
from orchestrator import turns, versions
from orchestrator.connectors import registry as connectors
from orchestrator.governance import permissions
from orchestrator.governance.permissions import Actor
from orchestrator.models import Deployment
from orchestrator.scenarios import document, rehearsal
from orchestrator.turns import Turn

File = tuple[str, bytes]

#: More files than this are no bundle but a pile: each is read and compared with the others.
MOST_FILES = 100
#: All files together may have so many times what one may have.
MOST_LIMITS = 3
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What came of an upload; without an id nothing was stored."""

    id: UUID | None
    definitions: Sequence[dict[str, Any]]
    problems: Sequence[Problem]


class _DryRun(Exception):  # noqa: N818 - not an error: it rolls a rehearsal back
    """Rolls back what a rehearsal stored."""


def deploy(*, files: Sequence[File], actor: Actor, now: datetime, dry_run: bool = False) -> Deployed:
    """Store a bundle: every process becomes a new version, ready or a draft; running instances stay on theirs.

    A file that cannot be read at all stops the whole bundle. A drawing that can be read and not run is
    stored as a draft, and its problems say why. `dry_run` answers the same and stores nothing.

    Raises:
        NotPermitted: the actor may not upload.
    """
    permissions.require_deploy(actor)
    if refused := _refusals(files):
        return Deployed(id=None, definitions=(), problems=refused)
    sorted_files = _sort(files)
    try:
        with transaction.atomic():
            deployed = _store(sorted_files, actor, now)
            if dry_run or deployed.id is None:
                raise _DryRun
    except _DryRun:
        return replace(deployed, id=None)
    return deployed


def received(files: Sequence[Any]) -> list[File]:
    """Return uploaded files as name and bytes; of one that is too large only as much as shows it."""
    most = settings.HANDOFF_UPLOAD_LIMIT_BYTES + 1
    if len(files) > MOST_FILES:
        return [(file.name, b"") for file in files]
    return [(file.name or "file", file.read(most)) for file in files]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    drawings: Sequence[File]
    tables: Sequence[File]
    forms: Sequence[File]
    scenarios: Sequence[File]


def _sort(files: Sequence[File]) -> _Sorted:
    kinds: dict[str, list[File]] = {"bpmn": [], "dmn": [], "form": [], "scenario": []}
    for name, data in files:
        kinds[_kind(name, data)].append((name, data))
    return _Sorted(
        drawings=kinds["bpmn"], tables=kinds["dmn"], forms=kinds["form"], scenarios=kinds["scenario"]
    )  # fmt: skip


def _kind(name: str, data: bytes) -> str:
    """Return bpmn, dmn, form or scenario: by the extension, and for `.xml` by what stands in the first lines."""
    if document.is_scenario(name):
        return "scenario"
    lower = name.lower()
    if lower.endswith((".form", ".json")):
        return "form"
    if lower.endswith(".dmn") or (lower.endswith(".xml") and b"/DMN/" in data[:4000]):
        return "dmn"
    return "bpmn"


def _refusals(files: Sequence[File]) -> list[Problem]:
    if len(files) > MOST_FILES:
        said = f"These are {len(files)} files; one upload may have {MOST_FILES}."
        return [Problem(severity="error", code="too_many_files", message=said)]
    limit = settings.HANDOFF_UPLOAD_LIMIT_BYTES
    too_large = [
        Problem(severity="error", code="file_too_large", file=name,
                message=f"{name} is too large: a file may have {limit // 1024 // 1024} MB.")
        for name, data in files
        if len(data) > limit
    ]  # fmt: skip
    if not too_large and sum(len(data) for _, data in files) > MOST_LIMITS * limit:
        said = f"The files have more than {MOST_LIMITS * limit // 1024 // 1024} MB together."
        too_large = [Problem(severity="error", code="upload_too_large", message=said)]
    names = [name for name, _ in files]
    if names and all(document.is_scenario(name) for name in names):
        said = "A scenario is played on the drawing it comes with: upload the .bpmn file beside it."
        too_large += [Problem(severity="error", code="scenario_alone", file=names[0], message=said)]
    long = [name for name in names if len(name) > LONGEST_NAME]
    twice = sorted({name for name in names if names.count(name) > 1})
    return too_large + [
        Problem(severity="error", code="file_name_too_long", file=name[:LONGEST_NAME],
                message=f"A file's name has at most {LONGEST_NAME} characters.")
        for name in long
    ] + [
        Problem(severity="error", code="file_twice", file=name, message=f"{name} came twice in one upload.")
        for name in twice
    ]  # fmt: skip


def _store(files: _Sorted, actor: Actor, now: datetime) -> Deployed:
    turns.take(Turn.UPLOAD)  # two with the same keys would take the same version, or wait for each other for ever
    deployment_id = new_id()
    tables = decisions_definitions.add(files=files.tables, actor=actor, deployment_id=deployment_id, now=now)
    problems = list(tables.problems)
    for name, data in files.forms:
        problems += humantasks_definitions.add_form(
            name=name, data=data, deployment_id=deployment_id, actor=actor, now=now
        )
    readings = [language.read(name, data) for name, data in files.drawings]
    unreadable = [p for r in readings if r.drawing is None for p in r.problems]
    scenarios = [document.read(name, data) for name, data in files.scenarios]
    unreadable += [problem for reading in scenarios for problem in reading.problems]
    if has_errors(problems) or unreadable:
        return Deployed(id=None, definitions=(), problems=[*problems, *unreadable])
    drawings = [r.drawing for r in readings if r.drawing]
    found = [*_references(drawings), *_start_times(drawings, now)]
    found += _rehearsed(files, scenarios, found, actor=actor, deployment_id=deployment_id, now=now)
    added = _add(files, found, actor=actor, deployment_id=deployment_id, now=now)
    problems += added.problems
    lines = [
        {"id": str(v.id), "key": v.key, "version": v.version, "executable": v.executable, "why_not": v.why_not}
        for v in added.versions
    ]
    for version in added.versions:
        if version.executable:
            versions.arm(version.key, now)
    Deployment.objects.create(
        id=deployment_id, at=now, actor_id=actor.pk if actor else None, definitions=lines,
        files=[name for name, _ in (*files.drawings, *files.tables, *files.forms, *files.scenarios)],
        problems=[problem_as_json(p) for p in problems],
    )  # fmt: skip
    lines += [
        {"id": str(d.id), "key": d.key, "version": d.version, "executable": True, "why_not": None}
        for d in tables.decisions
    ]
    return Deployed(id=deployment_id, definitions=lines, problems=problems)


def _add(
    files: _Sorted, found: Sequence[Problem], *, actor: Actor, deployment_id: UUID, now: datetime
) -> bpmn_definitions.Added:
    beside = (*files.tables, *files.forms, *files.scenarios)
    return bpmn_definitions.add(
        files=files.drawings, actor=actor, deployment_id=deployment_id, now=now, extra_problems=found,
        companions=[hashlib.sha256(data).hexdigest() for _, data in beside],
    )  # fmt: skip


def _rehearsed(
    files: _Sorted, readings: Sequence[document.Reading], found: Sequence[Problem], *, actor: Actor,
    deployment_id: UUID, now: datetime,
) -> list[Problem]:  # fmt: skip
    """Play the scenarios of a bundle on versions that are rolled back; return what went otherwise.

    An error makes every process of the bundle a draft. What is uploaded again unchanged was played before.
    """
    if not files.scenarios:
        return []
    problems: list[Problem] = []
    scenarios = [reading.scenario for reading in readings if reading.scenario]
    with transaction.atomic():
        added = _add(files, found, actor=actor, deployment_id=deployment_id, now=now)
        fresh = {v.id: v.key for v in added.versions if v.executable and v.is_new}
        if fresh:
            problems += rehearsal.rehearse(scenarios, versions=fresh)
        transaction.set_rollback(True)
    # Of no file: it is every process of the bundle that is not ready.
    return [replace(p, file="", message=f"{p.file}: {p.message}") if p.file else p for p in problems]


def _references(drawings: Sequence[Drawing]) -> Iterator[Problem]:
    """Yield what a drawing refers to and neither the bundle nor the installation has.

    Called processes are the language's to judge: it knows those of the bundle and of the installation.
    """
    for drawing in drawings:
        for process in drawing.processes:
            for node in _nodes(process.body):
                yield from _of_node(node, drawing.file)


def _start_times(drawings: Sequence[Drawing], now: datetime) -> Iterator[Problem]:
    """Yield the timer start events whose time has the form of one, and no moment: a version waits for it at once."""
    for drawing in drawings:
        wrong_already = {problem.element for problem in drawing.problems if problem.severity == "error"}
        for process in drawing.processes:
            for event in engine.start_events(process, now=now):
                try:
                    engine.first_due(event, now)
                except engine.timers.TimerUnreadable as wrong:
                    if event.element not in wrong_already:
                        yield Problem(
                            severity="error", code="timer_unreadable", file=drawing.file, element=event.element,
                            line=process.body.nodes[event.element].line or 0,
                            message=f"The time of the start: {wrong}.",
                        )  # fmt: skip


def _nodes(body: Body) -> Iterator[FlowNode]:
    rest = [body]
    while rest:
        for node in rest.pop().nodes.values():
            yield node
            if isinstance(node, SubProcess):
                rest.append(node.body)


def _of_node(node: FlowNode, file: str) -> Iterator[Problem]:
    def problem(severity: Any, code: str, message: str) -> Problem:
        return Problem(severity=severity, code=code, element=node.id, line=node.line or 0, message=message, file=file)

    decision = _constant(node.decision.decision) if isinstance(node, Task) and node.decision else None
    if decision and not decisions_definitions.exists(decision):
        yield problem(
            "error",
            "decision_missing",
            f'The decision "{decision}" is neither in this upload nor deployed. Upload its .dmn file too.',
        )
    if isinstance(node, Task) and node.user and node.user.form and node.user.form.key:
        key = _constant(node.user.form.key)
        if key and not humantasks_definitions.has_form(key):
            yield problem(
                "warning", "form_missing", f'The form "{key}" is not deployed; a plain form is made from the variables.'
            )
    job = node.job if isinstance(node, Task | Event) else None
    if job and (name := _constant(job.type)):
        yield from (problem(*p) for p in _of_job(name, job))


def _of_job(name: str, job: JobSpec) -> Iterator[tuple[str, str, str]]:
    if name == connectors.AI_DECISION:
        key = job.headers.get("decision", "")
        if key and not decisions_definitions.is_known(key):
            yield (
                "warning",
                "ai_decision_unknown",
                f'There is no AI decision "{key}" yet: every case goes to a person until one is registered.',
            )
    elif not connectors.performs(name, job.headers):
        yield (
            "info",
            "outside_worker",
            f'Nobody here performs jobs of type "{name}": an outside worker takes them over REST, '
            "or a function is registered under this name.",
        )


def _constant(expression: Expression | None) -> str | None:
    if expression is None or not expression.is_constant:
        return None
    value = expression.evaluate({}).value
    return value if isinstance(value, str) and value else None


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as REST and the readiness report show it."""
    return {
        "severity": problem.severity, "file": problem.file or None, "element": problem.element or None,
        "line": problem.line or None, "code": problem.code, "message": problem.message,
    }  # fmt: skip
