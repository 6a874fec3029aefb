"""FEEL numbers: decimals of 34 digits, rounded half-even (DMN 1.5, 10.3.2.3.1)."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

__all__ = [
    "CONTEXT",
    "ONE",
    "ROUND_CEILING",
    "ROUND_DOWN",
    "ROUND_FLOOR",
    "ROUND_HALF_DOWN",
    "ROUND_HALF_EVEN",
    "ROUND_HALF_UP",
    "ROUND_UP",
    "ZERO",
    "Decimal",
    "DecimalException",
    "is_integral",
    "make_number",
    "number_text",
    "round_to_scale",
    "to_int",
]

#: Every calculation names this context: the one of the thread may be anybody's.
CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
#: Wide enough to move the point of any FEEL number without rounding it.
_EXACT = Context(prec=13_000, Emin=-99_999, Emax=99_999, traps=[InvalidOperation, DivisionByZero, Overflow])

ZERO = Decimal(0)
ONE = Decimal(1)
#: `floor(n, scale)` and its kind accept these scales (table 74 of the standard).
MIN_SCALE, MAX_SCALE = -6111, 6176


def make_number(value: int | float | str) -> Decimal:
    """Give the FEEL number for a Python number or a text of digits.

    Raises:
        DecimalException: not a finite number.
    """
    if isinstance(value, float):
        value = repr(value)
    number = CONTEXT.create_decimal(value)
    if not number.is_finite():
        raise InvalidOperation(f"{value} is not a number")
    return number


def is_integral(number: Decimal) -> bool:
    """Tell whether the number has no fraction."""
    return number == number.to_integral_value(ROUND_DOWN)


def to_int(number: Decimal) -> int:
    """Give the whole part; huge exponents are cut so that no billion digits are built."""
    return int(number) if number.adjusted() < 7000 else int(Decimal((number.is_signed(), (9,) * 40, 0)))


def round_to_scale(number: Decimal, scale: int, rounding: str) -> Decimal:
    """Round to `scale` digits behind the point; a negative scale rounds tens and hundreds."""
    if number.as_tuple().exponent >= -scale:  # type: ignore[operator]
        return number
    return CONTEXT.plus(number.quantize(Decimal((0, (1,), -scale)), rounding=rounding, context=_EXACT))


def number_text(number: Decimal) -> str:
    """Write a number plainly: no exponent for common sizes, no trailing zeros.

    Source: DMN 1.5, 10.3.2.3.1 and the `string` function.
    """
    if number.is_zero():
        return "0"
    normal = number.normalize(CONTEXT)
    exponent = normal.as_tuple().exponent
    if isinstance(exponent, int) and -100 < exponent < 100:
        return f"{normal:f}"
    return str(normal)
