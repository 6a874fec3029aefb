"""Reads a form-js file and says what is wrong with it, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import regex

from decisions.edge import storable
from decisions.edge.canonical import JSON
from decisions.edge.problems import Problem, Severity
from humantasks.forms import schema

_MOST_BYTES = 2 * 1024 * 1024
_MOST_DEPTH = 20
_MOST_COMPONENTS = 2_000
_LONGEST_KEY = 255
#: A longer one takes more memory to read than any form is worth.
_LONGEST_PATTERN = 1_000
#: property of a component -> what it is when it is there
_SHAPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "key": (str, "a text"), "validate": (dict, "an object"), "values": (list, "a list"),
    "components": (list, "a list"),
}  # fmt: skip
_SHOWN_ONLY = frozenset({"expression", "table", "iframe", "documentPreview", "filepicker", "dynamiclist"})


def read(data: bytes, *, file: str = "") -> tuple[dict[str, JSON] | None, list[Problem]]:
    """Return a form and its problems; None when it cannot be read at all."""
    if len(data) > _MOST_BYTES:
        return None, [_problem("error", "form_too_large", f"A form may have {_MOST_BYTES // 1024} KB.", file)]
    try:
        form = orjson.loads(data)
    except orjson.JSONDecodeError as wrong:
        where = f"line {wrong.lineno}, column {wrong.colno}"
        return None, [_problem("error", "form_not_json", f"This is not JSON: {where}.", file, line=wrong.lineno)]
    if why := storable.why_not(form):
        return None, [_problem("error", "form_not_storable", why, file)]
    if not isinstance(form, dict) or not isinstance(form.get("components"), list):
        message = "This is JSON, but not a form: a form has a list of components."
        return None, [_problem("error", "form_without_components", message, file)]
    if len(str(form.get("id") or "")) > _LONGEST_KEY:
        message = f"A form's id has at most {_LONGEST_KEY} characters."
        return None, [_problem("error", "form_id_too_long", message, file)]
    return form, list(_problems(form["components"], file, seen=set(), depth=0))


def _problems(parts: Iterable[Any], file: str, seen: set[str], depth: int) -> Iterable[Problem]:
    if depth > _MOST_DEPTH:
        yield _problem("error", "form_too_deep", f"Groups may stand {_MOST_DEPTH} deep in each other.", file)
        return
    for part in parts:
        if len(seen) > _MOST_COMPONENTS:
            message = f"A form has at most {_MOST_COMPONENTS} fields."
            yield _problem("error", "form_too_large", message, file)
            return
        if not isinstance(part, Mapping):
            yield _problem("error", "component_not_an_object", "A component is a JSON object.", file)
            continue
        if wrong := list(_misshapen(part, file)):
            yield from wrong
            continue
        yield from _of_component(part, file, seen)
        inner = part.get("components")
        if isinstance(inner, list):
            yield from _problems(inner, file, seen, depth + 1)


def _misshapen(part: Mapping[str, Any], file: str) -> Iterable[Problem]:
    name = str(part.get("key") or part.get("id") or "")[:_LONGEST_KEY]
    for each, (shape, said) in _SHAPES.items():
        if part.get(each) is not None and not isinstance(part[each], shape):
            yield _problem("error", "component_misshapen", f'"{each}" of a component is {said}.', file, element=name)
    if len(str(part.get("key") or "")) > _LONGEST_KEY:
        message = f"A key has at most {_LONGEST_KEY} characters."
        yield _problem("error", "component_misshapen", message, file, element=name)


def _of_component(part: Mapping[str, Any], file: str, seen: set[str]) -> Iterable[Problem]:
    kind, name = str(part.get("type", "")), str(part.get("key") or part.get("id") or "")
    if kind not in schema.KNOWN_TYPES:
        message = f'Components of type "{kind}" are not known; it is asked for as a line of text.'
        yield _problem("warning", "component_unknown", message, file, element=name)
    elif kind in _SHOWN_ONLY:
        message = f'"{kind}" is not shown in the inbox; what it would ask for must be asked otherwise.'
        yield _problem("warning", "component_not_shown", message, file, element=name)
    key = part.get("key")
    if isinstance(key, str) and key:
        if key in seen:
            yield _problem("error", "field_twice", f'Two components write "{key}".', file, element=name)
        seen.add(key)
    if kind in ("radio", "select", "checklist", "taglist") and not (part.get("values") or part.get("valuesKey")):
        yield _problem("warning", "choice_without_options", "There is nothing to choose from.", file, element=name)
    pattern = (part.get("validate") or {}).get("pattern")
    if isinstance(pattern, str) and len(pattern) > _LONGEST_PATTERN:
        message = f"A pattern has at most {_LONGEST_PATTERN} characters."
        yield _problem("error", "pattern_too_long", message, file, element=name)
    elif isinstance(pattern, str) and not _compiles(pattern):
        message = f"The pattern {pattern:.80} is none; the field takes anything."
        yield _problem("warning", "pattern_invalid", message, file, element=name)


def _compiles(pattern: str) -> bool:
    try:
        regex.compile(pattern)
    except (regex.error, RecursionError):
        return False
    return True


def _problem(severity: Severity, code: str, message: str, file: str, *, element: str = "", line: int = 0) -> Problem:
    return Problem(severity=severity, code=code, message=message, file=file, element=element, line=line)
