"""Java's `String.format` for the conversions that make sense for FEEL values."""

from __future__ import annotations

import re

from ..budget import Run
from ..values import Decimal, Value, describe
from ..values.numbers import CONTEXT, is_integral, round_to_scale, to_int
from .convert import CannotConvertError, java_text

_FIELD = re.compile(r"%(?:(\d{1,3})\$)?([-#+ 0,(]*)(\d{1,7})?(?:\.(\d{1,3}))?([a-zA-Z%])", re.ASCII)
_ROUNDING = "ROUND_HALF_UP"


def java_format(run: Run, pattern: str, values: list[Value]) -> str:
    """Fill a format string.

    Raises:
        CannotConvertError: a field that is unknown, has no value, or a value of another kind.
    """
    made: list[str] = []
    place = size = following = 0
    for found in _FIELD.finditer(pattern):
        made.append(_plain(pattern[place : found.start()]))
        place = found.end()
        index, flags, width, precision, conversion = found.groups()
        run.check_string(size + int(width or 0))
        if conversion in "n%":
            text = "\n" if conversion == "n" else "%"
        else:
            if index is None:
                following += 1
            number = int(index or following)
            if number > len(values):
                raise CannotConvertError(f'no value for the field "{found[0]}"')
            text = _field(values[number - 1], conversion, flags, precision)
        made.append(_pad(text, int(width or 0), flags))
        size += len(made[-1])
    return "".join([*made, _plain(pattern[place:])])


def _plain(text: str) -> str:
    if "%" in text:
        raise CannotConvertError(f'"{text[:40]}" has an unknown field')
    return text


def _pad(text: str, width: int, flags: str) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and text[:1] in "+-":
        return text[:1] + text[1:].rjust(width - 1, "0")
    return text.rjust(width, "0" if "0" in flags else " ")


def _field(value: Value, conversion: str, flags: str, precision: str | None) -> str:
    small = conversion.lower()
    if small == "s":
        text = java_text(value)[: int(precision)] if precision else java_text(value)
    elif small == "b":
        text = java_text(value if isinstance(value, bool) else value is not None)
    elif small == "c" and isinstance(value, str) and len(value) == 1:
        text = value
    elif small in "dxo" and isinstance(value, Decimal) and is_integral(value):
        number = to_int(value)
        text = _signed(f"{abs(number):,d}" if "," in flags else f"{abs(number):{small}}", number < 0, flags)
    elif small in "fe" and isinstance(value, Decimal):
        text = _real(value, small, flags, int(precision or 6))
    else:
        raise CannotConvertError(f"%{conversion} cannot take {describe(value)}")
    return text.upper() if conversion.isupper() else text


def _real(value: Decimal, conversion: str, flags: str, digits: int) -> str:
    if conversion == "e":
        return _signed(f"{CONTEXT.abs(value):.{digits}e}", value < 0, flags)
    rounded = round_to_scale(CONTEXT.abs(value), digits, _ROUNDING)
    comma = "," if "," in flags else ""
    return _signed(f"{rounded:{comma}.{digits}f}", value < 0, flags)


def _signed(text: str, negative: bool, flags: str) -> str:
    if negative:
        return f"({text})" if "(" in flags else f"-{text}"
    return f"+{text}" if "+" in flags else f" {text}" if " " in flags else text
