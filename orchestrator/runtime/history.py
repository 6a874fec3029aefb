"""The history of an instance in words, newest first: who or what did what, when, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.contrib.auth import get_user_model

from bpmn.engine.effects import Happened
from bpmn.language.process import JSON
from orchestrator.models import Activity, Incident

Actor = Literal["person", "machine", "trouble", "process"]

_VERBS = {
    Happened.ENTERED: "reached", Happened.PASSED: "passed", Happened.COMPLETED: "completed",
    Happened.CANCELLED: "cancelled", Happened.FAILED: "cannot go on", Happened.FIRED: "fired",
    Happened.COMPENSATED: "undone",
}  # fmt: skip
_DONE_TO_IT = {
    Happened.SUSPENDED: "suspended this case", Happened.RESUMED: "resumed this case",
    Happened.WROTE: "set variables", Happened.MIGRATED: "moved this case to another version",
}  # fmt: skip
_DECIDING = {"businessRuleTask", "exclusiveGateway", "inclusiveGateway", "complexGateway"}
_PERSONAL = {"userTask", "manualTask"}
_LEAVING = {Happened.COMPLETED, Happened.CANCELLED}
_SHOWN_WORDS = 160
_FAILURES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of history."""

    seq: int
    at: datetime
    element: str
    title: str
    #: what it wrote, how long it took, by which flow it came
    text: str
    by: Actor


def lines(
    instance_id: UUID, *, names: Mapping[str, str], flows: Mapping[str, tuple[str, str]],
    before: int = 0, limit: int,
) -> tuple[Sequence[Line], int]:  # fmt: skip
    """Return lines of history, newest first, and the `seq` before which older ones begin (0: none).

    A flow node that was entered and left is one line, with the time between; a gateway says which way the
    token went; a job without attempts left has its own line.

    Args:
        names: flow node -> what people call it.
        flows: named sequence flow -> (the flow node it leaves, its name).
    """
    rows = Activity.objects.filter(instance_id=instance_id).order_by("-seq")
    if before:
        rows = rows.filter(seq__lt=before)
    found = list(rows[: limit + 1])
    older = found[limit - 1].seq if len(found) > limit else 0
    shown = found[:limit]
    people = _people(shown)
    began = {_place(row): row for row in shown if row.happened == Happened.ENTERED}
    left = {_place(row) for row in shown if row.happened in _LEAVING}
    taken = _taken(shown, flows)
    told = [
        _line(row, names=names, people=people, began=began.get(_place(row)), way=taken.get(row.seq))
        for row in shown
        if row.happened != Happened.ENTERED or _place(row) not in left
    ]
    told += _failures(instance_id, shown, names=names, is_newest=not before)
    return sorted(told, key=lambda line: (line.at, line.seq), reverse=True), older


def _place(row: Activity) -> tuple[int, str]:
    return row.token, row.element


def _taken(rows: Sequence[Activity], flows: Mapping[str, tuple[str, str]]) -> dict[int, str]:
    """Return for passed gateways, by `seq`, the name of the flow that the token left by."""
    ways: dict[int, str] = {}
    came: dict[str, str] = {}  # flow node left -> name of the flow, of the rows after this one
    for row in rows:  # newest first
        if row.element in came and row.kind.endswith("Gateway"):
            ways[row.seq] = came.pop(row.element)
        if row.via in flows:
            source, name = flows[row.via or ""]
            came[source] = name
    return ways


def _failures(instance_id: UUID, rows: Sequence[Activity], *, names: Mapping[str, str], is_newest: bool) -> list[Line]:
    """Return the incidents of jobs within the time of these rows; those of the engine are rows themselves."""
    incidents = Incident.objects.filter(instance_id=instance_id, job_id__isnull=False)
    if rows:
        incidents = incidents.filter(created_at__gte=rows[-1].at)
        if not is_newest:
            incidents = incidents.filter(created_at__lte=rows[0].at)
    found = []
    for row in incidents.order_by("-created_at")[:_FAILURES]:
        title = f"{_capital(names.get(row.element) or row.element)} failed, no attempt left"
        text = row.message
        if row.resolved_at:
            text += f" · retried {_seconds((row.resolved_at - row.created_at).total_seconds())} later"
        found.append(Line(seq=0, at=row.created_at, element=row.element, title=title, text=text, by="trouble"))
    return found


def _people(rows: Sequence[Activity]) -> dict[int, str]:
    ids = {row.actor_id for row in rows if row.actor_id}
    users = get_user_model()._default_manager.filter(pk__in=ids)
    return {user.pk: user.get_full_name() or user.get_username() for user in users}


def _line(
    row: Activity, *, names: Mapping[str, str], people: Mapping[int, str], began: Activity | None,
    way: str | None,
) -> Line:  # fmt: skip
    name = _capital(names.get(row.element) or row.element)
    who = people.get(row.actor_id or 0, "")
    if row.happened in _DONE_TO_IT:
        title = f"{who or 'The API'} {_DONE_TO_IT[Happened(row.happened)]}"
    elif who and row.kind in _PERSONAL and row.happened == Happened.COMPLETED:
        title = f"{who} completed {name}"
    elif who and row.kind == "startEvent":
        title = f"Started by {who}"
    elif row.kind == "startEvent":
        title = f"Started: {name}"
    elif way:
        title = f"{name} {way}"
    else:
        title = f"{name} {_VERBS.get(Happened(row.happened), row.happened)}"
    return Line(
        seq=row.seq, at=row.at, element=row.element, title=title, text=_text(row, began), by=_by(row, who)
    )  # fmt: skip


def _by(row: Activity, who: str) -> Actor:
    if row.happened == Happened.FAILED:
        return "trouble"
    if row.kind in _PERSONAL or (who and row.happened in _DONE_TO_IT):
        return "person"
    return "machine" if row.kind in _DECIDING else "process"


def _text(row: Activity, began: Activity | None) -> str:
    parts = []
    if began is not None and began is not row:
        parts.append(f"after {_seconds((row.at - began.at).total_seconds())}")
    if row.wrote or row.large:
        parts.append("sets " + ", ".join(sorted({**(row.wrote or {}), **(row.large or {})})))
    detail = row.detail or {}
    if row.happened == Happened.MIGRATED:  # which versions stands in the audit log; here what changed its name
        parts += [f"{old} is {new}" for old, new in detail.get("mapping", {}).items()]
    else:
        parts += [f"{name} {_short(value)}" for name, value in detail.items()]
    said = " · ".join(parts)
    return said if len(said) <= _SHOWN_WORDS else said[: _SHOWN_WORDS - 1] + "…"


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _short(value: JSON) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
