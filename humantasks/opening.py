"""Opens and closes tasks for the orchestrator, inside its transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from decisions.edge.canonical import JSON, Variables
from humantasks import assigning, definitions, facts, selectors
from humantasks.models import OPEN_STATES, Candidate, HumanTask, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A task as the orchestrator describes it."""

    id: UUID
    reference: UUID | str  #: key of what waits, unique while it waits
    kind: str  #: user_task | decision | audit
    instance_id: UUID
    process_key: str
    element: str
    name: str
    business_key: str = ""
    title: str = ""  #: one line that tells this case from the next; made from the variables when empty
    assignee: str | None = None
    candidate_users: Sequence[str] = ()
    candidate_groups: Sequence[str] = ()
    #: {"key", "fields"} of a drawing, {"decision", "labels"} of a decision, or None
    form: Mapping[str, JSON] | None = None
    variables: Variables = field(default_factory=dict)
    briefing: Any = None  #: a `briefing.Briefing`, or its JSON
    #: {"route", "label", "confidence", "band", "model", "policy", "reasons", ...}
    suggestion: Mapping[str, JSON] | None = None
    conditions: Sequence[Mapping[str, JSON]] = ()
    record_id: UUID | None = None
    priority: int = 50  #: 0..100
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    created_at: datetime
    is_preparing: bool = False  #: its briefing follows by `attach_briefing`


def create(*, specs: Sequence[TaskSpec], now: datetime) -> None:
    """Open tasks, inside the caller's transaction; inboxes that push give them to somebody at once."""
    rows, further = prepared(specs=specs, now=now)
    HumanTask.objects.bulk_create(rows)
    if further:
        Candidate.objects.bulk_create(further)
    opened(task_ids=[row.id for row in rows], now=now)


def prepared(*, specs: Sequence[TaskSpec], now: datetime) -> tuple[list[HumanTask], list[Candidate]]:
    """Return the rows of new tasks unsaved, for a caller that writes them with rows of its own."""
    rows = [_row(spec) for spec in specs]
    definitions.bind_forms(rows)
    for row in rows:
        row.fingerprint = selectors.shown(row).fingerprint()
    assigning.assign(rows, now=now)
    return rows, [candidate for spec in specs for candidate in _candidates(spec)]


def opened(*, task_ids: Sequence[UUID], now: datetime) -> None:
    """Tell that tasks have been written, inside the transaction that wrote them."""
    facts.tell(facts.TasksOpened(task_ids=task_ids, at=now))


def close(*, references: Collection[UUID | str], now: datetime, reason: str = "") -> int:
    """Take tasks out of the inbox whose token is gone; return how many were open."""
    meant = HumanTask.objects.filter(reference__in=[str(reference) for reference in references])
    closed = meant.filter(state__in=OPEN_STATES).update(
        state=TaskState.CANCELLED, closed_at=now, reason=reason, draft=None
    )
    if closed:
        ids = list(meant.filter(state=TaskState.CANCELLED, closed_at=now).values_list("id", flat=True))
        facts.tell(facts.TasksCancelled(task_ids=ids, reason=reason, at=now))
    return closed


def moved(*, elements: Mapping[str, str]) -> None:
    """Let open tasks stand at other elements: their instance was migrated.

    Args:
        elements: id of the element by the reference of the task.
    """
    for task in HumanTask.objects.filter(reference__in=elements, state__in=OPEN_STATES).only("id", "reference"):
        HumanTask.objects.filter(id=task.id).update(element=elements[task.reference])


def assignment_of(reference: UUID | str) -> dict[str, JSON]:
    """Return who should do the open task of a reference, until when, with which form."""
    task = HumanTask.objects.filter(reference=str(reference), state__in=OPEN_STATES).first()
    if task is None:
        return {}
    rows = list(task.candidates.filter(is_advisor=False).order_by("id"))
    groups = [task.queue] if task.queue else []
    return {
        "assignee": task.assignee or None,
        "candidate_users": [row.user for row in rows if row.user],
        "candidate_groups": [*groups, *(row.group for row in rows if row.group)],
        "due_at": _iso(task.due_at),
        "follow_up_at": _iso(task.follow_up_at),
        "priority": task.priority,
        "form": task.form,
    }


def _row(spec: TaskSpec) -> HumanTask:
    nobody = not (spec.assignee or spec.candidate_users or spec.candidate_groups)
    queue = settings.HANDOFF_DEFAULT_QUEUE if nobody else next(iter(spec.candidate_groups), "")
    return HumanTask(
        id=spec.id, reference=str(spec.reference), kind=spec.kind, instance_id=spec.instance_id,
        state=TaskState.PREPARING if spec.is_preparing else TaskState.OPEN,
        process_key=spec.process_key, element=spec.element, name=spec.name[:255],
        business_key=spec.business_key or "", title=(spec.title or _title(spec.variables))[:255],
        priority=max(0, min(100, spec.priority)), due_at=spec.due_at, follow_up_at=spec.follow_up_at,
        assignee=spec.assignee or "", assigned_at=spec.created_at if spec.assignee else None, queue=queue,
        form=dict(spec.form) if spec.form is not None else None, variables=spec.variables,
        briefing=as_json(spec.briefing), route=str((spec.suggestion or {}).get("route") or ""),
        suggestion=dict(spec.suggestion) if spec.suggestion is not None else None,
        conditions=[dict(condition) for condition in spec.conditions], record_id=spec.record_id,
        created_at=spec.created_at,
    )  # fmt: skip


def _candidates(spec: TaskSpec) -> list[Candidate]:
    groups = list(dict.fromkeys(spec.candidate_groups))[1:]
    users = [user for user in dict.fromkeys(spec.candidate_users) if user]
    return [Candidate(task_id=spec.id, user=user) for user in users] + [
        Candidate(task_id=spec.id, group=group) for group in groups if group
    ]


def _title(variables: Variables) -> str:
    """Return a line from the first few small values: enough to tell two cases apart in a list."""
    numbers = (int, float)
    small = [
        f"{name.replace('_', ' ')} {value:,}" if isinstance(value, numbers) else str(value)
        for name, value in variables.items()
        if isinstance(value, (str, *numbers)) and not isinstance(value, bool) and 0 < len(str(value)) <= 40
    ]
    return " · ".join(small[:3])


def as_json(briefing: Any) -> dict[str, JSON] | None:
    """Return a briefing, or its JSON, as JSON."""
    if briefing is None or isinstance(briefing, dict):
        return briefing
    made: dict[str, JSON] = briefing.as_json()
    return made


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
