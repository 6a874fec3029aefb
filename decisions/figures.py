"""Numbers about decisions: how many went which way, how often people disagreed, what audits found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek

from decisions.confidence import binomial
from decisions.confidence.routing import Route
from decisions.models import DecisionRecord, Outcome, OutcomeSource, PolicyVersion

#: Outcomes that say what is true, whatever the model said.
_TRUE_SOURCES = (OutcomeSource.AUDIT, OutcomeSource.TRUTH, OutcomeSource.APPEAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a whole, with its exact 95 % interval."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """Return the share 0..1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return where the true rate lies with 95 % certainty."""
        return binomial.interval(self.part, self.whole, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How one decision went in a time."""

    alone: int = 0
    suggested: int = 0
    escalated: int = 0
    errors: int = 0  #: evaluations in which something failed
    #: of the cases decided alone whose truth is known: how many were wrong
    wrong_alone: Share = field(default_factory=lambda: Share(part=0, whole=0))
    #: of the suggestions that a person saw: how many they did not follow
    overridden: Share = field(default_factory=lambda: Share(part=0, whole=0))

    @property
    def cases(self) -> int:
        """Return all evaluations."""
        return self.alone + self.suggested + self.escalated

    @property
    def share_alone(self) -> Share:
        """Return the part decided alone."""
        return Share(part=self.alone, whole=self.cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLooks:
    """What blind second looks at the cases that one policy version decided alone have shown."""

    drawn: int
    wrong: Share  #: of those answered: with how many people disagreed
    promised: float | None = None  #: at most this share is wrong, by the policy's certificate

    @property
    def standing(self) -> str:
        """Return how the promise stands: kept, broken, or open while the interval holds the promised share."""
        if self.promised is None or not self.wrong.whole:
            return ""
        low, high = self.wrong.interval
        if low > self.promised:
            return "broken"
        return "kept" if high <= self.promised else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week of a decision."""

    monday: date
    share_alone: Share


def of_each(definition_ids: Iterable[UUID], *, since: datetime, process: str = "") -> dict[UUID, Figures]:
    """Return the figures of several decisions, in four statements whatever their number.

    Args:
        process: key of the process they were asked in; empty for all.
    """
    ids = list(definition_ids)
    recent = DecisionRecord.objects.filter(definition__in=ids, decided_at__gte=since).order_by()
    if process:
        recent = recent.filter(process_key=process)
    routes: dict[UUID, dict[str, int]] = {}
    for each, route, count in recent.values_list("definition", "route").annotate(n=Count("*")):
        routes.setdefault(each, {})[route] = count
    failed = recent.filter(error__isnull=False).values_list("definition")
    errors: dict[UUID, int] = dict(failed.annotate(n=Count("*")))
    asked = Q(record__process_key=process) if process else Q()
    wrong = _disagreements(ids, since, asked & Q(record__route=Route.AUTO, source__in=_TRUE_SOURCES))
    overridden = _disagreements(ids, since, asked & Q(source=OutcomeSource.HUMAN, saw_suggestion=True))
    nothing = Share(part=0, whole=0)
    found = {}
    for each in ids:
        counted = routes.get(each, {})
        found[each] = Figures(
            alone=counted.get(Route.AUTO, 0),
            suggested=counted.get(Route.SUGGEST, 0),
            escalated=counted.get(Route.ESCALATE, 0),
            errors=errors.get(each, 0),
            wrong_alone=wrong.get(each, nothing),
            overridden=overridden.get(each, nothing),
        )
    return found


def second_looks(policy: PolicyVersion) -> SecondLooks:
    """Return what second looks have shown of a policy version.

    Under one version each case decided alone is drawn with the same chance, so that the share found wrong among
    those answered is an unbiased estimate for all of them. Only the first, blind answer counts: a correction is
    made with the model's answer in sight.
    """
    blind = Q(outcomes__source=OutcomeSource.AUDIT, outcomes__agrees__isnull=False)
    found = DecisionRecord.objects.filter(policy=policy, is_audit=True).aggregate(
        drawn=Count("id", distinct=True),
        answered=Count("id", distinct=True, filter=blind),
        wrong=Count("id", distinct=True, filter=blind & Q(outcomes__agrees=False)),
    )
    alpha = policy.certificate.get("alpha")
    return SecondLooks(
        drawn=found["drawn"],
        wrong=Share(part=found["wrong"], whole=found["answered"]),
        promised=None if alpha is None else float(alpha),
    )


def weekly(definition_id: UUID, *, now: datetime, weeks: int = 12) -> Sequence[Week]:
    """Return the share decided alone for each of the latest weeks, the oldest first."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    since = now - timedelta(weeks=weeks)
    found = (
        DecisionRecord.objects.filter(definition=definition_id, decided_at__gte=since)
        .order_by()
        .annotate(week=TruncWeek("decided_at", tzinfo=UTC))
        .values("week")
        .annotate(part=Count("route", filter=Q(route=Route.AUTO)), whole=Count("*"))
    )
    shares = {row["week"].date(): Share(part=row["part"], whole=row["whole"]) for row in found}
    nothing = Share(part=0, whole=0)
    return [Week(monday=each, share_alone=shares.get(each, nothing)) for each in mondays]


def _disagreements(ids: list[UUID], since: datetime, which: Q) -> dict[UUID, Share]:
    """Return per decision how many records have an outcome that disagrees, of those that have one at all."""
    found = (
        Outcome.objects.filter(which, at__gte=since, record__definition__in=ids, record__decided_at__gte=since)
        .exclude(agrees=None)
        .order_by()
        .values("record__definition")
        .annotate(part=Count("record", distinct=True, filter=Q(agrees=False)), whole=Count("record", distinct=True))
    )
    return {row["record__definition"]: Share(part=row["part"], whole=row["whole"]) for row in found}
