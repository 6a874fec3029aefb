"""String functions; positions count code points from 1 (DMN 1.5, 10.3.4.3)."""

from __future__ import annotations

import re
from typing import Any

from ..budget import Run
from ..errors import BudgetExceeded
from ..values import Decimal, Value, describe
from ..values.numbers import to_int
from .patterns import PatternError, compile_pattern
from .registry import builtin

_REPLACEMENT = re.compile(r"\\([\\$])|\$([0-9]+)|([\\$])")


@builtin("substring(string: string, start position: number, length?: number)")
def substring(run: Run, text: str, start: Decimal, length: Decimal | None = None) -> Value:
    """Cut a part out; a negative start counts from the end."""
    begin = to_int(start)
    if begin == 0:
        return run.error("out_of_range", "substring: positions begin at 1 or -1, not 0")
    if length is not None and length < 0:
        return run.error("out_of_range", f"substring: the length cannot be {describe(length)}")
    first = begin - 1 if begin > 0 else max(0, len(text) + begin)
    return text[first:] if length is None else text[first : first + to_int(length)]


@builtin("string length(string: string)")
def string_length(run: Run, text: str) -> Value:
    """Count the code points."""
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(run: Run, text: str) -> Value:
    """Write in capitals."""
    return text.upper()


@builtin("lower case(string: string)")
def lower_case(run: Run, text: str) -> Value:
    """Write in small letters."""
    return text.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(run: Run, text: str, match: str) -> Value:
    """Give what stands before the first match, "" without one."""
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def substring_after(run: Run, text: str, match: str) -> Value:
    """Give what stands behind the first match, "" without one."""
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(run: Run, text: str, match: str) -> Value:
    """Tell whether a string stands inside another."""
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(run: Run, text: str, match: str) -> Value:
    """Tell whether a string begins with another."""
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(run: Run, text: str, match: str) -> Value:
    """Tell whether a string ends with another."""
    return text.endswith(match)


@builtin("string join(list: list, delimiter?)")
def string_join(run: Run, items: list[Value], delimiter: Value = None) -> Value:
    """Join strings; null items are left out."""
    if delimiter is not None and not isinstance(delimiter, str):
        return run.error("wrong_argument", f'string join: "delimiter" must be string, not {describe(delimiter)}')
    strings = [item for item in items if item is not None]
    for item in strings:
        if not isinstance(item, str):
            return run.error("wrong_argument", f"string join: every item must be string, not {describe(item)}")
    run.check_string(sum(map(len, strings)) + len(strings) * len(delimiter or ""))
    return (delimiter or "").join(strings)


# -- regular expressions -----------------------------------------------------------------------


def _pattern(run: Run, pattern: str, flags: Value, function: str) -> Any:
    if flags is not None and not isinstance(flags, str):
        return run.error("wrong_argument", f'{function}: "flags" must be string, not {describe(flags)}')
    try:
        return compile_pattern(pattern, flags or "")
    except PatternError as error:
        return run.error("bad_pattern", f"{function}: {describe(pattern)} is no regular expression: {error}")


def _too_slow(run: Run) -> BudgetExceeded:
    return BudgetExceeded("seconds", run.budget.seconds)


@builtin("matches(input: string, pattern: string, flags?)")
def matches(run: Run, text: str, pattern: str, flags: Value = None) -> Value:
    """Tell whether the pattern is found anywhere in the text."""
    compiled = _pattern(run, pattern, flags, "matches")
    if compiled is None:
        return None
    try:
        return compiled.search(text, timeout=run.seconds_left()) is not None
    except TimeoutError:
        raise _too_slow(run) from None


@builtin("replace(input: string, pattern: string, replacement: string, flags?)")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: Value = None) -> Value:
    """Replace every match; `$1` in the replacement is the first group."""
    compiled = _pattern(run, pattern, flags, "replace")
    if compiled is None:
        return None
    is_literal = isinstance(flags, str) and "q" in flags
    pieces = _pieces(replacement, compiled.groups) if not is_literal else list[str | int]([replacement])
    if pieces is None:
        return run.error("bad_pattern", f"replace: {describe(replacement)} is no replacement")
    try:
        if compiled.search("", timeout=run.seconds_left()):
            return run.error("bad_pattern", f"replace: {describe(pattern)} also matches nothing")
        return _replace_all(run, compiled, text, pieces)
    except TimeoutError:
        raise _too_slow(run) from None


def _pieces(replacement: str, groups: int) -> list[str | int] | None:
    """Split a replacement into texts and numbers of groups."""
    pieces: list[str | int] = []
    place = 0
    for found in _REPLACEMENT.finditer(replacement):
        if found[3]:
            return None
        pieces.append(replacement[place : found.start()])
        place = found.end()
        if found[1]:
            pieces.append(found[1])
        else:
            digits = found[2]
            while len(digits) > 1 and int(digits) > groups:
                digits = digits[:-1]
            pieces.extend((int(digits), found[2][len(digits) :]))
    return [*pieces, replacement[place:]]


def _replace_all(run: Run, compiled: Any, text: str, pieces: list[str | int]) -> str:
    made: list[str] = []
    place = size = 0
    for found in compiled.finditer(text, timeout=run.seconds_left()):
        run.step()
        made.append(text[place : found.start()])
        for piece in pieces:
            made.append(piece if isinstance(piece, str) else _group(found, piece))
            size += len(made[-1])
        run.check_string(size)
        place = found.end()
    return "".join([*made, text[place:]])


def _group(found: Any, number: int) -> str:
    return (found[number] or "") if number <= found.re.groups else ""


@builtin("split(string: string, delimiter: string)")
def split(run: Run, text: str, delimiter: str) -> Value:
    """Cut a string at every match of a pattern."""
    compiled = _pattern(run, delimiter, None, "split")
    if compiled is None:
        return None
    try:
        if compiled.search("", timeout=run.seconds_left()):
            return run.error("bad_pattern", f"split: {describe(delimiter)} also matches nothing")
        parts, place = [], 0
        for found in compiled.finditer(text, timeout=run.seconds_left()):
            run.step()
            parts.append(text[place : found.start()])
            place = found.end()
    except TimeoutError:
        raise _too_slow(run) from None
    return [*parts, text[place:]]
