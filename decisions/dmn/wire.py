"""FEEL values as JSON that loses nothing: numbers, dates and durations are tagged.

`{"$number": "12.50"}`, `{"$date": "2026-11-20"}`, `{"$time": ..}`, `{"$dateTime": ..}`, `{"$duration": ..}`;
`{"$range": ..}` and `{"$function": ..}` are given, never taken. A context key that begins with `$` gets
one more `$`. A JSON number is taken as a decimal.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from decisions.feel.values import (
    Date,
    DateTime,
    DayTimeDuration,
    Function,
    Range,
    Time,
    YearMonthDuration,
    to_text,
)
from decisions.feel.values.durations import parse_duration
from decisions.feel.values.numbers import DecimalException, make_number, number_text
from decisions.feel.values.temporal import parse_date, parse_date_time, parse_time

_TAGS: dict[type, str] = {
    Date: "$date",
    Time: "$time",
    DateTime: "$dateTime",
    YearMonthDuration: "$duration",
    DayTimeDuration: "$duration",
    Range: "$range",
    Function: "$function",
}
_READERS: dict[str, Callable[[str], Any]] = {
    "$number": make_number,
    "$date": parse_date,
    "$time": parse_time,
    "$dateTime": parse_date_time,
    "$duration": parse_duration,
}


class WireError(ValueError):
    """The JSON is not a value of this encoding."""

    code = "bad_value"
    retryable = False


def encode(value: Any) -> Any:
    """A FEEL value as JSON.

    Raises:
        WireError: lists or contexts are nested too deeply.
    """
    try:
        return _encoded(value)
    except RecursionError:
        raise WireError("the value is nested too deeply") from None


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return {"$number": number_text(value)}
    if isinstance(value, list):
        return [_encoded(item) for item in value]
    if isinstance(value, dict):
        return {f"${key}" if key.startswith("$") else key: _encoded(item) for key, item in value.items()}
    return {_TAGS[type(value)]: to_text(value)}


def decode(value: Any) -> Any:
    """A FEEL value from JSON.

    Raises:
        WireError: an unknown tag, text that is not of the tag's kind, or too much nesting.
    """
    try:
        return _decoded(value)
    except RecursionError:
        raise WireError("the value is nested too deeply") from None


def _decoded(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str, Decimal)):
        return value
    if isinstance(value, (int, float)):
        return _tagged("$number", value)
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if len(value) == 1:
        tag, text = next(iter(value.items()))
        if tag.startswith("$") and not tag.startswith("$$"):
            return _tagged(tag, text)
    return {key.removeprefix("$") if key.startswith("$$") else key: _decoded(item) for key, item in value.items()}


def decode_context(values: Any) -> dict[str, Any]:
    """Values by name from JSON; a name is never a tag.

    Raises:
        WireError: the JSON is no object, or a value in it is none.
    """
    if not isinstance(values, dict):
        raise WireError("inputs must be a JSON object")
    return {name: decode(value) for name, value in values.items()}


def _tagged(tag: str, text: Any) -> Any:
    try:
        value = _READERS[tag](str(text))
    except (KeyError, DecimalException):
        raise WireError(f"{tag} {text!r} is not a value") from None
    if value is None:
        raise WireError(f"{tag} {text!r} is not a value")
    return value
