"""Thresholds with a promise: at most a share alpha wrong of what is decided alone, with certainty 1 - delta.

Learn-then-Test with exact binomial tests: thresholds are tried from strict to loose, from a few fixed starts
that share delta, each sequence ending at its first failure.
Source: Angelopoulos et al. 2021 (fixed-sequence testing); Clopper & Pearson 1934.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from decisions.confidence import binomial
from decisions.edge.canonical import JSON

STARTS = 3
DELTA = 0.10
#: Thresholds that are tried, spread evenly over the cases.
STEPS = 100
#: Beyond so many outcomes nobody waits: the model has to get better.
LIMIT_MISSING = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case whose right answer is known, not used to train or calibrate."""

    confidence: float
    is_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The loosest threshold that keeps the promise."""

    alpha: float
    delta: float
    threshold: float  #: confidence above which a case may be decided alone
    n: int  #: labelled cases looked at
    n_alone: int  #: of these, above the threshold
    errors: int  #: of these, wrong
    upper_bound: float  #: of the share wrong, at the level the test was passed at
    coverage: float  #: n_alone / n

    def to_json(self) -> dict[str, JSON]:
        """Return the certificate as a policy keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why nothing can be promised yet."""

    alpha: float
    delta: float
    n: int
    #: outcomes still needed if the model goes on as it did; None when more of them would not help
    missing: int | None

    def sentence(self) -> str:
        """Return the refusal for people."""
        if self.missing is None:
            return f"not certifiable at {self.alpha:.0%}: even the surest answers are wrong too often"
        return f"not certifiable at {self.alpha:.0%}: needs about {self.missing:,} more outcomes"


def certify(
    cases: Sequence[Case], *, alpha: float, delta: float = DELTA, starts: int = STARTS
) -> Certificate | Refusal:
    """Return the loosest threshold that keeps the promise, or how much is missing.

    Args:
        cases: independent draws of what the decision will see.
        alpha: largest share wrong among what is decided alone, 0..1.
        delta: largest chance that the promise is broken all the same.
        starts: sequences that share delta; more of them stop less often at one confident mistake.
    """
    ordered = sorted(cases, key=lambda case: -case.confidence)
    wrong = _cumulated(ordered)
    cuts = _cuts(ordered)
    level = delta / starts
    floor = smallest_sample(alpha, level)
    tried = [cut for cut in cuts if cut >= floor]
    best = 0
    for start in _starts(tried, starts):
        for cut in tried[start:]:
            if binomial.cdf(wrong[cut], cut, alpha) > level:
                break
            best = max(best, cut)
    if not best:
        missing = outcomes_missing(cases, alpha=alpha, delta=delta, starts=starts)
        return Refusal(alpha=alpha, delta=delta, n=len(cases), missing=missing)
    return Certificate(
        alpha=alpha,
        delta=delta,
        threshold=_between(ordered, best),
        n=len(ordered),
        n_alone=best,
        errors=wrong[best],
        upper_bound=binomial.upper_bound(wrong[best], best, level),
        coverage=best / len(ordered),
    )


def smallest_sample(alpha: float, delta: float) -> int:
    """Return how many cases without one error are needed to promise alpha with certainty 1 - delta."""
    return math.ceil(math.log(delta) / math.log1p(-alpha))


def outcomes_missing(cases: Sequence[Case], *, alpha: float, delta: float = DELTA, starts: int = STARTS) -> int | None:
    """Return how many more outcomes would certify something if errors stay as frequent as they are."""
    ordered = sorted(cases, key=lambda case: -case.confidence)
    wrong = _cumulated(ordered)
    level = delta / starts
    if not ordered:
        return smallest_sample(alpha, level)
    found = [
        size * len(ordered) / cut
        for cut in _cuts(ordered)
        if (size := _size_to_pass(wrong[cut] / cut, alpha, level)) is not None
    ]
    # What would pass already was never reached: no sequence began there. More cases move the beginnings.
    needed = [size if size > len(ordered) else 1.1 * len(ordered) for size in found]
    if not needed or min(needed) - len(ordered) > LIMIT_MISSING:
        return None
    return max(1, math.ceil(min(needed)) - len(ordered))


def _size_to_pass(rate: float, alpha: float, level: float) -> int | None:
    """Return the sample in which errors of this rate pass the test; None when the rate is too high."""
    if rate >= alpha:
        return None
    low = high = smallest_sample(alpha, level)
    while binomial.cdf(math.ceil(rate * high), high, alpha) > level:
        low, high = high, high * 2
        if high > 64 * LIMIT_MISSING:
            return None
    while low < high:
        middle = (low + high) // 2
        if binomial.cdf(math.ceil(rate * middle), middle, alpha) <= level:
            high = middle
        else:
            low = middle + 1
    return high


def risk_coverage(cases: Sequence[Case], points: int = 50) -> list[tuple[float, float, float]]:
    """Return (share decided alone, share wrong among those, least confidence of those), surest first."""
    ordered = sorted(cases, key=lambda case: -case.confidence)
    wrong = _cumulated(ordered)
    sizes = sorted({max(1, round(len(ordered) * step / points)) for step in range(1, points + 1)})
    if not ordered:
        return []
    return [(size / len(ordered), wrong[size] / size, ordered[size - 1].confidence) for size in sizes]


def area_under_risk_coverage(cases: Sequence[Case]) -> float:
    """Return the mean share wrong over all sizes of the surest cases; 0 is best."""
    wrong = _cumulated(sorted(cases, key=lambda case: -case.confidence))
    sizes = range(1, len(wrong))
    return sum(wrong[size] / size for size in sizes) / max(len(sizes), 1)


def _cumulated(ordered: Sequence[Case]) -> list[int]:
    """Return the number wrong among the first 0, 1, 2 ... cases."""
    wrong = [0]
    for case in ordered:
        wrong.append(wrong[-1] + (not case.is_right))
    return wrong


def _cuts(ordered: Sequence[Case]) -> list[int]:
    """Return sizes of the decided part to try, small to large, never between equal confidences.

    They depend on confidences and never on labels; what lies strictly above an order statistic is a sample of
    its own, so the exact test stays exact.
    """
    total = len(ordered)
    wanted = sorted({max(1, math.ceil(total * step / STEPS)) for step in range(1, STEPS + 1)})
    cuts: list[int] = []
    for size in wanted:
        while 0 < size < total and ordered[size - 1].confidence == ordered[size].confidence:
            size -= 1
        if size and size not in cuts[-1:]:
            cuts.append(size)
    return cuts


def _starts(tried: Sequence[int], starts: int) -> list[int]:
    """Return where the sequences begin: at the strictest threshold, each later one looser by one factor.

    Of the spacings tried (even, geometric from 1, 1.5, 2 and 3 times the smallest sample) this one automated
    most over simulated and real risk curves.
    """
    if not tried:
        return []
    factor = (tried[-1] / tried[0]) ** (1 / starts)
    wanted = [tried[0] * factor**number for number in range(starts)]
    return sorted({bisect.bisect_left(tried, math.floor(size)) for size in wanted})


def _between(ordered: Sequence[Case], size: int) -> float:
    """Return a threshold with exactly the first `size` cases strictly above it."""
    return ordered[size].confidence if size < len(ordered) else math.nextafter(ordered[-1].confidence, 0.0)
