"""Exact binomial probabilities and bounds, in plain Python so that any process may use them.

Source: Clopper & Pearson 1934; the incomplete beta function by its continued fraction (DLMF 8.17.22).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

_TINY = 1e-300
_STEPS = 10_000


def cdf(k: int, n: int, p: float) -> float:
    """Return P(X <= k) for X ~ Binomial(n, p)."""
    if k < 0:
        return 0.0
    if k >= n or p <= 0.0:
        return 1.0
    if p >= 1.0:
        return 0.0
    return incomplete_beta(n - k, k + 1, 1.0 - p)


def upper_bound(k: int, n: int, delta: float) -> float:
    """Return the rate that is not exceeded with probability 1 - delta, after k events in n (exact)."""
    if n <= 0 or k >= n:
        return 1.0
    return _solve(lambda p: cdf(k, n, p) - delta)


@lru_cache(maxsize=4096)  # asked for the same few bins with every decision
def interval(k: int, n: int, level: float = 0.9) -> tuple[float, float]:
    """Return the exact two-sided interval of a rate after k events in n."""
    if n <= 0:
        return 0.0, 1.0
    tail = (1.0 - level) / 2
    low = 1.0 - upper_bound(n - k, n, tail)
    return low, upper_bound(k, n, tail)


def _solve(decreasing: Callable[[float], float]) -> float:
    """Return where a decreasing function of 0..1 crosses zero, from above."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if decreasing(middle) > 0:
            low = middle
        else:
            high = middle
    return high


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function (modified Lentz)."""
    c, d = 1.0, _reciprocal(1.0 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = _reciprocal(1.0 + even * d), _away(1.0 + even / c)
        total *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = _reciprocal(1.0 + odd * d), _away(1.0 + odd / c)
        total *= d * c
        if abs(d * c - 1.0) < 1e-14:
            return total
    raise ArithmeticError(f"the incomplete beta function of {a}, {b}, {x} does not converge")


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _reciprocal(value: float) -> float:
    return 1.0 / _away(value)
