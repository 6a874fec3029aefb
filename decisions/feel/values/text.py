"""Values as text: what `string()` gives, what a message quotes, and the name of a value's kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .compound import Function, Range
from .durations import DayTimeDuration, YearMonthDuration
from .numbers import Decimal, number_text
from .temporal import Date, DateTime, Time

#: Lists inside lists that are written out.
_MAX_DEPTH = 60
#: Characters of a value that a message quotes.
_QUOTED = 60

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    YearMonthDuration: "years and months duration",
    DayTimeDuration: "days and time duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
#: Keys that are written without quotes: words of letters that every reader takes for a name.
_PLAIN_KEY = re.compile(r"[A-Za-z_À-ÖØ-öø-ʯ][A-Za-z0-9_À-ÖØ-öø-ʯ]*(?: [A-Za-z0-9_À-ÖØ-öø-ʯ]+)*")
#: Words of the language that would end or change a key when it is read again.
_RESERVED = frozenset(
    [
        "and",
        "or",
        "in",
        "between",
        "then",
        "else",
        "return",
        "satisfies",
        "instance",
        "if",
        "for",
        "some",
        "every",
        "function",
    ]
)
_TEMPORAL = (Date, Time, DateTime, YearMonthDuration, DayTimeDuration)


def kind_of(value: Any) -> str:
    """Name the FEEL type of a value: "number", "string", ..."""
    return _KINDS.get(type(value), "unknown value")


def quote(text: str) -> str:
    """Write a FEEL string literal."""
    return f'"{text.translate(_ESCAPES)}"'


def to_text(value: Any, limit: int | None = None) -> str:
    """Give the text of a value as the `string` function does, cut off behind `limit` characters.

    Source: DMN 1.5, 10.3.4.1 and 10.3.2.14 (canonical text of values).
    """
    return value if isinstance(value, str) else literal(value, limit=limit)


def literal(value: Any, *, nested: bool = False, limit: int | None = None) -> str:
    """Write a value; strings inside lists and contexts are quoted.

    A list may hold itself many times over: without a limit its text can be far larger than the value.
    """
    written: list[str] = []
    size = 0
    for piece in _pieces(value, nested, 0):
        written.append(piece)
        size += len(piece)
        if limit is not None and size > limit:
            break
    return "".join(written)


def _pieces(value: Any, nested: bool, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        yield "..."
    elif isinstance(value, list):
        yield "["
        for place, item in enumerate(value):
            if place:
                yield ", "
            yield from _pieces(item, False, depth + 1)
        yield "]"
    elif isinstance(value, dict):
        yield "{"
        for place, (key, item) in enumerate(value.items()):
            yield f"{', ' if place else ''}{key_text(key)}: "
            yield from _pieces(item, False, depth + 1)
        yield "}"
    else:
        yield _plain(value, nested)


def _plain(value: Any, nested: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, _TEMPORAL):
        return f'@"{value}"' if nested else str(value)
    if isinstance(value, Range):
        return range_text(value)
    return repr(value) if isinstance(value, Function) else "unknown value"


def key_text(key: str) -> str:
    """Write the key of a context; quoted when it is not a plain name."""
    plain = _PLAIN_KEY.fullmatch(key) and not _RESERVED.intersection(key.split(" "))
    return key if plain else quote(key)


def range_text(value: Range) -> str:
    """Write a range the way it is typed."""
    if value.operator:
        operand = value.end if value.operator in ("<", "<=") else value.start
        return f"({value.operator} {literal(operand, nested=True)})"
    start = "[" if value.start_included else "("
    end = "]" if value.end_included else ")"
    return f"{start}{literal(value.start, nested=True)}..{literal(value.end, nested=True)}{end}"


def describe(value: Any) -> str:
    """Quote a value with its kind for a message: `number 5`, `string "a"`."""
    if value is None:
        return "null"
    shown = literal(value, limit=_QUOTED)
    if len(shown) > _QUOTED:
        shown = shown[: _QUOTED - 3] + "..."
    return shown if isinstance(value, Function) else f"{kind_of(value)} {shown}"
