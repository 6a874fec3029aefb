"""Item definitions: structures, collections, constraints, coercion (DMN 1.5, 7.3.2, 10.3.2.9)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.decisions.dmn.draw import (
    ask,
    codes,
    data,
    decision,
    file,
    function,
    literal,
    load,
    model,
    text,
    value,
)


def item(name: str, kind: str = "", *inside: str, many: bool = False, tag: str = "itemDefinition") -> str:
    """An item definition."""
    reference = f"<typeRef>{kind}</typeRef>" if kind else ""
    return f"<{tag} name='{name}' isCollection='{str(many).lower()}'>{reference}{''.join(inside)}</{tag}>"


def allowed(tests: str, tag: str = "allowedValues") -> str:
    """Allowed values."""
    return text(tag, tests)


_PERSON = item("tPerson", "", item("name", "string", tag="itemComponent"), item("age", "tAge", tag="itemComponent"))
_AGE = item("tAge", "number", allowed("[0..150]"))
_TYPES = (
    _PERSON,
    _AGE,
    item("tPeople", "tPerson", many=True),
    item("tMany", "string", allowed('"a", "b"'), many=True),
    item("tTwo", "number", allowed("count(?) = 2", "typeConstraint"), many=True),
    item("tInline", "", item("part", "", item("deep", "boolean", tag="itemComponent"), tag="itemComponent")),
)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("number", 1, 1),
        ("number", "1", None),
        ("number", [1], 1),
        ("number", [[1]], None),
        ("number", None, None),
        ("string", "a", "a"),
        ("Any", {"a": 1}, {"a": 1}),
        ("tAge", 150, 150),
        ("tAge", 151, None),
        ("tPerson", {"name": "a", "age": 3}, {"name": "a", "age": 3}),
        ("tPerson", {"name": "a", "age": 3, "more": 1}, {"name": "a", "age": 3, "more": 1}),
        ("tPerson", {"name": "a", "age": None}, {"name": "a", "age": None}),
        ("tPerson", {"name": "a"}, None),
        ("tPerson", {"name": "a", "age": 200}, None),
        ("tPeople", [{"name": "a", "age": 3}], [{"name": "a", "age": 3}]),
        ("tPeople", {"name": "a", "age": 3}, [{"name": "a", "age": 3}]),
        ("tPeople", [{"name": "a"}], None),
        ("tMany", ["a", "b", "a"], ["a", "b", "a"]),
        ("tMany", ["a", "c"], None),
        ("tMany", "b", ["b"]),
        ("tTwo", [1, 2], [1, 2]),
        ("tTwo", [1, 2, 3], None),
        ("tInline", {"part": {"deep": True}}, {"part": {"deep": True}}),
        ("tInline", {"part": {"deep": 1}}, None),
        ("date and time", date(2026, 1, 2), "2026-01-02T00:00:00Z"),
        ("integer", 3, 3),
        ("list<number>", [1, 2], [1, 2]),
        ("list<number>", [1, "a"], None),
        ("context<a: tAge>", {"a": 3}, {"a": 3}),
    ],
)
def test_inputs_and_results_are_fitted_to_their_type(kind: str, given: Any, expected: Any) -> None:
    loaded = model(file(*_TYPES, data("x", kind), decision("d", literal("x"), needs=["_x"])))
    checked = model(file(*_TYPES, data("x"), decision("d", literal("x"), needs=["_x"], kind=kind)))
    typed = model(file(*_TYPES, data("x"), decision("d", literal("x", kind), needs=["_x"])))
    called = model(
        file(
            *_TYPES,
            data("x"),
            function("f", {"p": kind}, literal("p")),
            decision("d", literal("f(x)"), needs=["_x"], uses=["_f"]),
        )
    )
    assert [value(each, x=given) for each in (loaded, checked, typed, called)] == [expected] * 4


def test_what_does_not_fit_is_told_with_value_and_type() -> None:
    loaded = model(file(*_TYPES, data("x", "tPerson"), decision("d", literal("x"), needs=["_x"])))
    message = ask(loaded, x={"name": "a"}).messages[0]
    assert (message.severity, message.code) == ("error", "wrong_type")
    assert 'component "age" is missing' in message.text
    assert 'input "x"' in message.text


def test_instance_of_knows_the_models_types() -> None:
    loaded = model(
        file(
            *_TYPES,
            decision("d", literal('[{name: "a", age: 3} instance of tPerson, 3 instance of tPerson]')),
        )
    )
    assert value(loaded) == [True, False]


def test_function_types_are_checked() -> None:
    kind = item(
        "tF",
        "",
        "<functionItem outputTypeRef='number'><parameters name='a' typeRef='number'/></functionItem>",
    )
    loaded = model(
        file(
            kind,
            decision("f", literal("function(a: number) a"), kind="tF"),
            decision("d", literal("f"), needs=["!_f"]),
        )
    )
    assert ask(loaded, "f").failed  # the result of an untyped body is Any, not number


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((data("x", "tGone"), decision("d", literal("x"), needs=["_x"])), "unknown_type"),
        ((item("tA", "tGone"),), "unknown_type"),
        ((item("tA", "tB"), item("tB", "tA")), "circular_type"),
        ((item("tA", "", item("self", "tA", tag="itemComponent")),), "circular_type"),
        ((item("tA", "string"), item("tA", "number")), "duplicate_type"),
        ((item("tA", "string", allowed('"a')),), "feel_syntax"),
    ],
)
def test_a_wrong_type_is_a_problem_with_element_and_line(parts: tuple[str, ...], code: str) -> None:
    loaded = load(file(*parts))
    assert codes(loaded.problems)[0] == code
    assert loaded.problems[0].line == 1
    assert loaded.problems[0].element
