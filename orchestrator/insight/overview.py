"""The numbers of the overview: what ran, how long it took, what was decided alone, what is stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median, quantiles
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncDay, TruncHour
from django.db.models.functions.datetime import TruncBase
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from decisions import figures as decisions_figures
from decisions import permissions as decisions_permissions
from decisions import selectors as decisions_selectors
from humantasks import selectors as humantasks_selectors
from orchestrator.insight import heat
from orchestrator.models import OPEN_STATES, Incident, Instance, InstanceState
from orchestrator.runtime import selectors, traces

#: What the page offers: value in the address -> (label, length, length of one bar of the series).
PERIODS: Mapping[str, tuple[str, timedelta, timedelta]] = {
    "1": ("Last 24 hours", timedelta(hours=24), timedelta(hours=1)),
    "7": ("Last 7 days", timedelta(days=7), timedelta(days=1)),
    "30": ("Last 30 days", timedelta(days=30), timedelta(days=1)),
}
#: Newest instances that times are reckoned from, of all and of one bar; more would cost more than they say.
_SAMPLE, _BAR_SAMPLE = 1_000, 100
#: Newest records of each decision that reasons are counted in.
_RECORDS = 1_000
_REASONS = 6
_CAUSES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One bar of the series."""

    begins_at: datetime
    started: int
    ended: int
    #: open instances at its end
    open: int
    median_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Open incidents with the same cause at the same place."""

    incident_id: UUID
    process_key: str
    #: what people call the flow node
    name: str
    message: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How decisions went on; shares are None without a decision."""

    #: False: this person may not read decision records, so that nothing is counted
    is_open: bool
    decisions: int
    alone_share: float | None
    suggestions: int
    overridden_share: float | None
    #: the condition that sent cases to people -> how many
    reasons: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue of open user tasks."""

    key: str
    name: str
    open: int
    at_risk: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All numbers of the page."""

    started: int
    open: int
    median_seconds: float | None
    p95_seconds: float | None
    incidents: int
    causes: Sequence[Cause]
    series: Sequence[Bucket]
    decided: Decided
    queues: Sequence[Queue]
    heat: heat.Heat | None


def overview(user: AbstractUser, *, process: str = "", period: str = "7", now: datetime) -> Overview:
    """Return the numbers of the processes this person may view.

    Args:
        process: a process key; empty for all.
        period: a key of PERIODS.
    """
    _, length, step = PERIODS[period]
    since = _first(now - length + step, step)
    rows = selectors.find(user, process=process)
    ended = rows.filter(ended_at__gte=since).order_by("-ended_at")
    seconds = _seconds(ended, _SAMPLE)
    stuck = Incident.objects.filter(resolved_at=None, instance__in=rows)
    series = _series(rows, ended, since=since, step=step, now=now)
    return Overview(
        started=sum(bucket.started for bucket in series), open=series[-1].open,
        median_seconds=median(seconds) if seconds else None, p95_seconds=_p95(seconds),
        incidents=stuck.count(), causes=_causes(stuck), series=series,
        decided=_decided(user, process, since), queues=_queues(user, process, now),
        heat=heat.of_process(process, since=since) if process else None,
    )  # fmt: skip


def fitting_period(user: AbstractUser, *, process: str, now: datetime) -> str:
    """Return a day while an installation is no older, else a week: lines of nothing but zeros say nothing."""
    oldest = selectors.find(user, process=process).order_by("id").values_list("started_at", flat=True).first()
    return "1" if oldest is not None and now - oldest < PERIODS["1"][1] else "7"


def _p95(seconds: Sequence[float]) -> float | None:
    if len(seconds) < 2:
        return seconds[0] if seconds else None
    return quantiles(seconds, n=20, method="inclusive")[-1]


def _series(
    rows: QuerySet[Instance], ended: QuerySet[Instance], *, since: datetime, step: timedelta, now: datetime
) -> list[Bucket]:
    begins = [since]
    while begins[-1] + step <= now:
        begins.append(begins[-1] + step)
    trunc = TruncDay if step >= timedelta(days=1) else partial(TruncHour, tzinfo=UTC)
    # Naming the states, all of them too, lets the index on them answer.
    started = _counts(rows.filter(state__in=InstanceState, started_at__gte=since), trunc("started_at"))
    over = _counts(ended.order_by(), trunc("ended_at"))
    still_open = rows.filter(state__in=OPEN_STATES).count()
    buckets: list[Bucket] = []
    for begin in reversed(begins):
        of_bar = ended.filter(ended_at__gte=begin, ended_at__lt=begin + step)
        took = _seconds(of_bar, _BAR_SAMPLE) if over[begin] else []
        buckets.append(Bucket(
            begins_at=begin, started=started[begin], ended=over[begin], open=still_open,
            median_seconds=median(took) if took else None,
        ))  # fmt: skip
        still_open += over[begin] - started[begin]
    return buckets[::-1]


def _counts(rows: QuerySet[Instance], bar: TruncBase) -> Counter[datetime]:
    """Return how many instances belong to each bar, by the moment at which it begins."""
    return Counter(dict(rows.annotate(bar=bar).values_list("bar").annotate(n=Count("*"))))


def _seconds(ended: QuerySet[Instance], most: int) -> list[float]:
    """Return how long some instances took, those that ended last."""
    times = ended.values_list("started_at", "ended_at")[:most]
    return [(end - begun).total_seconds() for begun, end in times if end is not None]


def _first(moment: datetime, step: timedelta) -> datetime:
    """Return the beginning of a moment's hour, or of its day in the reader's zone.

    The next one is a step later, also where clocks are turned: days are added on the calendar, hours in UTC.
    """
    if step >= timedelta(days=1):
        return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _causes(stuck: QuerySet[Incident]) -> list[Cause]:
    groups = stuck.values("instance__process_key", "element", "code")
    groups = groups.annotate(n=Count("id"), since=Min("created_at"))
    causes = []
    for group in groups.order_by("-n", "since")[:_CAUSES]:
        alike = stuck.filter(
            instance__process_key=group["instance__process_key"], element=group["element"], code=group["code"]
        )
        newest = alike.order_by("-created_at").first()
        if newest is not None:
            causes.append(Cause(
                incident_id=newest.id, process_key=group["instance__process_key"], name=_name(newest),
                message=newest.message, count=group["n"], since=group["since"],
            ))  # fmt: skip
    return causes


def _name(incident: Incident) -> str:
    version_id = Instance.objects.filter(id=incident.instance_id).values_list("version_id", flat=True).get()
    return traces.names_of(bpmn_definitions.process(str(version_id))).get(incident.element, incident.element)


def _decided(user: AbstractUser, process: str, since: datetime) -> Decided:
    seen = decisions_permissions.visible_definitions(user, decisions_permissions.SEE_RECORDS)
    models = list(seen.filter(kind="predictor").values_list("id", flat=True))
    figures = decisions_figures.of_each(models, since=since, process=process).values()
    total, alone = sum(each.cases for each in figures), sum(each.alone for each in figures)
    answered = sum(each.overridden.whole for each in figures)
    return Decided(
        is_open=seen.exists(), decisions=total, alone_share=alone / total if total else None, suggestions=answered,
        overridden_share=sum(each.overridden.part for each in figures) / answered if answered else None,
        reasons=_reasons(models, process, since),
    )  # fmt: skip


def _queues(user: AbstractUser, process: str, now: datetime) -> list[Queue]:
    found = []
    for queue in humantasks_selectors.queues(user):
        if queue.key == humantasks_selectors.ALL:
            continue
        asked = humantasks_selectors.Filters(queue=queue.key, process=process)
        rows = humantasks_selectors.inbox(user, asked, now=now)
        count = rows.count()
        if count:
            at_risk, overdue = humantasks_selectors.at_risk(rows, now=now)
            found.append(Queue(key=queue.key, name=queue.name, open=count, at_risk=at_risk, overdue=overdue))
    return found


def _reasons(models: Sequence[UUID], process: str, since: datetime) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for model in models:
        for conditions in decisions_selectors.conditions_of(model, process=process, since=since, most=_RECORDS):
            counted.update({condition["text"] for condition in conditions if not condition["met"]})
    return counted.most_common(_REASONS)
