"""Expressions that try to hang, to exhaust memory or to reach Python: each ends quickly, as null or refused."""

import re
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from decisions.feel import Budget, FeelSyntaxError, parse, parse_template, to_json

_NOW = datetime(2026, 11, 20, tzinfo=UTC)
_BUDGET = Budget(seconds=1.0)
_DOUBLING = "{{f: function(x, n) if n = 0 then x else f({grow}, n - 1), r: {use}}}.r"

_TOO_MUCH = [
    "10 ** 1000000", "2 ** (2 ** 100)", "1.000001 ** 1e30", "exp(1e10)",
    "for a in 1..100000, b in 1..100000 return a * b",
    "for a in 1..999999999999999999999999999999999999 return 1",
    "some x in 1..10000000000 satisfies x < 0",
    "count([1..3][item > (for a in 1..1e12 return a)])",
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|aa)+$")',
    'matches("a", "(((((a{1000}){1000}){1000}){1000}){1000})")',
    'number(string join(for i in 1..100000 return "1111111111") + "x")',
    'matches("x", "' + "(" * 3000 + "x" + ")" * 3000 + '")',
    "{f: function(x) f(x), r: f(1)}.r",
    "{f: function(x) x(x), r: f(f)}.r",
    _DOUBLING.format(grow="x + x", use='f("ab", 90)'),
    _DOUBLING.format(grow="concatenate(x, x)", use="count(f([1], 60))"),
    _DOUBLING.format(grow="[x, x]", use="string(f([1], 60))"),
    _DOUBLING.format(grow="[x, x]", use="flatten(f([1], 60))"),
    _DOUBLING.format(grow="[x, x]", use="f([1], 60)"),
    _DOUBLING.format(grow="[x, x]", use="f([1], 60).a"),
    _DOUBLING.format(grow="[x, x]", use="f([1], 60) + 1"),
    _DOUBLING.format(grow="{a: x, b: x}", use="f({}, 60)"),
    'string join(for x in 1..100000 return "' + "a" * 100 + '", ",")',
    'from json("' + "[" * 100000 + '")',
    'duration("P1Y") * 1e300', 'duration("P1D") / 1e-300', "modulo(1e6000, 3)", "list replace([1], 1e6000, 2)",
    'date("999999999-12-31") + duration("P999999999Y")', "[1, 2, 3][1e300]",
]  # fmt: skip

_NOT_PYTHON = [
    '"".__class__.__mro__', "a.__dict__", "[].__class__.__base__", '__import__("os").system("id")',
    "(function(x) x).__globals__", "(function(x) x).body", "sum.__globals__", "[1..2].__init__", "now().__class__",
    '@"P1D".nanos', '@"2026-01-01".plus_months(1)', "a.keys()", '"x".upper()', "a.get", "a.items",
]  # fmt: skip

_TOO_DEEP = [
    "(" * 10_000 + "1" + ")" * 10_000, "[" * 10_000, "{a:" * 5_000, "-" * 10_000 + "1", "not(" * 5_000,
    "if true then " * 3_000, "for x in " * 3_000, "a" + ".b" * 5_000, "a" + "[1]" * 5_000, "f" + "()" * 5_000,
    "function() " * 5_000, "some x in " * 5_000, "x instance of " + "list<" * 5_000, "1 in (" * 3_000,
]  # fmt: skip


@pytest.mark.parametrize("text", _TOO_MUCH, ids=range(len(_TOO_MUCH)))
def test_an_expression_that_asks_too_much_is_null_with_a_message(text: str) -> None:
    started = monotonic()
    result = parse(text, extras=True).evaluate({}, now=_NOW, budget=_BUDGET)
    assert result.value is None
    assert result.failed
    assert monotonic() - started < 10


@pytest.mark.parametrize("text", _NOT_PYTHON)
def test_no_path_and_no_call_reaches_python(text: str) -> None:
    result = parse(text, extras=True).evaluate({"a": {"b": 1}}, now=_NOW)
    assert to_json(result.value) in (None, [])
    assert result.messages or result.value == []


@pytest.mark.parametrize("text", _TOO_DEEP, ids=range(len(_TOO_DEEP)))
def test_a_text_that_is_nested_too_deeply_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse(text)


def test_a_long_chain_is_not_deep() -> None:
    assert parse("1" + " + 1" * 20_000).evaluate({}).value == 20_001
    assert parse("true" + " and true" * 20_000).evaluate({}).value is True


def test_equal_lists_that_share_their_parts_are_compared_quickly() -> None:
    text = _DOUBLING.format(grow="[x, x]", use="f([1], 60) = f([1], 60) and is(f([1], 60), f([1], 60))")
    assert parse(text).evaluate({}, budget=_BUDGET).value is True


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(FeelSyntaxError, match="at most"):
        parse("1" * 300_000)
    with pytest.raises(FeelSyntaxError, match="at most"):
        parse_template("${" + "1" * 300_000)


def test_no_text_is_ever_handed_to_python() -> None:
    """Look through decisions and bpmn for `eval`, `exec`, `compile` and their kin."""
    root = Path(__file__).parents[4]
    forbidden = re.compile(r"(?<![\w.])(eval|exec|compile|__import__|literal_eval|execfile)\(")
    files = [path for app in ("decisions", "bpmn") for path in sorted((root / app).rglob("*.py"))]
    assert len(files) > 40
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in files
        if "migrations" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []
