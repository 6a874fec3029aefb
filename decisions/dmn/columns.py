"""One input column of a table as an index: value in, bit mask of the rules that accept it out.

A number line is cut at every boundary that the column's cells name; between two cuts all rules agree,
so a value needs one binary search and no cell is evaluated. Rule `i` is bit `1 << i`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from decisions.feel.values import Date, DayTimeDuration, YearMonthDuration

Lookup = Callable[[Any], int]

#: kinds of values with an order, and what they are ordered by
_KEYS: dict[type, Callable[[Any], Any]] = {
    Decimal: lambda value: value,
    str: lambda value: value,
    bool: lambda value: value,
    type(None): lambda value: 0,
    Date: lambda value: (value.year, value.month, value.day),
    YearMonthDuration: lambda value: value.months,
    DayTimeDuration: lambda value: value.nanos,
}
_RAW = (Decimal, str, bool)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of values of one kind; an end of None is open to infinity."""

    kind: type
    low: Any = None
    low_included: bool = False
    high: Any = None
    high_included: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell accepts, when that can be said without evaluating it."""

    spans: tuple[Span, ...] = ()
    #: accepts every value
    any: bool = False


ANY = Cell(any=True)


def is_indexed(value: Any) -> bool:
    """True for values that may stand as a boundary."""
    return type(value) in _KEYS


def point(value: Any) -> Span:
    """The span of exactly this value."""
    return Span(type(value), value, True, value, True)


class Column:
    """The index of one column.

    Args:
        cells: one for each rule; None where a cell must be evaluated (it then stands in every mask).
    """

    def __init__(self, cells: Sequence[Cell | None]) -> None:
        self.irregular = sum(1 << row for row, cell in enumerate(cells) if cell is None)
        #: rules that accept a value of a kind that no cell names
        self.others = self.irregular | sum(1 << row for row, cell in enumerate(cells) if cell and cell.any)
        self.lines = {kind: Line(kind, cells, self.others) for kind in _kinds(cells)}
        self.lookups: dict[type, Lookup] = {kind: line.lookup() for kind, line in self.lines.items()}

    def mask(self, value: Any) -> int:
        """The rules that accept the value, and those whose cell must be evaluated."""
        lookup = self.lookups.get(type(value))
        return self.others if lookup is None else lookup(value)


def _kinds(cells: Iterable[Cell | None]) -> list[type]:
    """The kinds of values that cells name, in order of appearance."""
    return list(dict.fromkeys(span.kind for cell in cells if cell for span in cell.spans))


class Line:
    """All values of one kind, cut at the column's boundaries.

    With boundaries b0 < b1 < ..., region 2i lies before b(i), region 2i+1 is b(i) itself,
    and the last region lies behind them all.
    """

    def __init__(self, kind: type, cells: Sequence[Cell | None], base: int) -> None:
        self.kind = kind
        self._key = _KEYS[kind]
        spans = [(row, span) for row, cell in enumerate(cells) if cell for span in cell.spans]
        spans = [(row, span) for row, span in spans if span.kind is kind]
        ends = {self._key(end): end for _, span in spans for end in (span.low, span.high) if end is not None}
        if kind is type(None):
            ends = {0: None}
        self.keys: list[Any] = sorted(ends)
        #: the boundaries as values, in order
        self.bounds: list[Any] = [ends[key] for key in self.keys]
        #: one mask for each region
        self.masks: list[int] = self._sweep(spans, base)

    def _sweep(self, spans: list[tuple[int, Span]], base: int) -> list[int]:
        """Masks of all regions, by one pass over where rows begin and end."""
        count = 2 * len(self.keys) + 1
        flips = [0] * (count + 1)
        for row, stretches in self._stretches(spans, count).items():
            bit = 1 << row
            for first, last in stretches:
                flips[first] ^= bit
                flips[last + 1] ^= bit
        masks, current = [], 0
        for flip in flips[:-1]:
            current ^= flip
            masks.append(current | base)
        return masks

    def _stretches(self, spans: list[tuple[int, Span]], count: int) -> dict[int, list[tuple[int, int]]]:
        """For each row the regions it covers, as ranges that do not touch twice."""
        index = {key: 2 * place + 1 for place, key in enumerate(self.keys)}
        found: dict[int, list[tuple[int, int]]] = {}
        for row, span in spans:
            if self.kind is type(None):
                first = last = 1
            else:
                first = 0 if span.low is None else index[self._key(span.low)] + (not span.low_included)
                last = count - 1 if span.high is None else index[self._key(span.high)] - (not span.high_included)
            if first <= last:
                found.setdefault(row, []).append((first, last))
        return {row: _merged(stretches) for row, stretches in found.items()}

    def lookup(self) -> Lookup:
        """The fastest function from a value of this kind to its mask."""
        gaps, points = self.masks[0::2], self.masks[1::2]
        if all(gap == gaps[0] for gap in gaps):
            return self._by_equality(dict(zip(self.keys, points, strict=True)), gaps[0])
        return self._by_order(gaps, points)

    def _by_equality(self, table: dict[Any, int], default: int) -> Lookup:
        get, key = table.get, self._key
        if self.kind in _RAW:
            return lambda value: get(value, default)
        return lambda value: get(key(value), default)

    def _by_order(self, gaps: list[int], points: list[int]) -> Lookup:
        keys, key, count = self.keys, self._key, len(self.keys)

        def find(value: Any) -> int:
            place = bisect_left(keys, value)
            return points[place] if place < count and keys[place] == value else gaps[place]

        return find if self.kind in _RAW else lambda value: find(key(value))


def _merged(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same regions without overlaps."""
    result: list[tuple[int, int]] = []
    for first, last in sorted(stretches):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result
