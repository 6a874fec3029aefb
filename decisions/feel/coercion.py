"""How JUEL makes operands alike (Expression Language 2.1, 1.7, 1.8.1, 1.8.2 and 1.18).

A number beside a text reads the text as a number, a boolean beside a text reads the text as a boolean, and any
other value beside a text is compared as text.
"""

from __future__ import annotations

from collections.abc import Callable

from .values import Decimal, Value
from .values.numbers import DecimalException, make_number
from .values.text import to_text


def alike(left: Value, right: Value, *, is_order: bool) -> tuple[Value, Value] | None:
    """Return both values as one kind; None when one of them cannot be read as the other's.

    Args:
        is_order: of `<` and its kin, which know no booleans.
    """
    kinds = {type(left), type(right)}
    if len(kinds) == 1 or None in (left, right):
        return left, right
    if Decimal in kinds:
        return _both(left, right, _number)
    if bool in kinds and not is_order:
        return _both(left, right, _boolean)
    if str in kinds and not kinds & {list, dict}:
        return to_text(left), to_text(right)
    return left, right


def operand_of(value: Value) -> Value:
    """Return an operand of `+ - * /` as a number: null is 0, digits are read; what is no number stays."""
    if value is None:
        return make_number(0)
    number = _number(value) if type(value) is str else None
    return value if number is None else number


def _both(left: Value, right: Value, read: Callable[[Value], Value]) -> tuple[Value, Value] | None:
    one, other = read(left), read(right)
    return None if one is None or other is None else (one, other)


def _number(value: Value) -> Decimal | None:
    """Return a number or a text as a number; an empty text is 0."""
    if type(value) is Decimal:
        return value
    if type(value) is not str:
        return None
    try:
        return make_number(value.strip() or "0")
    except DecimalException:
        return None


def _boolean(value: Value) -> bool | None:
    """Return a boolean or a text as a boolean; every text but "true" is false."""
    if type(value) is bool:
        return value
    return value.casefold() == "true" if type(value) is str else None
