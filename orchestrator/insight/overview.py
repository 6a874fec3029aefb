"""The numbers of the overview: what ran, how long it took, what was decided alone, what is stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from decisions import permissions as decisions_permissions
from decisions import selectors as decisions_selectors
from humantasks import selectors as humantasks_selectors
from orchestrator.insight import heat
from orchestrator.models import Incident, Instance
from orchestrator.runtime import selectors, traces

#: What the page offers: value in the address -> (label, length, length of one bar of the series).
PERIODS: Mapping[str, tuple[str, timedelta, timedelta]] = {
    "1": ("Last 24 hours", timedelta(hours=24), timedelta(hours=1)),
    "7": ("Last 7 days", timedelta(days=7), timedelta(days=1)),
    "30": ("Last 30 days", timedelta(days=30), timedelta(days=1)),
}
#: Newest rows a number is reckoned from; beyond that it would cost more than it says.
_SAMPLE = 20_000
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
    p95_seconds: float | None


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
    over = rows.filter(ended_at__gte=since).order_by("-ended_at").values_list("started_at", "ended_at")
    ended = [(begun, end) for begun, end in over[:_SAMPLE] if end is not None]
    seconds = [(end - begun).total_seconds() for begun, end in ended]
    started = list(rows.filter(started_at__gte=since).order_by("-started_at")
                   .values_list("started_at", flat=True)[:_SAMPLE])  # fmt: skip
    stuck = Incident.objects.filter(resolved_at=None, instance__in=rows.order_by())
    still_open = rows.filter(ended_at=None).count()
    return Overview(
        started=len(started), open=still_open,
        median_seconds=median(seconds) if seconds else None, p95_seconds=_p95(seconds),
        incidents=stuck.count(), causes=_causes(stuck),
        series=_series(started, ended, since, step, now, still_open),
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
    started: Sequence[datetime], ended: Sequence[tuple[datetime, datetime]],
    since: datetime, step: timedelta, now: datetime, still_open: int,
) -> list[Bucket]:  # fmt: skip
    def at(moment: datetime) -> int:
        return int((moment - since) / step)

    begun = Counter(at(moment) for moment in started)
    took: dict[int, list[float]] = {}
    for begin, end in ended:
        took.setdefault(at(end), []).append((end - begin).total_seconds())
    buckets: list[Bucket] = []
    for n in range(at(now), -1, -1):
        over = took.get(n, [])
        buckets.append(Bucket(
            begins_at=since + n * step, started=begun[n], ended=len(over), open=still_open,
            median_seconds=median(over) if over else None, p95_seconds=_p95(over),
        ))  # fmt: skip
        still_open += len(over) - begun[n]
    return buckets[::-1]


def _first(moment: datetime, step: timedelta) -> datetime:
    """Return the beginning of the hour or day of a moment, in the reader's zone."""
    local = timezone.localtime(moment)
    hour = 0 if step >= timedelta(days=1) else local.hour
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)


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
    records = decisions_selectors.visible_records(user).filter(decided_at__gte=since).exclude(policy=None)
    if process:
        records = records.filter(process_key=process)
    routes = dict(records.order_by().values_list("route").annotate(n=Count("id")))
    total = sum(routes.values())
    answered = records.filter(route="suggest", outcomes__agrees__isnull=False)
    seen = answered.order_by().values("id").distinct().count()
    overridden = answered.filter(outcomes__agrees=False).order_by().values("id").distinct().count()
    return Decided(
        is_open=decisions_permissions.visible_definitions(user, decisions_permissions.SEE_RECORDS).exists(),
        decisions=total, alone_share=routes.get("auto", 0) / total if total else None,
        suggestions=seen, overridden_share=overridden / seen if seen else None,
        reasons=_reasons(records.exclude(route="auto")),
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


def _reasons(records: QuerySet[Any]) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for conditions in records.order_by("-decided_at").values_list("conditions", flat=True)[:2000]:
        counted.update({condition["text"] for condition in conditions if not condition["met"]})
    return counted.most_common(_REASONS)
