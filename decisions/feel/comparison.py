"""Equality and order of values (DMN 1.5, 10.3.2.13, tables 48 to 50).

Every function answers None when the two values cannot be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import ge, gt, le, lt
from typing import Any

from .values import Date, DateTime, DayTimeDuration, Decimal, Function, Range, Time, Value, YearMonthDuration
from .values.durations import NANOS

#: Nested lists and contexts compared before giving up.
MAX_DEPTH = 100
_PLAIN = (Decimal, str, Date, YearMonthDuration, DayTimeDuration)
_ORDERED = frozenset(_PLAIN)

Order = Callable[[Any, Any], bool]
ORDERS: dict[str, Order] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def equal(left: Value, right: Value) -> bool | None:
    """Compare two values by `=`; null equals only null, different kinds give None."""
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is Time or kind is DateTime:
        return _equal_moments(left, right)
    if kind is list or kind is dict or kind is Range:
        return _Comparison().equal(left, right, 0)
    if kind is Function:
        return left is right
    return bool(left == right)


class _Comparison:
    """Compares nested values; remembers pairs, because a list may hold one and the same list many times."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bool | None] = {}

    def equal(self, left: Value, right: Value, depth: int) -> bool | None:
        kind = type(left)
        if kind is not type(right) or (kind is not list and kind is not dict and kind is not Range):
            return equal(left, right)
        if depth > MAX_DEPTH:
            return None
        pair = (id(left), id(right))
        if pair not in self._known:
            self._known[pair] = self._compare(kind, left, right, depth + 1)
        return self._known[pair]

    def _compare(self, kind: type, left: Value, right: Value, depth: int) -> bool | None:
        if kind is list:
            if len(left) != len(right):
                return False
            return self._all(zip(left, right, strict=True), depth)
        if kind is dict:
            if left.keys() != right.keys():
                return False
            return self._all(((value, right[key]) for key, value in left.items()), depth)
        one = (left.operator, left.start_included, left.end_included)
        if one != (right.operator, right.start_included, right.end_included):
            return False
        return self._all(((left.start, right.start), (left.end, right.end)), depth)

    def _all(self, pairs: Iterable[tuple[Value, Value]], depth: int) -> bool | None:
        unknown = False
        for one, other in pairs:
            answer = self.equal(one, other, depth)
            if answer is False:
                return False
            unknown = unknown or answer is None
        return None if unknown else True


def _seconds(value: Time | DateTime) -> int:
    """Give what the standard compares of a moment: whole seconds, zoned ones on the clock of UTC."""
    nanos = value.day_nanos if type(value) is Time else value.local_nanos  # type: ignore[union-attr]
    return nanos // NANOS - value.utc_offset


def _equal_moments(left: Time | DateTime, right: Time | DateTime) -> bool | None:
    if left.is_local is not right.is_local:
        return False
    return _seconds(left) == _seconds(right)


def order_key(value: Value) -> tuple[object, object] | None:
    """Give (kind, key) so that values of one kind can be ordered; None for values without order."""
    kind = type(value)
    if kind in _ORDERED:
        return kind, value
    if kind is Time or kind is DateTime:
        return (kind, value.is_local), _seconds(value)
    return None


def compare(order: Order, left: Value, right: Value) -> bool | None:
    """Apply `<`, `<=`, `>` or `>=`; None when the two have no common order."""
    one, other = order_key(left), order_key(right)
    if one is None or other is None or one[0] != other[0]:
        return None
    return order(one[1], other[1])


def in_range(value: Value, limits: Range) -> bool | None:
    """Tell whether a value lies in a range or passes a unary test."""
    if limits.operator in ("=", "!="):
        same = equal(value, limits.start)
        return same if limits.operator == "=" or same is None else not same
    above: bool | None = True
    below: bool | None = True
    if limits.start is not None:
        above = compare(ge if limits.start_included else gt, value, limits.start)
    elif not limits.operator:
        return None
    if limits.end is not None:
        below = compare(le if limits.end_included else lt, value, limits.end)
    elif not limits.operator:
        return None
    if above is None or below is None:
        return None
    return above and below
