"""Everything that stands on a task's page: the task, its case, its decision and its drawing, as one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bpmn import selectors as bpmn_selectors
from bpmn.language.process import JSON
from decisions import errors as decisions_errors
from decisions import selectors as decisions_selectors
from humantasks import briefing, permissions, selectors
from humantasks.deadlines.sla import Clock
from humantasks.models import HumanTask, TaskState
from orchestrator.governance import permissions as governance
from orchestrator.models import Incident, Instance
from orchestrator.runtime import history, traces
from orchestrator.runtime.traces import Trace
from orchestrator.templatetags import words
from orchestrator.web import faces, suggested
from orchestrator.web.faces import Face
from orchestrator.web.suggested import Suggestion

_HISTORY_LINES = 14
_SIMILAR_CASES = 4
_LONG = 240
_ONE_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the case's data."""

    name: str
    label: str
    value: str
    source: str
    as_of: datetime | None
    is_long: bool = False
    before: str = ""  #: what the reader saw, when it has changed since


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the case's history."""

    at: datetime
    text: str
    kind: str  #: p a person, m the machine, x trouble, or nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An earlier case like this one."""

    business_key: str
    instance_id: UUID | None
    outcome: str
    decided_by: str
    decided_at: datetime
    differences: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A task with everything that its page shows."""

    task: HumanTask
    title: str
    process_name: str
    queue_name: str
    assignee: Face | None
    closed_by: Face | None
    clock: Clock
    conditions: Sequence[Mapping[str, Any]]
    unmet: int
    rows: Sequence[Row]
    origin: Row | None  #: any of the rows, when all of them are from one source and of one minute
    missing: Sequence[str]
    sources: int
    answered: int
    suggestion: Suggestion | None
    similar: Sequence[Similar]
    drawing: Mapping[str, Any] | None  #: what static/js/drawing.js paints
    drawing_words: str
    history: Sequence[Happening]
    comments: Sequence[tuple[Face, Any]]
    answer: str  #: "confirmed: Approve", once it is answered
    may_view_instance: bool
    policy: str
    decision_key: str
    is_sealed: bool
    is_suspended: bool  #: its case takes no answer at present; a second look is no part of it
    may_work: bool
    may_supervise: bool
    is_mine: bool
    is_free: bool


def build(task: HumanTask, viewer: Any, *, now: datetime, before: Mapping[str, JSON] | None = None) -> CaseFile:
    """Return the case file of a task that the viewer may see.

    Args:
        before: values that changed since the viewer saw them, by label.
    """
    comments = list(task.comments.all())
    acted = [act.actor for act in task.acts.all()]
    wrote = [each.author for each in comments]
    known = faces.of({task.assignee, task.closed_by, *acted, *wrote}, viewer)
    record = _record(task)
    conditions = selectors.conditions(task)
    trace, happened, is_suspended = _instance(task)
    if _is_blind(task):
        happened = ()  # where the case went on to would tell how it was decided
    rows = _rows(task, before or {})
    items = (task.briefing or {}).get("items", [])
    silent = [item for item in items if item.get("status") != "ok"]
    missing = [item["error"] or f"{item['label']} is missing." for item in silent]
    sources, failed = {item["source"] for item in items}, {item["source"] for item in silent}
    return CaseFile(
        task=task, title=task.business_key or f"…{str(task.instance_id)[-8:]}",
        process_name=process_names([task.process_key])[task.process_key],
        queue_name=selectors.titled(task.queue) or "Inbox",
        assignee=known.get(task.assignee), closed_by=known.get(task.closed_by),
        clock=selectors.clock(task, now), conditions=conditions,
        unmet=sum(1 for condition in conditions if condition.get("met") is False),
        rows=rows, origin=_origin(rows), missing=missing, sources=len(sources), answered=len(sources - failed),
        suggestion=suggested.of(task, record), similar=_similar(task, record),
        drawing=_painted(task, trace), drawing_words=_place(task),
        history=_history(task, happened, known), policy=str((task.suggestion or {}).get("policy") or ""),
        decision_key=str((task.form or {}).get("decision") or ""),
        comments=[(known[each.author], each) for each in comments],
        answer=selectors.answer_text(task) if task.outcome is not None else "",
        may_view_instance=not _is_blind(task) and governance.may(viewer, "view", process_key=task.process_key),
        is_sealed=task.is_sealed, is_suspended=is_suspended and not task.is_audit,
        may_work=permissions.may_work(viewer, task),
        may_supervise=permissions.may_supervise(viewer, task), is_free=not task.assignee,
        is_mine=task.assignee == viewer.get_username(),
    )  # fmt: skip


def process_names(keys: Sequence[str]) -> dict[str, str]:
    """Return what people call processes, by key."""
    found = {row.key: row.name for row in bpmn_selectors.newest(keys=list(set(keys)))}
    return {key: found.get(key) or key for key in keys}


def drawing_of(task: HumanTask) -> bytes | None:
    """Return the drawing that a task stands in, as a viewer can show it, for whoever may see the task."""
    trace, *_ = _instance(task)
    return bpmn_selectors.drawing_for_viewer(trace.version_id) if trace else None


def _painted(task: HumanTask, trace: Trace | None) -> dict[str, Any] | None:
    """Return the drawing's state with this task in the middle of it."""
    if trace is None:
        return None
    pin = "here" if task.is_open else "answered" if task.state == TaskState.COMPLETED else "left"
    state = {} if _is_blind(task) else trace.state
    fill = [each for each in state.get("fill", ()) if each[0] != task.element]
    return {
        **state, "focus": task.element, "fill": [*fill, [task.element, "act"]],
        "pins": [[task.element, pin, ""]],
    }  # fmt: skip


def _is_blind(task: HumanTask) -> bool:
    """True for an open second look: its case has gone on, and nothing on the page may tell where to."""
    return task.is_audit and task.is_sealed


def _place(task: HumanTask) -> str:
    if task.is_audit:
        return f"The case was decided at {task.name} and has gone on."
    verb = "waits at" if task.is_open else "has left"
    return f"The case {verb} {task.name}" + ("" if task.name.endswith(("?", "!", ".")) else ".")


def _rows(task: HumanTask, before: Mapping[str, JSON]) -> list[Row]:
    items = [item for item in (task.briefing or {}).get("items", []) if item.get("status") == "ok"]
    fetched = {item["name"] for item in items}
    own = [
        _row(name, briefing.words(name), value, "Process", task.created_at, before)
        for name, value in task.variables.items()
        if name not in fetched
    ]
    return own + [
        _row(item["name"], item["label"], item["value"], item["source"],
             datetime.fromisoformat(item["as_of"]), before)
        for item in items
    ]  # fmt: skip


def _origin(rows: Sequence[Row]) -> Row | None:
    """Return a row that speaks for all, when saying source and age on every line would only repeat them."""
    times = [row.as_of for row in rows if row.as_of is not None]
    if len({row.source for row in rows}) != 1 or len(times) != len(rows):
        return None
    return rows[0] if max(times) - min(times) < _ONE_MOMENT else None


def _row(name: str, label: str, value: JSON, source: str, as_of: datetime, before: Mapping[str, JSON]) -> Row:
    text = words.in_words(value)
    was = next((words.in_words(before[key]) for key in (name, label) if key in before), "")
    return Row(name=name, label=label, value=text, source=source, as_of=as_of, is_long=len(text) > _LONG, before=was)


def _record(task: HumanTask) -> decisions_selectors.RecordView | None:
    if task.record_id is None:
        return None
    try:
        return decisions_selectors.for_reviewer(task.record_id)
    except decisions_errors.UnknownRecord:
        return None


def _similar(task: HumanTask, record: decisions_selectors.RecordView | None) -> list[Similar]:
    if record is None or task.record_id is None:
        return []
    texts = {**dict(record.labels), **suggested.label_texts(task)}
    return [
        Similar(
            business_key=case.business_key or f"…{str(case.record_id)[-8:]}", instance_id=case.instance_id,
            outcome="" if task.is_sealed else texts.get(case.label, case.label), decided_by=case.decided_by,
            decided_at=case.decided_at, differences="; ".join(case.differences[:2]),
        )
        for case in decisions_selectors.similar(task.record_id, limit=_SIMILAR_CASES)
    ]  # fmt: skip


def _instance(task: HumanTask) -> tuple[Trace | None, Sequence[history.Line], bool]:
    instance = Instance.objects.defer("data").filter(id=task.instance_id).first()
    if instance is None:
        return None, (), False
    incidents = list(Incident.objects.filter(instance_id=instance.id, resolved_at=None))
    found = traces.of_instance(instance, incidents=incidents, jobs=[])
    names = {element: name for trace in found for element, name in trace.names.items()}
    flows = {flow: left for trace in found for flow, left in trace.flows.items()}
    lines, _ = history.lines(instance.id, names=names, flows=flows, limit=_HISTORY_LINES * 2)
    # A gateway without a name is called by its kind, which tells a reviewer nothing.
    named = [line for line in lines if not names.get(line.element, "").endswith("gateway")]
    trace = next((trace for trace in found if task.element in trace.names), None)
    return trace, named, instance.is_suspended


def _history(task: HumanTask, happened: Sequence[history.Line], known: Mapping[str, Face]) -> list[Happening]:
    kinds = {"person": "p", "machine": "m", "trouble": "x"}
    lines = [Happening(at=line.at, text=line.title, kind=kinds.get(line.by, "")) for line in happened]
    for line in selectors.history(task):
        who = known[line.by].subject if line.by in known else ""
        lines.append(Happening(at=line.at, text=f"{who} {line.text}".strip(), kind=kinds.get(line.kind, "")))
    if task.record_id is not None:
        lines.append(Happening(at=task.created_at, text=_decided(task), kind="m"))
    return sorted(lines, key=lambda line: line.at, reverse=True)[:_HISTORY_LINES]


def _decided(task: HumanTask) -> str:
    found = selectors.suggestion(task)
    if task.is_audit and found is None:
        return "Decided alone, drawn for a second look"
    if found is None:
        return "Left to a person, the machine's answer is sealed" if task.is_sealed else "Left to a person"
    sure = found.get("confidence")
    surely = "" if sure is None else f" {sure:.2f}"
    if task.is_audit:
        return f"Decided alone: {found['label']}{surely}, drawn for a second look"
    return f"Suggestion: {found['label']}{surely}, left to a person"
