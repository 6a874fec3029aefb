"""Boolean and miscellaneous functions (DMN 1.5, 10.3.4.2 and 10.3.4.11)."""

from __future__ import annotations

from ..budget import Run
from ..values import DateTime, Range, Time, Value
from .registry import builtin


@builtin("not(negand: boolean|null)")
def negation(run: Run, negand: Value) -> Value:
    """Turn true into false and back; null stays null."""
    return None if negand is None else not negand


@builtin("is(value1, value2)")
def identical(run: Run, one: Value, other: Value) -> Value:
    """Tell whether two values are the same element of the same domain; times must agree in their zone too."""
    return _identical(one, other, 0)


def _identical(one: Value, other: Value, depth: int) -> bool:
    if type(one) is not type(other) or depth > 200:
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(_identical(a, b, depth + 1) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_identical(one[key], other[key], depth + 1) for key in one)
    if isinstance(one, Range):
        return _identical(_parts(one), _parts(other), depth + 1)
    if isinstance(one, Time | DateTime):
        return bool(one == other)
    return bool(one == other)


def _parts(limits: Range) -> list[Value]:
    return [limits.start, limits.start_included, limits.end, limits.end_included, limits.operator]
