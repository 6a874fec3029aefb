"""Numeric functions of DMN 1.5, table 76, and the statistics of lists."""

import pytest

from decisions.feel import parse, to_json


def _value(text: str) -> object:
    return to_json(parse(text).evaluate({}).value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decimal(1/3, 2)", 0.33),
        ("decimal(1.5, 0)", 2),
        ("decimal(2.5, 0)", 2),
        ("decimal(1.115, 2)", 1.12),
        ("decimal(1234.5678, -2)", 1200),
        ("decimal(1.26, 1.9)", 1.3),
        ("floor(1.5)", 1),
        ("floor(-1.5)", -2),
        ("floor(-1.56, 1)", -1.6),
        ("ceiling(1.5)", 2),
        ("ceiling(-1.5)", -1),
        ("ceiling(n: -1.56, scale: 1)", -1.5),
        ("round up(5.5, 0)", 6),
        ("round up(-5.5, 0)", -6),
        ("round up(1.121, 2)", 1.13),
        ("round down(5.5, 0)", 5),
        ("round down(-1.126, 2)", -1.12),
        ("round half up(5.5, 0)", 6),
        ("round half up(-5.5, 0)", -6),
        ("round half up(1.121, 2)", 1.12),
        ("round half down(5.5, 0)", 5),
        ("round half down(-5.5, 0)", -5),
        ("round half down(1.126, 2)", 1.13),
        ("round up(5.5, 6176)", 5.5),
        ("abs(10)", 10),
        ("abs(n: -10)", 10),
        ('abs(@"PT5H")', "PT5H"),
        ('abs(@"-P1Y2M")', "P1Y2M"),
        ("modulo(12, 5)", 2),
        ("modulo(-12, 5)", 3),
        ("modulo(12, -5)", -3),
        ("modulo(-12, -5)", -2),
        ("modulo(10.1, 4.5)", 1.1),
        ("modulo(-10.1, 4.5)", 3.4),
        ("modulo(10, 5)", 0),
        ("sqrt(16)", 4),
        ("sqrt(number: 0)", 0),
        ("log(1)", 0),
        ("decimal(log(10), 8)", 2.30258509),
        ("decimal(exp(5), 8)", 148.4131591),
        ("exp(0)", 1),
        ("odd(5)", True),
        ("odd(-1)", True),
        ("odd(2)", False),
        ("odd(1e20 + 1)", True),
        ("even(2)", True),
        ("even(0)", True),
        ("even(1e30)", True),
        ("even(2.0)", True),
        ("even(2.5)", False),
        ("odd(10.0)", False),
    ],
)
def test_a_numeric_function_gives_what_the_standard_says(text: str, expected: object) -> None:
    assert _value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("min([5, 4, 3])", 3),
        ("min(5, 4, 3)", 3),
        ('min(["b", "a"])', "a"),
        ('max(@"2026-01-02", @"2026-01-01")', "2026-01-02"),
        ("max(5)", 5),
        ("max([])", None),
        ("sum([1, 2, 3])", 6),
        ("sum(1, 2)", 3),
        ("sum(5)", 5),
        ("mean([1, 2, 3])", 2),
        ("mean(1, 2)", 1.5),
        ("product([2, 3, 4])", 24),
        ("median(8, 2, 5, 3, 4)", 4),
        ("median([6, 1, 2, 3])", 2.5),
        ("median([])", None),
        ("decimal(stddev(2, 4, 7, 5), 12)", 2.081665999466),
        ("mode(6, 3, 9, 6, 6)", [6]),
        ("mode([6, 1, 9, 6, 1])", [1, 6]),
        ("mode([])", []),
        ("mode([1.0, 1, 2])", [1]),
    ],
)
def test_a_statistic_gives_what_the_standard_says(text: str, expected: object) -> None:
    assert _value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "decimal(1.5)", "decimal(1, 6177)", "decimal(1, -6112)", 'decimal("1", 0)', "floor(null)", "floor(1, null)",
        "round up(1)", "round up(null, 0)", "modulo(10, 0)", "modulo(10, null)", "sqrt(-1)", "sqrt(null)", "log(0)",
        "log(-1)", "exp(1e9)", "odd(null)", 'even("2")', "abs(null)", "abs(true)", "min()", "min(null)",
        'max(1, "a")',
        "max(1, null)", "max([true])", "sum([])", "sum([1, null])", 'sum("a")', "mean([])", "mean(null)",
        "product([])",
        "median(null)", 'median([1, "a"])', "stddev([47])", "stddev([])", "stddev(null)", "mode(null)",
        "mode([1, null])",
        "sum(list: null)", "sum(l: [1])", "product([1e6000, 1e6000])",
    ],
)  # fmt: skip
def test_a_numeric_function_that_cannot_answer_says_why(text: str) -> None:
    result = parse(text).evaluate({})
    assert result.value is None
    assert result.failed
