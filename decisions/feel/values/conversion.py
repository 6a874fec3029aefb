"""Crossing the border: JSON to FEEL values and back, and the text of `@"..."` to a temporal value."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from .compound import Function, Range
from .durations import DayTimeDuration, Duration, YearMonthDuration, parse_duration
from .numbers import CONTEXT, Decimal, is_integral
from .temporal import Date, DateTime, Time, parse_date, parse_date_time, parse_time
from .text import literal

_FEEL = (str, bool, type(None), Date, Time, DateTime, YearMonthDuration, DayTimeDuration, Range, Function)
#: Integers of JSON beyond this are rounded to 34 digits like any FEEL number.
_EXACT_INT = 10**34


def parse_at_literal(text: str) -> Date | Time | DateTime | Duration | None:
    """Read the text of `@"..."` or of a temporal value in JSON."""
    return parse_date(text) or parse_time(text) or parse_date_time(text) or parse_duration(text)


def to_feel(value: Any) -> Any:
    """Give the FEEL value of a JSON value; Python's own dates and numbers are understood too.

    Numbers become decimals of 34 digits (a float by its shortest text), tuples lists; NaN and infinity null.
    """
    kind = type(value)
    if kind is int:
        return Decimal(value) if -_EXACT_INT < value < _EXACT_INT else CONTEXT.create_decimal(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is float:
        number = CONTEXT.create_decimal(repr(value))
        return number if number.is_finite() else None
    if kind is dict:
        return {str(key): to_feel(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [to_feel(item) for item in value]
    return _from_python(value)


def _from_python(value: Any) -> Any:
    if isinstance(value, Decimal):
        return CONTEXT.plus(value) if value.is_finite() else None
    if isinstance(value, _FEEL):
        return value
    if isinstance(value, datetime):
        return DateTime.of_datetime(value)
    if isinstance(value, date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, time):
        shift = value.utcoffset()
        offset = None if shift is None else round(shift.total_seconds())
        return Time(value.hour, value.minute, value.second, value.microsecond * 1000, offset)
    if isinstance(value, timedelta):
        return DayTimeDuration((value.days * 86_400 + value.seconds) * 10**9 + value.microseconds * 1000)
    if isinstance(value, dict | list | tuple | str | int | float):
        return to_feel(_plain(value))
    raise TypeError(f"a FEEL value cannot be made of {type(value).__name__}")


def _plain(value: Any) -> Any:
    """Strip a subclass of a JSON type."""
    kinds: tuple[Any, ...] = (str, dict, list, int, float)
    kind = next((kind for kind in kinds if isinstance(value, kind)), list)
    return kind(value)


def to_json(value: Any) -> Any:
    """Give the JSON value of a FEEL value: whole numbers as int, temporal values as ISO text."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is Decimal:
        return _number_to_json(value)
    if kind is list:
        return [to_json(item) for item in value]
    if kind is dict:
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, Range | Function):
        return literal(value)
    return str(value)


def _number_to_json(number: Decimal) -> int | float:
    if number.adjusted() < 40 and is_integral(number):
        return int(number)
    return float(number)


def written_size(value: Any) -> int:
    """Count the items a value has when it is written out; parts that are shared count every time."""
    known: dict[int, int] = {}

    def size(part: Any) -> int:
        if not isinstance(part, list | dict):
            return 1
        if id(part) not in known:
            inside = part.values() if isinstance(part, dict) else part
            known[id(part)] = 1 + sum(map(size, inside))
        return known[id(part)]

    return size(value)
