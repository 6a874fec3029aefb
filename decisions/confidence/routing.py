"""The route of a decision: every condition that was looked at, and the strictest way any of them asks for.

Source: docs/decisions.md, "How a route is chosen".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Route(StrEnum):
    """How a decision goes on."""

    AUTO = "auto"  #: the answer acts alone
    SUGGEST = "suggest"  #: a person decides with the answer before them
    ESCALATE = "escalate"  #: a person decides with the full context and no answer before them


_STRICTNESS = {Route.AUTO: 0, Route.SUGGEST: 1, Route.ESCALATE: 2}


def stricter(one: Route, other: Route) -> Route:
    """Return the one of two routes that leaves more to a person."""
    return max(one, other, key=_STRICTNESS.__getitem__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition for deciding alone, with the values it was judged by."""

    code: str  #: stable, snake_case; "rule:<code>" for a hard rule
    text: str  #: "Confidence above 0.95"
    expected: str
    actual: str
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition, and the route that stays open when it is not met."""

    condition: Condition
    otherwise: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """The part of a policy version that routing reads."""

    name: str  #: "loan 7"
    auto_at: float  #: confidence, calibrated 0..1, above which an answer may act alone
    suggest_at: float  #: confidence above which an answer is shown to the person
    never_alone: frozenset[str] = frozenset()  #: answers that a person always confirms
    #: critical label -> its highest probability at which another answer may act alone
    critical: Mapping[str, float] = field(default_factory=dict)
    valid_until: datetime | None = None
    #: digest of the model that the certificate speaks of; None when the threshold was typed by hand
    certified_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A calibrated prediction as routing sees it."""

    label: str
    confidence: float
    probabilities: Mapping[str, float]
    model_digest: str
    novelty: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """The route with everything it was chosen by, conditions that were not met first."""

    route: Route
    conditions: tuple[Condition, ...]


def choose(checks: Iterable[Check]) -> Routed:
    """Return the strictest route that an unmet condition asks for; AUTO when all are met."""
    checks = tuple(checks)
    route = Route.AUTO
    for check in checks:
        if not check.condition.met:
            route = stricter(route, check.otherwise)
    conditions = sorted((check.condition for check in checks), key=lambda condition: condition.met)
    return Routed(route=route, conditions=tuple(conditions))


def confidence_checks(judged: Judged, policy: RoutingPolicy) -> Sequence[Check]:
    """Return the checks of a prediction against the thresholds; exactly on a threshold is not above it."""
    confidence = number(judged.confidence)
    checks = [
        check("confident_alone", f"Confidence above {number(policy.auto_at)}", f"> {number(policy.auto_at)}",
              confidence, judged.confidence > policy.auto_at, Route.SUGGEST),
    ]  # fmt: skip
    if not judged.confidence > policy.suggest_at:
        checks.append(
            check("confident_enough_to_suggest", f"Confidence above {number(policy.suggest_at)} to be shown",
                  f"> {number(policy.suggest_at)}", confidence, False, Route.ESCALATE)
        )  # fmt: skip
    if policy.never_alone:
        expected = "not " + ", ".join(sorted(policy.never_alone))
        checks.append(
            check("label_may_act_alone", "This answer may act alone", expected, judged.label,
                  judged.label not in policy.never_alone, Route.SUGGEST)
        )  # fmt: skip
    for label, limit in sorted(policy.critical.items()):
        probability = judged.probabilities.get(label, 0.0)
        clears = judged.label == label or probability <= limit
        checks.append(
            check(f"critical:{label}", f'Chance of "{label}" at most {number(limit)}', f"≤ {number(limit)}",
                  number(probability), clears, Route.SUGGEST)
        )  # fmt: skip
    if judged.novelty is not None:
        checks.append(
            check("like_training_data", "Like its training data", "something known",
                  f"{judged.novelty:.0%} new", judged.novelty < 1.0, Route.SUGGEST)
        )  # fmt: skip
    return checks


def policy_checks(judged: Judged, policy: RoutingPolicy, *, now: datetime) -> Sequence[Check]:
    """Return the checks of the policy itself: is it still valid, does its certificate fit the model."""
    checks = []
    if policy.valid_until is not None:
        until = policy.valid_until.strftime("to %d %b %Y")
        checks.append(
            check("policy_valid", "Policy still valid", f"today or later: {until}", until,
                  now <= policy.valid_until, Route.SUGGEST)
        )  # fmt: skip
    if policy.certified_for is not None:
        checks.append(
            check("certificate_fits", "Certificate is for this model", policy.certified_for[:12],
                  judged.model_digest[:12], policy.certified_for == judged.model_digest, Route.SUGGEST)
        )  # fmt: skip
    return checks


def check(code: str, text: str, expected: str, actual: str, met: bool, otherwise: Route) -> Check:
    """Return a condition together with the route that is left when it is not met."""
    condition = Condition(code=code, text=text, expected=expected, actual=actual, met=met)
    return Check(condition=condition, otherwise=otherwise)


def number(value: float) -> str:
    """Return a probability with enough digits that 0.9499 does not look like 0.95."""
    short = f"{value:.2f}"
    return short if abs(float(short) - value) < 1e-9 else f"{value:.4f}"
