"""List, context and boolean functions of DMN 1.5, tables 73, 75 and 80."""

import pytest

from decisions.feel import parse, to_json


def _value(text: str) -> object:
    return to_json(parse(text).evaluate({}).value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("list contains([1, 2, 3], 2)", True),
        ("list contains([1, 2, null], null)", True),
        ('list contains([1, 2], "2")', False),
        ("list contains([[1], {a: 2}], {a: 2})", True),
        ("count([1, null, 3])", 3),
        ("count([])", 0),
        ("count(5)", 1),
        ("sublist([4, 5, 6], 1, 2)", [4, 5]),
        ("sublist([4, 5, 6], -2)", [5, 6]),
        ("sublist([4, 5, 6], -3, 1)", [4]),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("append([1], [2])", [1, [2]]),
        ("append([1], null)", [1, None]),
        ("concatenate([1, 2], [3])", [1, 2, 3]),
        ("concatenate([1], [2], [[3]])", [1, 2, [3]]),
        ("insert before([1, 3], 1, 2)", [2, 1, 3]),
        ("insert before([1, 3], -1, 2)", [1, 2, 3]),
        ("remove([1, 2, 3], 2)", [1, 3]),
        ("remove([1, 2, 3], -1)", [1, 2]),
        ("list replace([2, 4, 7], 3, 6)", [2, 4, 6]),
        ("list replace([2, 4, 7], -3, null)", [None, 4, 7]),
        ("list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", [5, 5, 7, 8]),
        ("reverse([1, 2, 3])", [3, 2, 1]),
        ("index of([1, 2, 3, 2], 2)", [2, 4]),
        ("index of([1, null, null], null)", [2, 3]),
        ("index of([1], 5)", []),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ("union([1, 1])", [1]),
        ("distinct values([1, 2, 3, 2, 1.0])", [1, 2, 3]),
        ("distinct values([null, {a: 1}, {a: 1}, null])", [None, {"a": 1}]),
        ('distinct values([1, "1", true])', [1, "1", True]),
        ("duplicate values([1, 2, 3, 2, 1])", [1, 2]),
        ("flatten([[1, 2], [[3]], 4])", [1, 2, 3, 4]),
        ("sort([3, 1, 4, 5, 2], function(x, y) x < y)", [1, 2, 3, 4, 5]),
        ("sort([3, 1, 2], function(x: number, y: number) x > y)", [3, 2, 1]),
        (
            "sort(list: [{n: 1, k: 2}, {n: 2, k: 1}, {n: 3, k: 1}], precedes: function(a, b) a.k < b.k).n",
            [2, 3, 1],
        ),
        ("all([true, false])", False),
        ("all([])", True),
        ("all(true, true)", True),
        ("all([null, false])", False),
        ("all([null, true])", None),
        ("any([false, null, true])", True),
        ("any([])", False),
        ("any([false, null])", None),
        ("not(true)", False),
        ("not(negand: false)", True),
        ("not(null)", None),
        ('get value({a: "foo"}, "a")', "foo"),
        ('get value({a: null}, "a")', None),
        ('get value({a: "foo"}, "b")', None),
        ("get entries({a: 1, b: null})", [{"key": "a", "value": 1}, {"key": "b", "value": None}]),
        ('context([{key: "a", value: 1}, {key: "b", value: 2}])', {"a": 1, "b": 2}),
        ("context([])", {}),
        ('context put({x: 1}, "y", 2)', {"x": 1, "y": 2}),
        ('context put({x: 1, y: {a: 0}}, ["y", "a"], 2)', {"x": 1, "y": {"a": 2}}),
        ('context put(context: {x: 1}, keys: ["x"], value: null)', {"x": None}),
        ("context merge([{x: 1}, {x: 2, y: 3}])", {"x": 2, "y": 3}),
    ],
)
def test_a_function_gives_what_the_standard_says(text: str, expected: object) -> None:
    assert _value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "list contains(null, 1)", "list contains([1])", "count(null)", "count()", "sublist([1], 0)",
        "sublist([1], 2)",
        "sublist([1, 2], 1, 3)", "sublist([1], null)", "append(null, 1)", "append([1])", "concatenate([1], null)",
        "insert before([1], 3, 2)", "insert before([1], 0, 2)", "remove([1], 2)", "remove(null, 1)",
        "list replace([1], 0, 2)", 'list replace([1], "1", 2)', "list replace([1], function(a) true, 2)",
        "list replace([1], function(a, b) 1, 2)", "reverse(null)", "index of(null, 1)", "union([1], null)",
        "distinct values(null)", "flatten(null)", "sort([1, 2], function(a, b) 1)", "sort([1])", "all(null)",
        "all()", "all([true, 1])", "any(1)", "any([false, 1])", 'not("true")', "not()", 'get value(null, "a")',
        "get value({}, 1)", "get entries(null)", "get entries(5)", 'context([{key: "a"}])', "context([{value: 1}])",
        'context([{key: "a", value: 1}, {key: "a", value: 2}])', "context(null)", 'context put(null, "a", 1)',
        "context put({}, [], 1)", 'context put({a: 1}, ["a", "b"], 1)', "context put({}, [null], 1)",
        "context merge([1])", "context merge(null)",
    ],
)  # fmt: skip
def test_a_function_that_cannot_answer_says_why(text: str) -> None:
    result = parse(text).evaluate({})
    assert result.value is None
    assert result.failed
