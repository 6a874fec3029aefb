"""Filters, `for`, `some`, `every`, contexts and functions (DMN 1.5, 10.3.2.5 to 10.3.2.14)."""

import pytest

from decisions.feel import parse, to_json


def _value(text: str, **context: object) -> object:
    return to_json(parse(text).evaluate(context).value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2, 3][1]", 1),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ("[1, 2, 3][0]", None),
        ("[1, 2, 3][1 + 1]", 2),
        ("[1, 2, 3][count([1, 2])]", 2),
        ("[][1]", None),
        ("[1, 2, 3, 4][item > 2]", [3, 4]),
        ("[1, 2, 3, 4][even(item)][1]", 2),
        ("[1, 2, 3][true]", [1, 2, 3]),
        ("[1, 2, 3][null]", []),
        ("[][item > 2]", []),
        ("100[1]", 100),
        ("100[item > 50]", [100]),
        ("100[false]", []),
        ("null[1]", None),
        ("null[true]", []),
        ("[{x: 1, y: 2}, {x: 2, y: 3}][x = 1]", [{"x": 1, "y": 2}]),
        ("[{x: 1, y: 2}, {x: null, y: 3}][x < 2]", [{"x": 1, "y": 2}]),
        ("[{x: 1, y: 2}, {y: 3}][x >= 1].y", [2]),
        ("[{item: 1}, {item: 2}][item >= 2]", [{"item": 2}]),
        ("[{a b: 1}, {a b: 2}][a b = 2][1].a b", 2),
        ("[{x: 1, y: [1, 2]}][y[item > 1][1] = 2].x", [1]),
        ("{limit: 2, big: [1, 2, 3][item >= limit]}.big", [2, 3]),
        ("for x in [1, 2, 3] return x * 2", [2, 4, 6]),
        ("for x in 1..3 return x", [1, 2, 3]),
        ("for x in 3..1 return x", [3, 2, 1]),
        ("for x in -1..1 return x", [-1, 0, 1]),
        ("for x in [1..3] return x", [1, 2, 3]),
        ("for x in ]1..3] return x", [2, 3]),
        ("for x in [1..3) return x", [1, 2]),
        ("for x in 5 return x", [5]),
        ("for x in [] return x", []),
        ("for x in [1, 2], y in [3, 4] return x * y", [3, 4, 6, 8]),
        ("for x in [[1, 2], [3]], y in x return y", [1, 2, 3]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for i in 1..3 return count(partial)", [0, 1, 2]),
        ("for i in [1, 2] return partial", [[], [[]]]),
        (
            'for d in @"2026-02-27"..@"2026-03-01" return d',
            ["2026-02-27", "2026-02-28", "2026-03-01"],
        ),
        ("some x in [1, 2, 3] satisfies x > 2", True),
        ("some x in [] satisfies x > 2", False),
        ("every x in [1, 2, 3] satisfies x > 0", True),
        ("every x in [] satisfies false", True),
        ("some x in [1, 2], y in [2, 3] satisfies x = y", True),
        ("every x in [true, null] satisfies x", None),
        ("some x in [null, true] satisfies x", True),
        ("some x in 1..5 satisfies x = 5", True),
        ("if 1 > 2 then 3 else 4", 4),
        ("if null then 3 else 4", 4),
        ("if true then if false then 1 else 2 else 3", 2),
        ("{a: 1, b: a + 1}.b", 2),
        ('{a: 1, "b c": 2, d: b c + a}.d', 3),
        ("{a-b: 1, c: a-b + 1}.c", 2),
        ("(function(x, y) x - y)(5, 3)", 2),
        ("(function(x, y) x - y)(y: 5, x: 3)", -2),
        ("(function(x: number) x + 1)([1])", 2),
        ('(function(d: date and time) d)(@"2026-01-01")', "2026-01-01T00:00:00Z"),
        ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(10)}.r", 3628800),
        ("{add: function(a) function(b) a + b, r: add(1)(2)}.r", 3),
        ("[function(x) x + 1, function(x) x * 2][2](10)", 20),
        ("(for i in [1, 2, 3] return function() i)[2]()", 2),
        ("{min: function(a) a + 100, r: min(1)}.r", 101),
        ("sort([1, 3, 2], function(a, b) a > b)[1]", 3),
    ],
)
def test_an_expression_over_lists_gives_what_the_standard_says(text: str, expected: object) -> None:
    assert _value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2, 3][0]", "[1, 2][5]", '[1, 2]["a"]', "for x in null return x", "for x in 1.5..3 return x",
        'for x in "a".."c" return x', 'for x in 1..@"2026-01-01" return x', "for x in (> 5) return x",
        "for x in [null..5] return x", "some x in null satisfies true", "every x in [1] satisfies x",
        "(function(x) x)()", "(function(x) x)(1, 2)", "(function(x) x)(y: 1)", '(function(x: number) x)("a")',
        "(function(x: Nothing) x)(1)", "5(1)", "nothing(1)", "nothing(a: 1)", '"abs"(-1)', "null()", "true()",
        "{f: function(n) f(n), r: f(1)}.r", "[1..\"a\"]", "(> true)", "[true..false]",
    ],
)  # fmt: skip
def test_an_expression_over_lists_that_cannot_answer_says_why(text: str) -> None:
    result = parse(text).evaluate({})
    assert result.value is None
    assert result.failed


def test_a_component_of_the_item_hides_a_variable() -> None:
    orders = [{"price": 5}, {"price": 50}]
    assert _value("orders[price > limit].price", orders=orders, limit=10) == [50]
    assert _value("orders[price > 10].price", orders=orders, price=1) == [50]
    assert _value("[1, 2, 3][item > price]", price=2) == [3]


def test_a_variable_named_like_a_function_is_read_and_the_function_is_still_called() -> None:
    assert _value("count + 1", count=4) == 5
    assert _value("count([1, 2]) + count", count=4) == 6
    assert parse("count > 3", names=["count"]).names == {"count"}


@pytest.mark.parametrize(
    ("value", "type_name", "expected"),
    [
        ("1", "number", True), ("1", "Any", True), ("null", "Any", False), ("null", "Null", True), ("1",
        "string", False),
        ("[1, 2]", "list<number>", True), ('[1, "a"]', "list<number>", False), ("[]", "list<number>", True),
        ("[1, null]", "list<number>", True), ("1", "list<number>", False), ("[1]", "number", False),
        ("{a: 1}", "context<a: number>", True), ("{a: null}", "context<a: number>", True),
        ("{b: 1}", "context<a: number>", False), ("{a: 1, b: 2}", "context<a: number>", True),
        ("{a: {b: 1}}", "context<a: context<b: string>>", False), ("{}", "context", True), ("[]", "list", True),
        ("[1..3]", "range<number>", True), ("[1..3]", "range<string>", False), ('@"2026-01-01"', "date", True),
        ('@"2026-01-01"', "date and time", False), ('@"P1Y"', "years and months duration", True),
        ('@"P1D"', "days and time duration", True), ("(function(a: number) a)", "function<number> -> Any", True),
        ("(function(a) a)", "function<string> -> Any", True), ("(function(a, b) a)",
        "function<string> -> Any", False),
        ("(function(a: number) a)", "function<string> -> Any", False), ("true", "boolean", True),
    ],
)  # fmt: skip
def test_instance_of_knows_every_type(value: str, type_name: str, expected: bool) -> None:
    assert parse(f"{value} instance of {type_name}").evaluate({}).value is expected


def test_instance_of_an_unknown_type_is_null_with_a_message() -> None:
    assert parse("1 instance of Nothing").evaluate({}).messages[0].code == "unknown_type"
