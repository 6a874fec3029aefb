"""Checks an answer against a form and reads what a browser posts; problems are data, all at once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

import orjson
import regex

from decisions.edge import storable
from decisions.edge.canonical import JSON, Variables
from humantasks.forms.schema import CHOICES, Field, FormSchema, Kind, merged

#: Name of the pair of inputs with which a person adds a variable of their own to an open form.
NEW_NAME, NEW_VALUE = "new_name", "new_value"
#: A pattern that backtracks for longer than this does not judge.
_PATTERN_SECONDS = 0.2
_NAME = re.compile(r"[^\W\d]\w{0,254}")
_MOMENTS = {
    Kind.DATE: (date.fromisoformat, "a date like 2026-11-30"),
    Kind.TIME: (time.fromisoformat, "a time like 14:30"),
    Kind.DATETIME: (datetime.fromisoformat, "a date and time like 2026-11-30T14:30"),
}


class Posted(Protocol):
    """What a browser sent: Django's QueryDict, or anything like it."""

    def getlist(self, key: str) -> list[Any]:
        """Return every value of a name."""
        ...

    def __contains__(self, key: object) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Values that a form accepts, or what is wrong with them."""

    values: Variables
    problems: Mapping[str, str]  #: field -> a sentence


def check(schema: FormSchema, submitted: Mapping[str, JSON]) -> Answer:
    """Return the values to write; what the form does not ask for goes through as it is.

    A readonly field keeps its value whatever is submitted.
    """
    values: Variables = {k: v for k, v in submitted.items() if not any(_under(f.key, k) for f in schema.asked)}
    problems: dict[str, str] = {}
    for found in schema.asked:
        present, value = _find(submitted, found.key)
        if found.readonly:
            continue
        if not present or _is_empty(value):
            if found.required:
                problems[found.key] = "An answer is needed here."
            elif present:
                merged(values, found.key, None if value == "" else value)
            continue
        value, problem = _checked(found, value)
        if problem:
            problems[found.key] = problem
        else:
            merged(values, found.key, value)
    return Answer(values=values, problems=problems)


def from_post(schema: FormSchema, posted: Posted, *, shown: Mapping[str, JSON] | None = None) -> Answer:
    """Read what a browser sent into values and check them.

    Args:
        shown: an open form's values before; what a person left as it was is not written.
    """
    submitted: Variables = {}
    for found in schema.asked:
        if not found.readonly:
            merged(submitted, found.key, _posted(found, posted))
    answer = check(schema, submitted)
    if not schema.is_open:
        return answer
    before = shown or {}
    values = {name: value for name, value in answer.values.items() if value != before.get(name)}
    problems = dict(answer.problems)
    for name, text in zip(posted.getlist(NEW_NAME), posted.getlist(NEW_VALUE), strict=False):
        if not name.strip():
            continue
        if _NAME.fullmatch(name.strip()) is None:
            problems[NEW_NAME] = "A name has letters, digits and underscores, and begins with a letter."
        else:
            values[name.strip()] = _loose(text)
    return Answer(values=values, problems=problems)


def _checked(field: Field, value: JSON) -> tuple[JSON, str]:
    if field.kind in CHOICES and field.options:
        return _chosen(field, value)
    if field.kind in (Kind.NUMBER, Kind.INTEGER):
        return _number(field, value)
    if field.kind is Kind.CHECKBOX:
        return (value, "") if isinstance(value, bool) else (None, "Yes or no is needed: true or false.")
    if field.kind in _MOMENTS:
        return _moment(field, value)
    if field.kind in (Kind.TEXT, Kind.TEXTAREA):
        return _text(field, value)
    return value, ""


def _chosen(field: Field, value: JSON) -> tuple[JSON, str]:
    allowed = [option.value for option in field.options]
    names = ", ".join(str(each) for each in allowed)
    if field.kind is not Kind.CHECKLIST:
        return (value, "") if _is_among(value, allowed) else (None, f'"{value}" is none of the answers: {names}.')
    if not isinstance(value, list):
        return None, "A list is needed."
    wrong = [each for each in value if not _is_among(each, allowed)]
    return (value, "") if not wrong else (None, f'"{wrong[0]}" is none of the answers: {names}.')


def _is_among(value: JSON, allowed: Sequence[JSON]) -> bool:
    """Tell whether a value is one of the answers; true is not 1, which Python takes for the same."""
    return any(value == each and isinstance(value, bool) is isinstance(each, bool) for each in allowed)


def _number(field: Field, value: JSON) -> tuple[JSON, str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, f'A number is needed, "{value}" is none.'
    if field.kind is Kind.INTEGER and value != int(value):
        return None, f"A whole number is needed, {value} has a fraction."
    if field.minimum is not None and value < field.minimum:
        return None, f"The least is {field.minimum:g}."
    if field.maximum is not None and value > field.maximum:
        return None, f"The most is {field.maximum:g}."
    return (int(value) if field.kind is Kind.INTEGER else value), ""


def _text(field: Field, value: JSON) -> tuple[JSON, str]:
    if not isinstance(value, str):
        return (value, "") if isinstance(value, int | float) else (None, "A text is needed.")
    if field.min_length is not None and len(value) < field.min_length:
        return None, f"At least {field.min_length} characters are needed, here are {len(value)}."
    if field.max_length is not None and len(value) > field.max_length:
        return None, f"At most {field.max_length} characters fit, here are {len(value)}."
    if field.pattern and not _fits(field.pattern, value):
        return None, f'"{value}" does not have the form {field.hint or field.pattern}.'
    return value, ""


def _fits(pattern: str, value: str) -> bool:
    try:
        return regex.fullmatch(pattern, value, timeout=_PATTERN_SECONDS) is not None
    except (regex.error, TimeoutError, RecursionError):
        return True  # an author's pattern that is none, or never ends, must not stop the reviewer


def _moment(field: Field, value: JSON) -> tuple[JSON, str]:
    read, like = _MOMENTS[field.kind]
    try:
        read(str(value))
    except ValueError:
        return None, f'This needs {like}, "{value}" is none.'
    return str(value), ""


def _posted(field: Field, posted: Posted) -> JSON:
    found = [str(each) for each in posted.getlist(field.key)]
    if field.kind is Kind.CHECKBOX:
        return bool(found) and found[-1] not in ("", "false")
    if field.kind is Kind.CHECKLIST:
        return [_option(field, each) for each in found if each]
    text = found[-1].strip() if found else ""
    if text == "":
        return None
    if field.kind in (Kind.RADIO, Kind.SELECT):
        return _option(field, text)
    if field.kind in (Kind.NUMBER, Kind.INTEGER):
        return _as_number(text)
    return _loose(text) if field.kind is Kind.JSON else text


def _option(field: Field, text: str) -> JSON:
    return next((option.value for option in field.options if str(option.value) == text), text)


def _as_number(text: str) -> JSON:
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number == int(number) and "." not in text else number


def _loose(text: str) -> JSON:
    try:
        value: JSON = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return text if storable.why_not(value) else value


def _find(values: Mapping[str, JSON], key: str) -> tuple[bool, JSON]:
    if key in values:
        return True, values[key]
    found: JSON = dict(values)
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            return False, None
        found = found[part]
    return True, found


def _under(key: str, name: str) -> bool:
    return key == name or key.split(".")[0] == name


def _is_empty(value: JSON) -> bool:
    return value is None or value == "" or value == []
