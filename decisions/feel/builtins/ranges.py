"""Relations of points and ranges, from `before` to `coincides` (DMN 1.5, 10.3.4.9, table 78).

A point counts as the closed range from itself to itself. An open end is a little inside of its value:
every relation is then a comparison of two ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..budget import Run
from ..comparison import order_key
from ..values import Range, Value, describe
from .registry import builtin


class _End(NamedTuple):
    """An end of a range; compares by infinity, then value, then inside or not."""

    infinite: int
    value: object
    nudge: int


class _Span(NamedTuple):
    """A range or point as its two ends."""

    low: _End
    high: _End


Relation = Callable[[_Span, _Span], bool]

_NAMES = {"P": "point", "R": "range"}


def _relation(name: str, *shapes: str) -> Callable[[Relation], Relation]:
    """Declare a relation for pairs of points (P) and ranges (R)."""

    def declare(relation: Relation) -> Relation:
        def body(run: Run, one: Value, other: Value) -> Value:
            return _relate(run, name, shapes, relation, one, other)

        builtin(*(f"{name}({_signature(shape)})" for shape in shapes))(body)
        return relation

    return declare


def _signature(shape: str) -> str:
    one, other = _NAMES[shape[0]], _NAMES[shape[1]]
    return f"{one}1, {other}2" if one == other else f"{one}, {other}"


def _relate(run: Run, name: str, shapes: tuple[str, ...], relation: Relation, one: Value, other: Value) -> Value:
    shape = "".join("R" if isinstance(each, Range) else "P" for each in (one, other))
    first, second = _span(one), _span(other)
    if shape not in shapes or first is None or second is None:
        return run.error("wrong_argument", f"{name} cannot take {describe(one)} and {describe(other)}")
    kinds = {key[0] for each in (one, other) for key in _keys(each)}
    if len(kinds) > 1:
        return run.error("cannot_compare", f"{name}: cannot compare {describe(one)} with {describe(other)}")
    return relation(first, second)


def _keys(value: Value) -> list[tuple[object, object]]:
    points = (value.start, value.end) if isinstance(value, Range) else (value,)
    return [key for point in points if point is not None and (key := order_key(point))]


def _span(value: Value) -> _Span | None:
    if not isinstance(value, Range):
        key = order_key(value)
        return None if key is None else _Span(_End(0, key[1], 0), _End(0, key[1], 0))
    if value.operator == "!=":
        return None
    start, end = order_key(value.start), order_key(value.end)
    low = _End(0, start[1], 0 if value.start_included else 1) if start else _End(-1, 0, 0)
    high = _End(0, end[1], 0 if value.end_included else -1) if end else _End(1, 0, 0)
    return _Span(low, high)


_ALL = ("PP", "PR", "RP", "RR")


@_relation("before", *_ALL)
def _before(a: _Span, b: _Span) -> bool:
    return a.high < b.low


@_relation("after", *_ALL)
def _after(a: _Span, b: _Span) -> bool:
    return b.high < a.low


@_relation("meets", "RR")
def _meets(a: _Span, b: _Span) -> bool:
    return a.high == b.low and a.high.nudge == 0 and a.high.infinite == 0


@_relation("met by", "RR")
def _met_by(a: _Span, b: _Span) -> bool:
    return _meets(b, a)


@_relation("overlaps", "RR")
def _overlaps(a: _Span, b: _Span) -> bool:
    return a.high >= b.low and b.high >= a.low


@_relation("overlaps before", "RR")
def _overlaps_before(a: _Span, b: _Span) -> bool:
    return a.low < b.low <= a.high <= b.high


@_relation("overlaps after", "RR")
def _overlaps_after(a: _Span, b: _Span) -> bool:
    return _overlaps_before(b, a)


@_relation("finishes", "PR", "RR")
def _finishes(a: _Span, b: _Span) -> bool:
    return a.high == b.high and a.low >= b.low


@_relation("finished by", "RP", "RR")
def _finished_by(a: _Span, b: _Span) -> bool:
    return _finishes(b, a)


@_relation("includes", "RP", "RR")
def _includes(a: _Span, b: _Span) -> bool:
    return a.low <= b.low and b.high <= a.high


@_relation("during", "PR", "RR")
def _during(a: _Span, b: _Span) -> bool:
    return _includes(b, a)


@_relation("starts", "PR", "RR")
def _starts(a: _Span, b: _Span) -> bool:
    return a.low == b.low and a.high <= b.high


@_relation("started by", "RP", "RR")
def _started_by(a: _Span, b: _Span) -> bool:
    return _starts(b, a)


@_relation("coincides", "PP", "RR")
def _coincides(a: _Span, b: _Span) -> bool:
    return a == b
