"""Types: what belongs to one, which conforms to which, and implicit conversion (DMN 1.5, 10.3.2.9)."""

import threading
from decimal import Context, setcontext

import pytest

from decisions.feel import parse, to_feel, to_json
from decisions.feel.nodes import InstanceOf
from decisions.feel.types import (
    DATE_TIME,
    NUMBER,
    STRING,
    FeelType,
    ListType,
    NamedType,
    coerce,
    conforms,
    resolve_type,
)
from decisions.feel.values import Date, Decimal

_SMALL = NamedType(name="small", base=NUMBER, allows=lambda value: value < 10)


def _type(text: str) -> FeelType:
    node = parse(f"x instance of {text}").node
    assert isinstance(node, InstanceOf)
    found = resolve_type(node.type, {"small": _SMALL, "Address Line": STRING})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("number", "Any", True),
        ("Null", "string", True),
        ("number", "string", False),
        ("small", "number", True),
        ("list<number>", "list<Any>", True),
        ("list<Any>", "list<number>", False),
        ("list<number>", "list", True),
        ("context<a: number, b: string>", "context<a: number>", True),
        ("context<a: number>", "context<a: number, b: string>", False),
        ("context<a: number>", "context", True),
        ("range<number>", "range<Any>", True),
        ("function<Any> -> number", "function<string> -> Any", True),
        ("function<string> -> number", "function<Any> -> number", False),
        ("function<> -> Any", "function<Any> -> Any", False),
    ],
)
def test_a_type_conforms_to_a_wider_one(one: str, other: str, expected: bool) -> None:
    assert conforms(_type(one), _type(other)) is expected


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        (5, "number", 5),
        ([5], "number", 5),
        (5, "list<number>", [5]),
        ([], "list<number>", []),
        (None, "number", None),
        (["a"], "Address Line", "a"),
        (5, "small", 5),
        ({"a": 1, "b": 2}, "context<a: number>", {"a": 1, "b": 2}),
    ],
)
def test_a_value_is_converted_where_the_standard_allows_it(value: object, wanted: str, expected: object) -> None:
    fits, made = coerce(to_feel(value), _type(wanted))
    assert fits
    assert to_json(made) == expected


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("a", "number"),
        ([1, 2], "number"),
        (["a"], "number"),
        (50, "small"),
        ("a", "list<number>"),
        ({}, "context<a: number>"),
    ],
)
def test_a_value_that_does_not_fit_is_not_converted(value: object, wanted: str) -> None:
    assert coerce(to_feel(value), _type(wanted)) == (False, None)


def test_a_date_becomes_midnight_utc_where_a_moment_is_wanted() -> None:
    assert str(coerce(Date(2026, 11, 20), DATE_TIME)[1]) == "2026-11-20T00:00:00Z"


def test_types_are_named_as_they_are_written() -> None:
    assert str(ListType(item=NUMBER)) == "list<number>"
    assert str(_type("context<a: list<number>>")) == "context<a: list<number>>"
    assert str(_type("function<string> -> number")) == "function<string> -> number"


def test_declared_types_are_known_to_instance_of_and_to_parameters() -> None:
    types = {"small": _SMALL}
    assert parse("5 instance of small", types=types).evaluate({}).value is True
    assert parse("(function(x: small) x)(5)", types=types).evaluate({}).value == 5
    assert parse("(function(x: small) x)(50)", types=types).evaluate({}).failed


def test_the_decimal_context_of_a_thread_changes_nothing() -> None:
    answers: list[object] = []

    def work() -> None:
        setcontext(Context(prec=3))
        answers.append(parse("1 / 3 + 123456.789").evaluate({}).value)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [Decimal("123457.1223333333333333333333333333")]
