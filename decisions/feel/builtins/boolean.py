"""Boolean and miscellaneous functions (DMN 1.5, 10.3.4.2 and 10.3.4.11)."""

from __future__ import annotations

from ..budget import Run
from ..comparison import MAX_DEPTH
from ..values import Range, Value
from .registry import builtin


@builtin("not(negand: boolean|null)")
def negation(run: Run, negand: Value) -> Value:
    """Turn true into false and back; null stays null."""
    return None if negand is None else not negand


@builtin("is(value1, value2)")
def identical(run: Run, one: Value, other: Value) -> Value:
    """Tell whether two values are the same element of the same domain; times must agree in their zone too."""
    return _identical(one, other, {}, 0)


def _identical(one: Value, other: Value, known: dict[tuple[int, int], bool], depth: int) -> bool:
    if type(one) is not type(other) or depth > MAX_DEPTH:
        return False
    if not isinstance(one, list | dict | Range):
        return bool(one == other)
    pair = (id(one), id(other))
    if pair not in known:
        ours, theirs = _parts(one), _parts(other)
        known[pair] = len(ours) == len(theirs) and all(
            _identical(a, b, known, depth + 1) for a, b in zip(ours, theirs, strict=True)
        )
    return known[pair]


def _parts(value: list[Value] | dict[str, Value] | Range) -> list[Value]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [part for key in sorted(value) for part in (key, value[key])]
    return [value.start, value.start_included, value.end, value.end_included, value.operator]
