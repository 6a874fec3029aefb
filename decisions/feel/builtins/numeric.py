"""Numeric functions (DMN 1.5, 10.3.4.5)."""

from __future__ import annotations

from ..budget import Run
from ..values import Decimal, Value, describe
from ..values.numbers import (
    CONTEXT,
    MAX_SCALE,
    MIN_SCALE,
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    DecimalException,
    is_integral,
    round_to_scale,
    to_int,
)
from .registry import builtin


def _round(run: Run, number: Decimal, scale: Decimal | None, rounding: str) -> Value:
    places = 0 if scale is None else to_int(scale)
    if not MIN_SCALE <= places <= MAX_SCALE:
        text = f"the scale {describe(scale)} is not within {MIN_SCALE}..{MAX_SCALE}"
        return run.error("out_of_range", text)
    return round_to_scale(number, places, rounding)


@builtin("decimal(n: number, scale: number)")
def decimal(run: Run, number: Decimal, scale: Decimal) -> Value:
    """Round half-even."""
    return _round(run, number, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number)")
def floor(run: Run, number: Decimal, scale: Decimal | None = None) -> Value:
    """Round down towards minus infinity."""
    return _round(run, number, scale, ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def ceiling(run: Run, number: Decimal, scale: Decimal | None = None) -> Value:
    """Round up towards plus infinity."""
    return _round(run, number, scale, ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def round_up(run: Run, number: Decimal, scale: Decimal) -> Value:
    """Round away from zero."""
    return _round(run, number, scale, ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(run: Run, number: Decimal, scale: Decimal) -> Value:
    """Round towards zero."""
    return _round(run, number, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(run: Run, number: Decimal, scale: Decimal) -> Value:
    """Round to the nearest, a half away from zero."""
    return _round(run, number, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(run: Run, number: Decimal, scale: Decimal) -> Value:
    """Round to the nearest, a half towards zero."""
    return _round(run, number, scale, ROUND_HALF_DOWN)


@builtin("abs(n: number|duration)")
def absolute(run: Run, value: Value) -> Value:
    """Drop the sign of a number or duration."""
    if isinstance(value, Decimal):
        return abs(value) if value.is_signed() else value
    if hasattr(value, "months"):
        return type(value)(abs(value.months))
    return type(value)(abs(value.nanos))


@builtin("modulo(dividend: number, divisor: number)")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    """Give the remainder with the sign of the divisor."""
    if not divisor:
        return run.error("cannot_calculate", f"cannot divide {describe(dividend)} by zero")
    try:
        rest = CONTEXT.remainder(dividend, divisor)
        return CONTEXT.add(rest, divisor) if rest and rest.is_signed() != divisor.is_signed() else rest
    except DecimalException:
        # The quotient has more than 34 digits.
        return run.error("cannot_calculate", f"modulo of {describe(dividend)} and {describe(divisor)} is out of range")


@builtin("sqrt(number: number)")
def sqrt(run: Run, number: Decimal) -> Value:
    """Give the square root."""
    if number < 0:
        return run.error("cannot_calculate", f"there is no square root of {describe(number)}")
    return CONTEXT.sqrt(number)


@builtin("log(number: number)")
def log(run: Run, number: Decimal) -> Value:
    """Give the natural logarithm."""
    if number <= 0:
        return run.error("cannot_calculate", f"there is no logarithm of {describe(number)}")
    return CONTEXT.ln(number)


@builtin("exp(number: number)")
def exp(run: Run, number: Decimal) -> Value:
    """Give e to the power of the number."""
    try:
        return CONTEXT.exp(number)
    except DecimalException:
        return run.error("cannot_calculate", f"exp of {describe(number)} is out of range")


@builtin("odd(number: number)")
def odd(run: Run, number: Decimal) -> Value:
    """Tell whether a whole number is odd."""
    return is_integral(number) and _last_digit(number) % 2 == 1


@builtin("even(number: number)")
def even(run: Run, number: Decimal) -> Value:
    """Tell whether a whole number is even."""
    return is_integral(number) and _last_digit(number) % 2 == 0


def _last_digit(number: Decimal) -> int:
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or exponent > 0:
        return 0
    return digits[exponent - 1] if exponent < 0 and len(digits) > -exponent else (digits[-1] if exponent == 0 else 0)
