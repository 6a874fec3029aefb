"""Conversion functions (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import re
from operator import gt

from ..budget import Run
from ..comparison import compare, order_key
from ..errors import FeelSyntaxError
from ..nodes import Call, Constant, Interval, Name, Negate, Node
from ..parser import Parser
from ..values import (
    Date,
    DateTime,
    DayTimeDuration,
    Decimal,
    Range,
    Time,
    Value,
    YearMonthDuration,
    describe,
    to_text,
)
from ..values.conversion import written_size
from ..values.durations import NANOS, parse_duration
from ..values.numbers import CONTEXT, DecimalException, is_integral, make_number, to_int
from ..values.temporal import MIDNIGHT, UTC_MIDNIGHT, parse_date, parse_date_time, parse_time
from .registry import builtin

_GROUPING = (" ", ",", ".")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)


@builtin("@(text: string)")
def at_literal(run: Run, text: str) -> Value:
    """Report an `@"..."` whose text is no temporal value; good ones never come here."""
    return run.error("bad_literal", f"{describe(text)} is no date, time, date and time or duration")


@builtin("string(from)")
def string(run: Run, value: Value) -> Value:
    """Give the text of a value; null stays null."""
    if value is None:
        return None
    if isinstance(value, list | dict):
        run.check_list(written_size(value))
    text = to_text(value, run.budget.string_size)
    run.check_string(len(text))
    return text


@builtin("number(from: string)", "number(from: string, grouping separator, decimal separator)")
def number(run: Run, text: str, grouping: Value = None, point: Value = None) -> Value:
    """Read a number, with the separators of some country."""
    if grouping is not None and grouping not in _GROUPING:
        return run.error(
            "wrong_argument",
            f'number: "grouping separator" must be one of " ", ",", ".", not {describe(grouping)}',
        )
    if point is not None and point not in (",", "."):
        return run.error(
            "wrong_argument", f'number: "decimal separator" must be one of ",", ".", not {describe(point)}'
        )
    if grouping is not None and grouping == point:
        return run.error("wrong_argument", f"number: both separators are {describe(point)}")
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(".", "?").replace(point, ".") if point and point != "." else plain
    if not _NUMBER.fullmatch(plain):
        return run.error("bad_literal", f"{describe(text)} is no number")
    try:
        return make_number(plain)
    except DecimalException:
        return run.error("out_of_range", f"{describe(text)} is out of range for a number")


# -- temporal values ---------------------------------------------------------------------------


@builtin("date(from: string|date|date and time)")
def date(run: Run, value: str | Date | DateTime) -> Value:
    """Read a date, or take the date of a date and time."""
    if isinstance(value, DateTime):
        return value.date
    if isinstance(value, Date):
        return value
    return parse_date(value) or run.error("bad_literal", f"{describe(value)} is no date")


@builtin("date(year: number, month: number, day: number)")
def date_of(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    """Make a date of its parts."""
    if all(is_integral(part) and part.adjusted() < 12 for part in (year, month, day)):
        try:
            return Date(to_int(year), to_int(month), to_int(day))
        except ValueError:
            pass
    return run.error("bad_literal", f"there is no day {to_text(year)}-{to_text(month)}-{to_text(day)}")


@builtin("time(from: string|time|date and time|date)")
def time(run: Run, value: str | Time | DateTime | Date) -> Value:
    """Read a time, or take the time of a date and time; a date gives midnight UTC."""
    if isinstance(value, DateTime):
        return value.time
    if isinstance(value, Time):
        return value
    if isinstance(value, Date):
        return UTC_MIDNIGHT
    return parse_time(value) or run.error("bad_literal", f"{describe(value)} is no time")


@builtin("time(hour: number, minute: number, second: number, offset?)")
def time_of(run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: Value = None) -> Value:
    """Make a time of its parts; seconds may have a fraction, the offset is a duration or null."""
    if offset is not None and not isinstance(offset, DayTimeDuration):
        text = f'time: "offset" must be days and time duration, not {describe(offset)}'
        return run.error("wrong_argument", text)
    shift = None if offset is None else offset.nanos // NANOS
    whole = is_integral(hour) and is_integral(minute) and all(p.adjusted() < 6 for p in (hour, minute, second))
    if whole and second >= 0 and (shift is None or abs(shift) <= 18 * 3600):
        seconds, fraction = to_int(second), second % 1
        try:
            return Time(to_int(hour), to_int(minute), seconds, int(fraction * NANOS), shift)
        except ValueError:
            pass
    return run.error("bad_literal", f"there is no time {to_text(hour)}:{to_text(minute)}:{to_text(second)}")


@builtin("date and time(from: string|date and time|date)")
def date_and_time(run: Run, value: str | DateTime | Date) -> Value:
    """Read a date and time; a date alone means its midnight."""
    if isinstance(value, DateTime):
        return value
    if isinstance(value, Date):
        return DateTime(value, UTC_MIDNIGHT)
    found = parse_date_time(value)
    if found is None:
        day = parse_date(value)
        found = DateTime(day, MIDNIGHT) if day else None
    return found or run.error("bad_literal", f"{describe(value)} is no date and time")


@builtin("date and time(date: date|date and time, time: time)")
def date_and_time_of(run: Run, day: Date | DateTime, clock: Time) -> Value:
    """Join a date with a time; the zone is that of the time."""
    return DateTime(day.date if isinstance(day, DateTime) else day, clock)


@builtin("duration(from: string)")
def duration(run: Run, value: str) -> Value:
    """Read a duration of either kind."""
    found = parse_duration(value)
    return run.error("bad_literal", f"{describe(value)} is no duration") if found is None else found


@builtin("years and months duration(from: date|date and time, to: date|date and time)")
def years_and_months_duration(run: Run, start: Date | DateTime, end: Date | DateTime) -> Value:
    """Count the whole months between two dates; times of day do not matter."""
    one = start.date if isinstance(start, DateTime) else start
    other = end.date if isinstance(end, DateTime) else end
    months = (other.year - one.year) * 12 + other.month - one.month
    if months > 0 and other.day < one.day:
        months -= 1
    elif months < 0 and other.day > one.day:
        months += 1
    return YearMonthDuration(months)


# -- ranges ------------------------------------------------------------------------------------

#: Functions that may stand in the text of a range, with literal arguments only.
_LITERAL_FUNCTIONS = {"date": date, "time": time, "date and time": date_and_time, "duration": duration}


@builtin("range(from: string)")
def range_of(run: Run, text: str) -> Value:
    """Read a range with two literal ends, `[1..3]` or `(@"2026-01-01"..date("2026-02-01")]`."""
    try:
        node = Parser(text).whole_expression()
    except FeelSyntaxError as error:
        return run.error("bad_literal", f"{describe(text)} is no range: {error}")
    if not isinstance(node, Interval):
        return run.error("bad_literal", f"{describe(text)} is no range with two ends")
    start, end = _endpoint(run, node.start), _endpoint(run, node.end)
    one, other = order_key(start), order_key(end)
    if one is None or other is None or one[0] != other[0]:
        return run.error("bad_range", f"the ends of {describe(text)} are no literals of one kind")
    if compare(gt, start, end):
        return run.error("bad_range", f"{describe(text)} ends before it starts")
    return Range(start, node.start_included, end, node.end_included)


def _endpoint(run: Run, node: Node) -> Value:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Negate) and isinstance(node.operand, Constant) and isinstance(node.operand.value, Decimal):
        return CONTEXT.minus(node.operand.value)
    if isinstance(node, Call) and isinstance(node.function, Name) and len(node.arguments) == 1:
        argument = node.arguments[0]
        function = _LITERAL_FUNCTIONS.get(node.function.name)
        if function and isinstance(argument, Constant) and isinstance(argument.value, str):
            return function(run, argument.value)
    return None
