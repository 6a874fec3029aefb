"""Reads of people's work: the inbox and its queues, one task as its reader may see it, drafts and acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Case, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Value, When
from django.utils import timezone

from decisions.edge.canonical import JSON, Variables
from humantasks import definitions, errors, permissions
from humantasks.deadlines import sla
from humantasks.deadlines.sla import Clock
from humantasks.forms.words import words
from humantasks.models import OPEN_STATES, HumanTask, Inbox, Snapshot, TaskKind, TaskState
from humantasks.shown import Difference, Shown, differences, sealed

#: How many of the tasks due first are compared when the most urgent one is looked for.
MOST_COMPARED = 500
#: Columns that a list does not need.
_LARGE = ("variables", "briefing", "form", "draft", "outcome")

#: Columns that urgency is made of, in the order `_clock` takes them.
_TIMES = ("priority", "created_at", "follow_up_at", "due_at")

FOR_ME, UNASSIGNED, ADVICE, ALL = "me", "unassigned", "advice", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What an inbox is narrowed to; empty means no limit."""

    queue: str = ALL  #: `me`, `unassigned`, `advice`, or the key of a queue behind `queue:`
    process: str = ""
    text: str = ""  #: part of the business key, the title or the task's name
    due: str = ""  #: overdue | today


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue beside the list."""

    key: str  #: value of the filter
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that happened to a task."""

    at: datetime
    by: str  #: user name, empty for the system
    text: str
    kind: str  #: person | machine | trouble | none


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How much a person has answered today."""

    answered: int
    mean_seconds: int | None


def visible_to(user: Any) -> QuerySet[HumanTask]:
    """Return the tasks that a person may see, open and closed."""
    return permissions.visible(user, HumanTask.objects.all())


def open_tasks(user: Any) -> QuerySet[HumanTask]:
    """Return the tasks that wait and that a person may see."""
    return visible_to(user).filter(state=TaskState.OPEN)


def preparing(task_id: UUID) -> HumanTask | None:
    """Return a task whose context is still to be gathered, or None when it is open or over."""
    return HumanTask.objects.filter(id=task_id, state=TaskState.PREPARING).first()


def left_preparing(*, before: datetime, limit: int = 100) -> list[UUID]:
    """Return tasks made before a moment that still wait for their context, the oldest first."""
    rows = HumanTask.objects.filter(state=TaskState.PREPARING, created_at__lt=before)
    return list(rows.order_by("created_at").values_list("id", flat=True)[:limit])


def of_instance(instance_id: UUID, user: Any) -> QuerySet[HumanTask]:
    """Return the open tasks of an instance that a person may see, the oldest first."""
    return open_tasks(user).filter(instance_id=instance_id).defer(*_LARGE).order_by("created_at", "id")


def may_be_asked_blind(instance_id: UUID, user: Any) -> bool:
    """Tell whether a second look at a case is open that a person may answer, who is not to know how it was decided."""
    looks = HumanTask.objects.filter(instance_id=instance_id, kind=TaskKind.AUDIT, state__in=OPEN_STATES)
    return any(permissions.may_work(user, look) for look in looks.defer(*_LARGE))


def task(task_id: UUID, user: Any) -> HumanTask:
    """Return a task that the person may see.

    Raises:
        TaskNotFound: there is none, or it is not theirs to see.
    """
    found = visible_to(user).filter(id=task_id).select_related("form_version").first()
    if found is None:
        raise errors.TaskNotFound(task_id)
    return found


def inbox(user: Any, filters: Filters, *, now: datetime) -> QuerySet[HumanTask]:
    """Return the open tasks a person may see, narrowed, without their large columns and in no order."""
    rows = open_tasks(user).defer(*_LARGE)
    me = user.get_username()
    if filters.queue == FOR_ME:
        rows = rows.filter(assignee=me)
    elif filters.queue == UNASSIGNED:
        rows = rows.filter(assignee="")
    elif filters.queue == ADVICE:
        rows = rows.filter(candidates__user=me, candidates__is_advisor=True)
    elif filters.queue.startswith("queue:"):
        rows = rows.filter(queue=filters.queue.removeprefix("queue:"))
    if filters.process:
        rows = rows.filter(process_key=filters.process)
    if filters.text:
        said = Q(business_key__icontains=filters.text) | Q(title__icontains=filters.text)
        rows = rows.filter(said | Q(name__icontains=filters.text))
    if filters.due == "overdue":
        rows = rows.filter(due_at__lte=now)
    elif filters.due == "today":
        rows = rows.filter(due_at__date=timezone.localtime(now).date())
    return rows


def due_first(rows: QuerySet[HumanTask]) -> QuerySet[HumanTask]:
    """Order tasks by deadline, those without one last, then by age."""
    return rows.order_by(F("due_at").asc(nulls_last=True), "created_at", "id")


def most_urgent(rows: QuerySet[HumanTask], *, now: datetime, start: int = 0, count: int = 25) -> list[HumanTask]:
    """Return some tasks by urgency; of very many, those due first are compared."""
    times = due_first(rows).values_list("id", *_TIMES)[:MOST_COMPARED]
    urgency = {pk: (-_clock(*time, now=now).urgency, time[1], pk) for pk, *time in times}
    wanted = sorted(urgency, key=urgency.__getitem__)[start : start + count]
    found = rows.in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def next_for(user: Any, *, now: datetime, queue: str = ALL, after: UUID | None = None) -> HumanTask | None:
    """Return the most urgent task that fits a person: their own first, then unclaimed ones they may do."""
    rows = permissions.workable(user, HumanTask.objects.filter(state=TaskState.OPEN)).defer(*_LARGE)
    if queue.startswith("queue:"):
        rows = rows.filter(queue=queue.removeprefix("queue:"))
    if after is not None:
        rows = rows.exclude(id=after)
    me = user.get_username()
    mine = most_urgent(rows.filter(assignee=me), now=now, count=1)
    found = mine or most_urgent(rows.filter(assignee=""), now=now, count=1)
    return found[0] if found else None


def queues(user: Any) -> list[Queue]:
    """Return a person's queues with how many open tasks each has, in the order people look at them."""
    me = user.get_username()
    rows = open_tasks(user)
    held = Case(When(assignee=me, then=Value(FOR_ME)), When(assignee="", then=Value(UNASSIGNED)), default=Value(ALL))
    counts: Counter[str] = Counter()
    for queue, holder, count in rows.values_list("queue", held).annotate(count=Count("*")):
        counts[f"queue:{queue}"] += count
        counts[holder] += count
    names = dict(Inbox.objects.exclude(name="").values_list("key", "name"))
    keys = {key.removeprefix("queue:") for key in counts if key.startswith("queue:")} - {""}
    keys |= permissions.reach(user).groups & names.keys()
    shared = [Queue(key=f"queue:{k}", name=names.get(k) or titled(k), count=counts[f"queue:{k}"]) for k in keys]
    advice = rows.filter(candidates__user=me, candidates__is_advisor=True).count()
    asked = [Queue(key=ADVICE, name="Your advice", count=advice)] if advice else []
    return [
        Queue(key=ALL, name="Everything", count=sum(counts[key] for key in (FOR_ME, UNASSIGNED, ALL))),
        Queue(key=FOR_ME, name="For me", count=counts[FOR_ME]),
        *sorted(shared, key=lambda queue: queue.name.lower()),
        *asked,
        Queue(key=UNASSIGNED, name="Unassigned", count=counts[UNASSIGNED]),
    ]


def waiting(user: Any) -> int:
    """Return how many open tasks are a person's or anybody's in their queues."""
    rows = permissions.workable(user, HumanTask.objects.filter(state=TaskState.OPEN))
    return rows.filter(assignee__in=("", user.get_username())).count()


def at_risk(rows: QuerySet[HumanTask], *, now: datetime) -> tuple[int, int]:
    """Return how many of the tasks are at risk, among those due next, and how many are overdue."""
    overdue = rows.filter(due_at__lte=now).count()
    promised = rows.filter(due_at__gt=now).order_by("due_at").values_list(*_TIMES)[:MOST_COMPARED]
    standings = [_clock(*times, now=now).standing for times in promised]
    return standings.count(sla.Standing.AT_RISK), overdue


def processes(user: Any) -> list[str]:
    """Return the keys of the processes with an open task the person may see, sorted."""
    return sorted(set(open_tasks(user).values_list("process_key", flat=True).distinct()))


def answered_today(user: Any, *, since: datetime) -> Work:
    """Return how many tasks a person has answered since a moment, and how long they had them."""
    took = ExpressionWrapper(F("closed_at") - F("assigned_at"), output_field=DurationField())
    found = HumanTask.objects.filter(
        closed_by=user.get_username(), state=TaskState.COMPLETED, closed_at__gte=since
    ).aggregate(answered=Count("id"), mean=Avg(took))
    mean = found["mean"]
    return Work(answered=found["answered"], mean_seconds=int(mean.total_seconds()) if mean else None)


def clock(row: HumanTask, now: datetime) -> Clock:
    """Return how a task's time stands."""
    return _clock(row.priority, row.created_at, row.follow_up_at, row.due_at, now=now)


def suggestion(row: HumanTask) -> dict[str, Any] | None:
    """Return what the machine suggests, if its reader may see it: never while it is sealed."""
    if row.is_sealed or not row.suggestion or row.suggestion.get("label") is None:
        return None
    return dict(row.suggestion)


def suggested(row: HumanTask) -> Variables:
    """Return the values that confirming writes; empty when nothing is suggested or it is sealed."""
    found = suggestion(row)
    if found is None:
        return {}
    values: Variables = dict(found.get("variables") or {"label": found["label"]})
    return values


def conditions(row: HumanTask) -> list[dict[str, Any]]:
    """Return why a person decides, the telling conditions sealed while the suggestion is."""
    found: Sequence[Mapping[str, Any]] = row.conditions or []
    return sealed(found) if row.is_sealed else [dict(condition) for condition in found]


def shown(row: HumanTask) -> Shown:
    """Return what a task shows; an answer is bound to its fingerprint."""
    return Shown(
        variables=row.variables, briefing=row.briefing, suggestion=suggestion(row),
        conditions=conditions(row), form=row.form,
    )  # fmt: skip


def changed_since(row: HumanTask, fingerprint: str) -> tuple[Difference, ...]:
    """Return what differs from what somebody with that fingerprint saw; empty when that is not known."""
    before = Snapshot.objects.filter(task=row, fingerprint=fingerprint).first()
    return differences(before.shown, shown(row).as_json()) if before else ()


def history(row: HumanTask) -> list[Line]:
    """Return what people did to a task, the newest first."""
    lines = [Line(at=row.created_at, by="", text=f"Waiting in {titled(row.queue) or 'the inbox'}", kind="none")]
    for act in row.acts.all():
        lines.append(Line(at=act.at, by=act.actor, text=_said(act.verb, act.detail), kind="person"))
    if row.assignee and row.assigned_at and row.assigned_at != row.created_at:
        lines.append(Line(at=row.assigned_at, by=row.assignee, text="took it", kind="person"))
    if row.state == TaskState.COMPLETED and row.closed_at:
        lines.append(Line(at=row.closed_at, by=row.closed_by, text=answer_text(row), kind="person"))
    if row.state == TaskState.CANCELLED and row.closed_at:
        lines.append(Line(at=row.closed_at, by="", text=row.reason or "Left the inbox", kind="trouble"))
    return sorted(lines, key=lambda line: line.at, reverse=True)


def answer_text(row: HumanTask) -> str:
    """Return what somebody answered: "confirmed: Approve"."""
    verb = {"confirm": "confirmed", "correct": "corrected"}.get(row.answer, "answered")
    found = written(row)
    label = next((text for key, _, text in found if key == "label"), "")
    return f"{verb}: {label}" if label else verb


def written(row: HumanTask) -> list[tuple[str, str, JSON]]:
    """Return what an answer wrote, as the form calls it: key, the field's label, the value or its label."""
    asked = definitions.schema_of(row)
    found: list[tuple[str, str, JSON]] = []
    for key, value in (row.outcome or {}).items():
        field = asked.field(key)
        texts = {str(option.value): option.label for option in field.options} if field else {}
        found.append((key, field.label if field else words(key), texts.get(str(value), value)))
    return found


def titled(key: str) -> str:
    """Return a queue's key as people read it."""
    spaced = key.replace("_", " ").replace("-", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def to_rest(row: HumanTask) -> dict[str, JSON]:
    """Return what REST says of a task; what is sealed is not in it."""
    return {
        "id": str(row.id),
        "instance": str(row.instance_id),
        "element": row.element,
        "name": row.name,
        "kind": row.kind,
        "state": row.state,
        "assignee": row.assignee or None,
        "queue": row.queue or None,
        "process": row.process_key,
        "business_key": row.business_key,
        "priority": row.priority,
        "created_at": row.created_at.isoformat(),
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "follow_up_at": row.follow_up_at.isoformat() if row.follow_up_at else None,
        "variables": row.variables,
        "briefing": row.briefing,
        "route": row.route or None,
        "suggestion": suggestion(row),
        "conditions": list(conditions(row)),
        "form": row.form,
        "fingerprint": row.fingerprint,
        "answer": row.answer or None,
        "outcome": row.outcome,
        "closed_by": row.closed_by or None,
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
    }


def _clock(
    priority: int, created_at: datetime, goal_at: datetime | None, due_at: datetime | None, *, now: datetime
) -> Clock:
    return sla.clock(priority=priority, created_at=created_at, goal_at=goal_at, due_at=due_at, now=now)


def _said(verb: str, detail: Mapping[str, Any]) -> str:
    if verb == "passed_on":
        to = detail.get("to_user") or titled(str(detail.get("to_queue") or "")) or "the queue"
        return f"passed it on to {to}"
    if verb == "corrected":
        return f"corrected it afterwards: {detail.get('comment', '')}"
    return {"released": "gave it back", "changed": "The case's data changed"}.get(verb, verb)
