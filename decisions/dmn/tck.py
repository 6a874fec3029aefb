"""Reads the test files of the DMN technology compatibility kit and compares results as its runners do.

Source: the kit's testCases.xsd; numbers agree within 1e-8, a failed evaluation counts as null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from decisions.edge import xml
from decisions.feel.values import DateTime, Time
from decisions.feel.values.durations import parse_duration
from decisions.feel.values.numbers import make_number
from decisions.feel.values.temporal import parse_date, parse_date_time, parse_time

Kind = Literal["decision", "service", "bkm"]

_TOLERANCE = Decimal("0.00000001")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NUMBERS = frozenset(("decimal", "double", "integer", "int", "long", "float", "short"))
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_TEMPORAL = {"date": parse_date, "time": parse_time, "dateTime": parse_date_time, "duration": parse_duration}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One result that a case expects."""

    name: str
    value: Any
    #: the kit says that the evaluation must fail
    is_error: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case."""

    id: str
    kind: Kind
    #: name of the service or function; empty for decisions, which the expectations name
    invocable: str
    inputs: Mapping[str, Any]
    #: namespace -> inputs of that imported model
    imported_inputs: Mapping[str, Mapping[str, Any]]
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFile:
    """One file of the kit."""

    __test__ = False

    #: file name of the model under test; empty when the file does not say
    model_name: str
    cases: tuple[Case, ...]


def read(data: bytes) -> TestFile | None:
    """The cases of a file, or None when the XML is something else.

    Raises:
        XmlRefused: the file is not XML.
    """
    root = xml.parse(data).root
    if root.name != "testCases":
        return None
    name = root.find("modelName")
    cases = enumerate(root.find_all("testCase"), start=1)
    return TestFile(
        model_name=name.text.strip() if name else "",
        cases=tuple(_case(node, number) for number, node in cases),
    )


def _case(node: xml.Element, number: int) -> Case:
    kinds: dict[str, Kind] = {"decisionService": "service", "bkm": "bkm"}
    inputs: dict[str, Any] = {}
    imported: dict[str, dict[str, Any]] = {}
    for each in node.find_all("inputNode"):
        space = each.get("namespace")
        target = imported.setdefault(space, {}) if space else inputs
        target[each.get("name")] = _value(each)
    return Case(
        id=node.get("id") or str(number),
        kind=kinds.get(node.get("type"), "decision"),
        invocable=node.get("invocableName"),
        inputs=inputs,
        imported_inputs=imported,
        expectations=tuple(_expectation(each) for each in node.find_all("resultNode")),
    )


def _expectation(node: xml.Element) -> Expectation:
    expected = node.find("expected")
    return Expectation(
        name=node.get("name"),
        value=_value(expected) if expected else None,
        is_error=node.get("errorResult") == "true",
    )


def _is_nil(node: xml.Element) -> bool:
    return node.get("nil", namespace=_XSI) == "true"


def _value(node: xml.Element) -> Any:
    """The value below an element; the depth of the XML is limited, so recursion is safe."""
    if items := node.find("list"):
        return None if _is_nil(items) else [_value(item) for item in items.find_all("item")]
    components = list(node.find_all("component"))
    if components and not (_is_nil(components[0]) and not components[0].get("name")):
        return {each.get("name"): None if _is_nil(each) else _value(each) for each in components}
    found = node.find("value")
    return None if found is None or _is_nil(found) else _simple(found)


def _simple(node: xml.Element) -> Any:
    kind = node.get("type", namespace=_XSI).rpartition(":")[2]
    if kind in _NUMBERS:
        return make_number(node.text.strip())
    if kind == "boolean":
        return node.text.strip() in ("true", "1")
    if kind in _TEMPORAL:
        return _TEMPORAL[kind](node.text.strip())
    return node.text if kind else _guessed(node.text)


def _guessed(text: str) -> Any:
    """The value of a text without a type: a boolean or a number if it looks like one."""
    plain = text.strip()
    if plain in ("true", "false"):
        return plain == "true"
    return make_number(plain) if _NUMBER.fullmatch(plain) else text


def agree(expected: Any, actual: Any) -> bool:
    """Whether a result is the expected one."""
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, Decimal):
        return bool(abs(expected - actual) < _TOLERANCE)
    if isinstance(expected, list):
        same = len(expected) == len(actual)
        return same and all(agree(one, other) for one, other in zip(expected, actual, strict=True))
    if isinstance(expected, dict):
        return expected.keys() == actual.keys() and all(agree(expected[key], actual[key]) for key in expected)
    if isinstance(expected, DateTime):
        return expected.date == actual.date and _same_time(expected, actual)
    if isinstance(expected, Time):
        return _same_time(expected, actual)
    return bool(expected == actual)


def _same_time(one: Time | DateTime, other: Time | DateTime) -> bool:
    first, second = (each.time if isinstance(each, DateTime) else each for each in (one, other))
    zones = (one.is_local, one.utc_offset), (other.is_local, other.utc_offset)
    return zones[0] == zones[1] and first.day_nanos == second.day_nanos
