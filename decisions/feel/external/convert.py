"""FEEL values to the values of Java's types and back (DMN 1.5, table 61)."""

from __future__ import annotations

import struct

from ..values import Decimal, Value, describe
from ..values.numbers import is_integral, make_number, number_text, to_int

_BITS = {"int": 32, "long": 64, "short": 16, "byte": 8}
_BOXES = {
    "java.lang.Integer": "int",
    "java.lang.Long": "long",
    "java.lang.Short": "short",
    "java.lang.Byte": "byte",
    "java.lang.Double": "double",
    "java.lang.Float": "float",
    "java.lang.Boolean": "boolean",
    "java.lang.Character": "char",
}
_TEXTS = ("java.lang.String", "java.lang.CharSequence")


class CannotConvertError(ValueError):
    """A FEEL value has no counterpart of a Java type."""


def to_java(value: Value, kind: str) -> object:
    """Convert an argument to a Java parameter type, in Python's clothes.

    Raises:
        CannotConvertError: the value does not fit.
    """
    kind = _BOXES.get(kind, kind)
    if kind in _BITS and isinstance(value, Decimal):
        return whole(value, kind)
    if kind in ("double", "float") and isinstance(value, Decimal):
        return float(value) if kind == "double" else single(float(value))
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "char" and isinstance(value, str) and len(value) == 1:
        return value
    if kind in _TEXTS and isinstance(value, str):
        return value
    if kind == "java.lang.Object":
        return value
    raise CannotConvertError(f"{describe(value)} is no {kind}")


def whole(value: Decimal, kind: str) -> int:
    """Convert to a whole number of 8 to 64 bits."""
    number = to_int(value)
    limit = 1 << (_BITS[kind] - 1)
    if not is_integral(value) or not -limit <= number < limit:
        raise CannotConvertError(f"{describe(value)} is no {kind}")
    return number


def check_width(number: int, kind: str) -> int:
    """Refuse a result that overflows its type."""
    limit = 1 << (_BITS[kind] - 1)
    if not -limit <= number < limit:
        raise ArithmeticError(f"{kind} overflow")
    return number


def single(number: float) -> float:
    """Round to the 32 bits of Java's float, written shortly."""
    rounded = struct.unpack("f", struct.pack("f", number))[0]
    for digits in range(1, 10):
        text = f"{rounded:.{digits}g}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == rounded:
            return float(text)
    return float(rounded)


def to_value(result: object, kind: str) -> Value:
    """Convert what a method gave to a FEEL value."""
    if isinstance(result, bool | str | Decimal):
        return result
    if isinstance(result, int):
        return Decimal(check_width(result, kind) if kind in _BITS else result)
    if isinstance(result, float):
        return make_number(result)
    raise CannotConvertError(f"{result!r} is no FEEL value")


def java_text(value: Value) -> str:
    """Write a value as Java's `String.valueOf` does."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, Decimal) else str(value)
