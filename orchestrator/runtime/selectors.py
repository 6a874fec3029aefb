"""What pages read of instances: lists, one instance with all that is known of it, its drawings' state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db.models import Q, QuerySet

from bpmn import selectors as bpmn_selectors
from bpmn.language.process import JSON
from decisions import selectors as decisions_selectors
from decisions.selectors import RecordView
from humantasks import selectors as humantasks_selectors
from orchestrator import errors
from orchestrator.governance import permissions
from orchestrator.models import Activity, Incident, Instance, Job, Subscription, Timer
from orchestrator.runtime import history, store, traces
from orchestrator.runtime.history import Line
from orchestrator.runtime.traces import Trace

#: How many lines of history a page shows at once.
HISTORY_LINES = 80
#: How far back the writer of a variable is looked for.
_WRITES = 400
_DECISIONS = 10
#: Instances that say which process is the busiest.
_NEWEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable of the instance as it stands."""

    name: str
    value: JSON
    #: name of the flow node that wrote it last; "start" for what the instance began with
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something the instance waits for that is neither a job nor a person."""

    element: str
    name: str
    #: a sentence: "message order-paid for key 4711"
    what: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceView:
    """One instance with everything its page shows."""

    instance: Instance
    process_name: str
    version: int
    drawings: Sequence[Trace]
    variables: Sequence[Variable]
    history: Sequence[Line]
    #: `seq` before which older history begins; 0 when all of it is shown
    older: int
    jobs: Sequence[Job]
    incidents: Sequence[Incident]
    #: what was decided on the way, as this person may see it
    decisions: Sequence[RecordView]
    waits: Sequence[Wait]
    names: Mapping[str, str]
    may_operate: bool


def visible(user: AbstractUser) -> QuerySet[Instance]:
    """Return the instances of processes that this person may view, without the engine's state."""
    rows = Instance.objects.defer("data")
    keys = permissions.keys(user)
    return rows if keys is None else rows.filter(process_key__in=keys)


def find(user: AbstractUser, *, text: str = "", process: str = "", states: Sequence[str] = ()) -> QuerySet[Instance]:
    """Return visible instances by business key, id or process.

    Args:
        text: part of a business key or process key, or a whole instance id.
        states: values of InstanceState; none means all.
    """
    rows = visible(user)
    if process:
        rows = rows.filter(process_key=process)
    if states:
        rows = rows.filter(state__in=states)
    if text:
        matches = Q(business_key__icontains=text) | Q(process_key__icontains=text)
        if (as_id := _uuid(text)) is not None:
            matches |= Q(id=as_id)
        rows = rows.filter(matches)
    return rows


def busiest(keys: Sequence[str]) -> str:
    """Return the key among `keys` with the most of the newest instances; empty when none has one."""
    newest = Instance.objects.filter(process_key__in=keys).order_by("-id")
    counted = Counter(newest.values_list("process_key", flat=True)[:_NEWEST])
    return counted.most_common(1)[0][0] if counted else ""


def readable(instance_id: UUID, user: AbstractUser) -> Instance:
    """Return an instance that this person may view, with the engine's state.

    Raises:
        NotFound, NotPermitted: see `require_readable`.
    """
    return require_readable(Instance.objects.filter(id=instance_id).first(), instance_id, user)


def require_readable(row: Instance | None, instance_id: UUID, user: AbstractUser) -> Instance:
    """Return the row that was looked for when this person may view it.

    Raises:
        NotFound: there is none, or it is not theirs to see; the two look alike from outside.
        NotPermitted: they are asked to look at its decision without knowing it; who operates cases has to see them.
    """
    if row is None or not permissions.may(user, "view", process_key=row.process_key):
        raise errors.NotFound(f"There is no instance {instance_id}.")
    operates_all = user.has_perm(permissions.VERBS["operate"])
    is_asked = not operates_all and humantasks_selectors.may_be_asked_blind(instance_id, user)
    if is_asked and not permissions.may(user, "operate", process_key=row.process_key):
        raise errors.NotPermitted("You are asked for a second look at this case: it can be seen once that is answered.")
    return row


def pulse(row: Instance) -> str:
    """Return a word that stays the same while nothing of an instance's page has changed."""
    jobs = Job.objects.filter(instance_id=row.id).order_by("id").values_list("id", "state", "attempts")
    stuck = Incident.objects.filter(instance_id=row.id, resolved_at=None).order_by("id").values_list("id", flat=True)
    told = (row.rev, row.seq, row.state, row.suspended_at, list(jobs), list(stuck))
    return sha256(repr(told).encode()).hexdigest()[:16]


def instance_view(instance_id: UUID, user: AbstractUser, *, before: int = 0) -> InstanceView:
    """Return one instance with everything its page shows.

    Args:
        before: show history older than this `seq`; 0 begins at the newest line.
    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    row = readable(instance_id, user)
    incidents = list(Incident.objects.filter(instance_id=row.id, resolved_at=None).order_by("created_at"))
    jobs = list(Job.objects.filter(instance_id=row.id).order_by("-id")[:50])
    drawings = traces.of_instance(row, incidents=incidents, jobs=jobs)
    names = {element: name for trace in drawings for element, name in trace.names.items()}
    flows = {flow: left for trace in drawings for flow, left in trace.flows.items()}
    lines, older = history.lines(row.id, names=names, flows=flows, before=before, limit=HISTORY_LINES)
    version = bpmn_selectors.version(row.version_id)
    return InstanceView(
        instance=row, process_name=(version.definition.name if version else "") or row.process_key,
        version=version.version if version else 0, drawings=drawings,
        variables=_variables(row, names), history=lines, older=older, jobs=jobs, incidents=incidents,
        decisions=_decisions(row.id, user), waits=_waits(row.id, names), names=names,
        may_operate=permissions.may(user, "operate", process_key=row.process_key),
    )  # fmt: skip


def _variables(row: Instance, names: Mapping[str, str]) -> list[Variable]:
    values = store.read(row).variables
    writers: dict[str, str] = {}
    wrote_any = Q(wrote__isnull=False) | Q(large__isnull=False)
    writes = Activity.objects.filter(wrote_any, instance_id=row.id).order_by("-seq")
    for element, kind, *wrote in writes.values_list("element", "kind", "wrote", "large")[:_WRITES]:
        by = "start" if kind == "startEvent" else names.get(element) or element
        for name in (name for names in wrote for name in names or ()):
            writers.setdefault(name, by)
    return [Variable(name=n, value=v, set_by=writers.get(n, "start")) for n, v in sorted(values.items())]


def _decisions(instance_id: UUID, user: AbstractUser) -> list[RecordView]:
    """Return decision records; one that waits for a person comes without an answer that would lead theirs."""
    records = decisions_selectors.visible_records(user).filter(instance_id=instance_id)
    ids = records.order_by("-decided_at").values_list("id", flat=True)[:_DECISIONS]
    return [decisions_selectors.for_reviewer(record_id) for record_id in ids]


def _waits(instance_id: UUID, names: Mapping[str, str]) -> list[Wait]:
    waits = [
        Wait(element=row.element, name=names.get(row.element, row.element), what="timer", due_at=row.due_at)
        for row in Timer.objects.filter(instance_id=instance_id).order_by("due_at")
    ]
    for row in Subscription.objects.filter(instance_id=instance_id).order_by("created_at"):
        name = names.get(row.element, row.element)
        waits.append(Wait(element=row.element, name=name, what=_subscription(row)))
    return waits


def _subscription(row: Subscription) -> str:
    if row.kind == "conditional":
        return "a condition on the variables"
    if row.kind == "trigger":
        return "a trigger over REST"
    key = f" for key {row.correlation_key}" if row.correlation_key else ""
    return f"{row.kind} {row.name}{key}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
