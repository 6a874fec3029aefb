"""Representative inputs of a table's columns: one for each stretch of values that its rules treat alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from decisions.dmn.columns import Cell, Column, Line
from decisions.feel.types import FeelType, NamedType, SimpleType
from decisions.feel.values import Date, DayTimeDuration, YearMonthDuration
from decisions.feel.values.numbers import ONE, ZERO, is_integral

#: kinds of values whose every region can be walked through
_WALKED = (bool, Decimal, str, Date, YearMonthDuration, DayTimeDuration)
_NO_VALUE = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Values of one column that the rules cannot tell apart."""

    #: one of the values
    example: Any
    #: the rules that accept them
    mask: int
    #: numbers between two whole ones, in a column that names whole numbers only
    is_fraction: bool = False
    #: values of other stretches with the same rules
    more: tuple[Any, ...] = ()


def regions(cells: Sequence[Cell | None], wanted: FeelType, allowed: Cell | None) -> list[Region]:
    """The regions of a column, one for each set of rules, whole numbers first.

    Args:
        cells: the column; None where a cell must be evaluated (it counts as accepting nothing).
        wanted: type of the input.
        allowed: the values the column allows, None for all.
    """
    known = [cell or Cell() for cell in cells]
    column = Column([*known, allowed or Cell(any=True)])
    permitted = 1 << len(known)
    stretches: dict[int, list[tuple[bool, Any]]] = {}
    last = -1
    for value, is_fraction in _examples(column, wanted):
        mask = column.mask(value)
        if not mask & permitted:
            last = -1
            continue
        examples = stretches.setdefault(mask, [])
        if mask != last:
            examples.append((is_fraction, value))
        elif examples[-1][0] and not is_fraction:
            examples[-1] = (False, value)
        last = mask
    found = (_region(mask ^ permitted, examples) for mask, examples in stretches.items())
    return sorted(found, key=lambda region: region.is_fraction)


def _region(mask: int, examples: Sequence[tuple[bool, Any]]) -> Region:
    """One region of all stretches with the same rules; whole numbers before fractions."""
    ordered = sorted(examples, key=lambda example: example[0])
    first, *rest = ordered
    more = tuple(value for is_fraction, value in rest if is_fraction == first[0])
    return Region(example=first[1], mask=mask, is_fraction=first[0], more=more)


def kinds_of(wanted: FeelType) -> tuple[type, ...]:
    """The kinds of values a type has; empty when that cannot be said."""
    while isinstance(wanted, NamedType):
        wanted = wanted.base
    return wanted.classes if isinstance(wanted, SimpleType) else ()


def _examples(column: Column, wanted: FeelType) -> Iterator[tuple[Any, bool]]:
    """Values from every region of every kind that may come, in order."""
    kinds = [kind for kind in kinds_of(wanted) or column.lines if kind in _WALKED]
    for kind in kinds:
        if kind is bool:
            yield from ((True, False), (False, False))
        elif line := column.lines.get(kind):
            yield from _line_examples(line)
        else:
            yield _ANYTHING[kind], False
    if not kinds:
        yield None, False


def _line_examples(line: Line) -> Iterator[tuple[Any, bool]]:
    bounds = line.bounds
    if line.kind is str and len(set(line.masks[0::2])) == 1:
        yield from ((value, False) for value in bounds)
        yield _other_text(bounds), False
        return
    whole = line.kind is Decimal and all(is_integral(value) for value in bounds)
    for low, high in zip((None, *bounds), (*bounds, None), strict=True):
        value = _between(line.kind, low, high)
        if value is not _NO_VALUE:
            yield value, whole and not is_integral(value)
        if high is not None:
            yield high, False


def _other_text(known: Sequence[str]) -> str:
    """A text that no cell names."""
    text = "other"
    while text in known:
        text += "?"
    return text


def _between(kind: type, low: Any, high: Any) -> Any:
    """A value strictly between two neighbours, of which one may be missing."""
    if kind is Decimal:
        return _number_between(low, high)
    if kind is str:
        return _text_between(low, high)
    if low is None:
        return _of_ordinal(kind, _ordinal(high) - 1)
    if high is None:
        return _of_ordinal(kind, _ordinal(low) + 1)
    first, last = _ordinal(low), _ordinal(high)
    return _of_ordinal(kind, (first + last) // 2) if last - first > 1 else _NO_VALUE


def _number_between(low: Decimal | None, high: Decimal | None) -> Decimal:
    if low is None:
        return ZERO if high is None else high - ONE
    if high is None or low + ONE < high:
        return low + ONE
    return (low + high) / 2


def _text_between(low: str | None, high: str | None) -> Any:
    if low is None:
        return "" if high else _NO_VALUE
    longer = low + "a"
    return longer if high is None or longer < high else _NO_VALUE


def _ordinal(value: Any) -> int:
    if isinstance(value, Date):
        return value.days
    return int(value.months if isinstance(value, YearMonthDuration) else value.nanos)


def _of_ordinal(kind: type, number: int) -> Any:
    return Date.of_days(number) if kind is Date else kind(number)


_ANYTHING: dict[type, Any] = {
    Decimal: Decimal(0),
    str: "any",
    Date: Date(2026, 1, 1),
    YearMonthDuration: YearMonthDuration(1),
    DayTimeDuration: DayTimeDuration(0),
}
