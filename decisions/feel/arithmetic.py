"""`+ - * / **` and unary minus over every pair of kinds (DMN 1.5, 10.3.2.11, tables 53 to 55)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from .budget import Run
from .values import Date, DateTime, DayTimeDuration, Decimal, Time, Value, YearMonthDuration, describe
from .values.durations import DAY_NANOS, NANOS
from .values.numbers import CONTEXT, DecimalException, is_integral
from .values.temporal import UTC_MIDNIGHT

Operation = Callable[[Value, Value], Value]

_WORDS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "raise"}


class _Impossible(ArithmeticError):
    """Two values of fitting kinds that still have no result; the text says why."""


def _date_time_minus(left: DateTime, right: DateTime) -> DayTimeDuration:
    if left.is_local is not right.is_local:
        raise _Impossible("one has a time zone and the other has none")
    return DayTimeDuration(left.instant - right.instant)


def _time_minus(left: Time, right: Time) -> DayTimeDuration:
    if left.is_local is not right.is_local:
        raise _Impossible("one has a time zone and the other has none")
    return DayTimeDuration(left.day_nanos - right.day_nanos - (left.utc_offset - right.utc_offset) * NANOS)


def _midnight(day: Date) -> DateTime:
    return DateTime(day, UTC_MIDNIGHT)


def _date_plus(day: Date, nanos: int) -> Date:
    return Date.of_days(day.days + nanos // DAY_NANOS)


def _scaled(amount: int, factor: Fraction) -> int:
    """Multiply whole units; the rest is cut off towards zero."""
    result = amount * factor
    return int(result)


def _fraction(number: Decimal) -> Fraction:
    if abs(number.adjusted()) > 60 and number:
        raise _Impossible("the number is out of range for a duration")
    return Fraction(number)


def _over(number: Decimal) -> Fraction:
    if not number:
        raise _Impossible("division by zero")
    return 1 / _fraction(number)


def _ratio(one: int, other: int) -> Decimal:
    if not other:
        raise _Impossible("division by zero")
    return CONTEXT.divide(Decimal(one), Decimal(other))


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise _Impossible("division by zero")
    return CONTEXT.divide(left, right)


def _power(left: Decimal, right: Decimal) -> Decimal:
    if not left and right < 0:
        raise _Impossible("division by zero")
    if left < 0 and not is_integral(right):
        raise _Impossible("the root of a negative number")
    if not left and not right:
        return Decimal(1)
    return CONTEXT.power(left, right)


_YM, _DT = YearMonthDuration, DayTimeDuration

_TABLE: dict[tuple[str, type, type], Operation] = {
    ("+", Decimal, Decimal): CONTEXT.add,
    ("-", Decimal, Decimal): CONTEXT.subtract,
    ("*", Decimal, Decimal): CONTEXT.multiply,
    ("/", Decimal, Decimal): _divide,
    ("**", Decimal, Decimal): _power,
    ("+", str, str): lambda a, b: a + b,
    ("+", _YM, _YM): lambda a, b: _YM(a.months + b.months),
    ("-", _YM, _YM): lambda a, b: _YM(a.months - b.months),
    ("+", _DT, _DT): lambda a, b: _DT(a.nanos + b.nanos),
    ("-", _DT, _DT): lambda a, b: _DT(a.nanos - b.nanos),
    ("*", _YM, Decimal): lambda a, b: _YM(_scaled(a.months, _fraction(b))),
    ("*", Decimal, _YM): lambda a, b: _YM(_scaled(b.months, _fraction(a))),
    ("*", _DT, Decimal): lambda a, b: _DT(_scaled(a.nanos, _fraction(b))),
    ("*", Decimal, _DT): lambda a, b: _DT(_scaled(b.nanos, _fraction(a))),
    ("/", _YM, Decimal): lambda a, b: _YM(_scaled(a.months, _over(b))),
    ("/", _DT, Decimal): lambda a, b: _DT(_scaled(a.nanos, _over(b))),
    ("/", _YM, _YM): lambda a, b: _ratio(a.months, b.months),
    ("/", _DT, _DT): lambda a, b: _ratio(a.nanos, b.nanos),
    ("+", Date, _YM): lambda a, b: a.plus_months(b.months),
    ("-", Date, _YM): lambda a, b: a.plus_months(-b.months),
    ("+", _YM, Date): lambda a, b: b.plus_months(a.months),
    ("+", Date, _DT): lambda a, b: _date_plus(a, b.nanos),
    ("-", Date, _DT): lambda a, b: _date_plus(a, -b.nanos),
    ("+", _DT, Date): lambda a, b: _date_plus(b, a.nanos),
    ("+", DateTime, _YM): lambda a, b: a.plus_months(b.months),
    ("-", DateTime, _YM): lambda a, b: a.plus_months(-b.months),
    ("+", _YM, DateTime): lambda a, b: b.plus_months(a.months),
    ("+", DateTime, _DT): lambda a, b: a.plus_nanos(b.nanos),
    ("-", DateTime, _DT): lambda a, b: a.plus_nanos(-b.nanos),
    ("+", _DT, DateTime): lambda a, b: b.plus_nanos(a.nanos),
    ("+", Time, _DT): lambda a, b: a.at(a.day_nanos + b.nanos),
    ("-", Time, _DT): lambda a, b: a.at(a.day_nanos - b.nanos),
    ("+", _DT, Time): lambda a, b: b.at(b.day_nanos + a.nanos),
    ("-", Time, Time): _time_minus,
    ("-", DateTime, DateTime): _date_time_minus,
    ("-", Date, Date): lambda a, b: _DT((a.days - b.days) * DAY_NANOS),
    ("-", Date, DateTime): lambda a, b: _date_time_minus(_midnight(a), b),
    ("-", DateTime, Date): lambda a, b: _date_time_minus(a, _midnight(b)),
}


def calculate(run: Run, operator: str, left: Value, right: Value, position: int) -> Value:
    """Apply an operator; null with a message when the two values have no result."""
    operation = _TABLE.get((operator, type(left), type(right)))
    if operation is None:
        return _refuse(run, operator, left, right, position, "")
    if operator == "+" and type(left) is str:
        run.check_string(len(left) + len(right))
    try:
        return operation(left, right)
    except _Impossible as why:
        return _refuse(run, operator, left, right, position, f": {why}")
    except (DecimalException, ValueError, OverflowError):
        return _refuse(run, operator, left, right, position, ": the result is out of range")


def _refuse(run: Run, operator: str, left: Value, right: Value, position: int, why: str) -> None:
    code = "cannot_calculate" if why else "wrong_type"
    link = {"+": "to", "-": "from", "*": "by", "/": "by", "**": "to the power of"}[operator]
    one, other = (right, left) if operator == "-" else (left, right)
    run.error(code, f"cannot {_WORDS[operator]} {describe(one)} {link} {describe(other)}{why}", position)


def negate(run: Run, value: Value, position: int) -> Value:
    """Apply unary minus."""
    if type(value) is Decimal:
        return CONTEXT.minus(value)
    if type(value) is YearMonthDuration:
        return YearMonthDuration(-value.months)
    if type(value) is DayTimeDuration:
        return DayTimeDuration(-value.nanos)
    return run.error("wrong_type", f"cannot negate {describe(value)}", position)
