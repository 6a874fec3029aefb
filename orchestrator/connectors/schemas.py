"""Holds values against the JSON Schemas that drawings declare: nothing is fetched, and no pattern hangs.

Source: JSON Schema 2020-12. Patterns are those of the `regex` package, with a time limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson
import regex
from jsonschema import Draft202012Validator, SchemaError, ValidationError, validators
from jsonschema.protocols import Validator
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from decisions.edge.canonical import JSON

_PATTERN_SECONDS = 0.2
_MOST_TOLD = 5


class BadSchema(ValueError):
    """The schema is none, or cannot be held against the value."""


def complaint(value: JSON, schema: Mapping[str, JSON]) -> str:
    """Return what of a value does not fit, a sentence each; empty when all of it does.

    Raises:
        BadSchema: the schema is none, refers to what is not in it, or has a pattern without end.
    """
    try:
        found = list(_validator(orjson.dumps(schema)).iter_errors(value))
    except Unresolvable as elsewhere:
        raise BadSchema(f'"{elsewhere.ref}" is not in the schema, and nothing is fetched') from elsewhere
    except RecursionError as endless:
        raise BadSchema("it refers to itself without end") from endless
    return "; ".join(f"{error.json_path}: {error.message}" for error in found[:_MOST_TOLD])


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> Validator:
    read = orjson.loads(schema)
    try:
        Draft202012Validator.check_schema(read)
    except SchemaError as broken:
        raise BadSchema(broken.message) from broken
    return _KIND(read, registry=EMPTY_REGISTRY)


def _has(pattern: str, text: str) -> bool:
    try:
        return regex.search(pattern, text, timeout=_PATTERN_SECONDS) is not None
    except TimeoutError as endless:
        raise BadSchema(f'the pattern "{pattern}" takes too long') from endless
    except (regex.error, RecursionError) as broken:
        raise BadSchema(f'"{pattern}" is no pattern: {broken}') from broken


def _pattern(validator: Any, pattern: str, value: JSON, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _has(pattern, value):
        yield ValidationError(f'"{value}" does not match "{pattern}"')


def _pattern_properties(validator: Any, patterns: Any, value: JSON, schema: Any) -> Iterator[ValidationError]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        for pattern, wanted in patterns.items():
            if _has(pattern, name):
                yield from validator.descend(inner, wanted, path=name, schema_path=pattern)


def _additional_properties(validator: Any, wanted: Any, value: JSON, schema: Any) -> Iterator[ValidationError]:
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name in named or any(_has(pattern, name) for pattern in patterns):
            continue
        if wanted is False:
            yield ValidationError(f'"{name}" is not expected')
        else:
            yield from validator.descend(inner, wanted, path=name)


_KIND = validators.extend(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    },
)
