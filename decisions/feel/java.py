"""The pure methods of Java's values that JUEL may call: of texts, numbers, booleans, lists and maps.

Also those of the JSON values that engines put around them (`prop`, `stringValue`, `asText` and their kin).
A method that does not fit its value raises `Unfit`; an index that is out of range does too, as in Java.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from .comparison import equal
from .values import Decimal, Value, describe, to_feel, to_text
from .values.numbers import make_number, to_int


class Unfit(Exception):
    """The value has no such method, or not for these arguments."""


def _text(value: Value) -> str:
    if type(value) is not str:
        raise Unfit
    return value


def _index(value: Value) -> int:
    if type(value) is not Decimal:
        raise Unfit
    return to_int(value)


def _within(index: int, size: int) -> int:
    if not 0 <= index <= size:
        raise Unfit(f"the index {index} is not within 0 and {size}")
    return index


def _has(items: Value, wanted: Value) -> bool:
    """Whether a list has an item, or a text a part."""
    if type(items) is list:
        return any(equal(item, wanted) is True for item in items)
    return _text(wanted) in _text(items)


def _has_all(items: Value, *wanted: Value) -> bool:
    return items is not None and all(_has(items, one) for one in wanted)


def _has_any(items: Value, *wanted: Value) -> bool:
    return items is not None and any(_has(items, one) for one in wanted)


def _has_each(items: Value, wanted: Value) -> bool:
    if type(wanted) is not list:
        raise Unfit
    return _has_all(items, *wanted)


def _get(value: Value, key: Value) -> Value:
    """An entry of a map, or an item of a list counted from 0; null when there is none."""
    if type(value) is dict:
        return value.get(to_text(key))
    if type(value) is not list:
        raise Unfit
    index = _index(key)
    return value[index] if 0 <= index < len(value) else None


def _get_or(value: Value, key: Value, instead: Value) -> Value:
    found = _get(value, key)
    return instead if found is None else found


def _has_key(value: Value, key: Value) -> bool:
    if type(value) is not dict:
        raise Unfit
    return to_text(key) in value


def _substring(value: Value, first: Value, end: Value = None) -> str:
    text = _text(value)
    stop = len(text) if end is None else _within(_index(end), len(text))
    return text[_within(_index(first), stop) : stop]


def _char_at(value: Value, index: Value) -> str:
    text = _text(value)
    return text[_within(_index(index), len(text) - 1)]


def _compare_to(value: Value, other: Value) -> Value:
    if type(value) is not type(other) or type(value) not in (str, Decimal):
        raise Unfit
    return make_number((value > other) - (value < other))


def _number(value: Value) -> Decimal:
    if type(value) is not Decimal:
        raise Unfit
    return value


def _whole(value: Value) -> Decimal:
    return make_number(to_int(_number(value)))


def _boolean(value: Value) -> bool:
    if type(value) is not bool:
        raise Unfit
    return value


def _items(value: Value) -> list[Value]:
    if type(value) is not list:
        raise Unfit
    return value


def _size(value: Value) -> Decimal:
    if type(value) not in (list, dict):
        raise Unfit
    return make_number(len(value))


def _keys(value: Value) -> list[Value]:
    if type(value) is not dict:
        raise Unfit
    return list(value)


def _values(value: Value) -> list[Value]:
    if type(value) is not dict:
        raise Unfit
    return list(value.values())


def _read_json(value: Value) -> Value:
    """The value of JSON text; a value that is JSON already stays."""
    if type(value) is not str:
        return value
    try:
        return to_feel(json.loads(value, parse_float=Decimal))
    except (ValueError, ArithmeticError):
        raise Unfit(f"{describe(value)} is no JSON") from None


def _at(value: Value, key: Value) -> Value:
    """What stands behind `value[key]`: nothing has null entries."""
    return None if value is None else _get(value, key)


def _same(value: Value) -> Value:
    return value


METHODS: dict[str, Callable[..., Value]] = {
    "size": _size,
    "contains": _has,
    "containsAll": _has_each,
    "containsKey": _has_key,
    "get": _get,
    "getOrDefault": _get_or,
    "keySet": _keys,
    "values": _values,
    "concat": lambda value, more: _text(value) + _text(more),
    "indexOf": lambda value, part: make_number(_text(value).find(_text(part))),
    "lastIndexOf": lambda value, part: make_number(_text(value).rfind(_text(part))),
    "substring": _substring,
    "charAt": _char_at,
    "replace": lambda value, old, new: _text(value).replace(_text(old), _text(new)),
    "trim": lambda value: _text(value).strip(),
    "isBlank": lambda value: not _text(value).strip(),
    "compareTo": _compare_to,
    "booleanValue": _boolean,
    "intValue": _whole,
    "longValue": _whole,
    "doubleValue": _number,
    "floatValue": _number,
    # values of JSON
    "prop": _get,
    "path": _get,
    "hasProp": _has_key,
    "has": _has_key,
    "elements": _items,
    "value": _same,
    "stringValue": _text,
    "textValue": _text,
    "numberValue": _number,
    "boolValue": _boolean,
    "asText": lambda value: to_text(value),
    "asInt": _whole,
    "asLong": _whole,
    "asDouble": _number,
    "asBoolean": _boolean,
    "isNull": lambda value: value is None,
    "readJson": _read_json,
    # the operator [] and functions of a variable
    "at": _at,
    "exists": lambda value: value is not None,
    "orElse": lambda value, instead: instead if value is None else value,
    "hasAll": _has_all,
    "hasAny": _has_any,
}
