"""Random text and random trees: nothing but `FeelSyntaxError` is ever raised, and printing keeps the meaning."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from decisions.feel import Budget, FeelSyntaxError, parse, parse_template, parse_unary_tests, to_json
from decisions.feel import nodes as n
from decisions.feel.builtins import BUILTINS
from decisions.feel.unparse import unparse
from decisions.feel.values import Decimal
from decisions.feel.values.text import literal

_BUDGET = Budget(steps=2_000, list_size=2_000, string_size=20_000, depth=20, seconds=0.5)
_CONTEXT = {"a": 1, "b": "text", "c": [1, 2, {"d": None}], "d e": {"f": True}, "g": None, "?": 3}
_WORDS = [
    *"+-*/=<>()[]{},.:@\"'?! \n", "**", "..", "!=", "<=", ">=", "and", "or", "not", "if ", " then ", " else ", "for ",
    " in ", " return ", "some ", "every ", " satisfies ", " between ", " and ", " instance of ", "function(", "list<",
    "number", "string", "true", "false", "null", "item", "partial", "external ", "a", "b", "c", "d e", "g", "x", "1",
    "2.5", "1e3", '"text"', '@"P1D"', '@"2026-01-01"', "//", "/*", "*/", "${", "#{", "}", "\\u", *BUILTINS,
]  # fmt: skip
_texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=string.printable, max_size=40),
    st.lists(st.sampled_from(_WORDS), max_size=25).map("".join),
    st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join),
)


@settings(max_examples=500, deadline=None)
@given(_texts)
def test_any_text_is_an_expression_or_a_syntax_error(text: str) -> None:
    problems: list[tuple[FeelSyntaxError, int]] = []
    for read in (parse, parse_unary_tests, parse_template):
        try:
            expression = read(text, extras=True)
        except FeelSyntaxError as error:
            problems.append((error, len(text)))
            continue
        result = expression.evaluate(_CONTEXT, budget=_BUDGET)
        to_json(result.value)
    assert all(str(error) and 1 <= error.position <= size + 1 for error, size in problems)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(BUILTINS.keys() - {"@"})), st.lists(st.sampled_from(
    ["1", "-2.5", "1e300", '"a"', '"(a|b)*"', "true", "null", "[]", "[1, 2, null]", '["b", "a"]', "{a: 1}", "[1..3]",
     '@"2026-02-28"', '@"10:00:00Z"', '@"2026-02-28T10:00:00@Europe/Paris"', '@"P1D"', '@"-P1Y"',
     "function(x, y) x < y",
     "function(x) x", "(> 5)", "1e6000", '""', '"2026-01-01"', "[[1], [2]]", '[{key: "a", value: 1}]']
), max_size=4))  # fmt: skip
def test_any_function_takes_any_values_without_raising(name: str, arguments: list[str]) -> None:
    result = parse(f"{name}({', '.join(arguments)})").evaluate({}, budget=_BUDGET)
    to_json(result.value)
    literal(result.value, limit=1000)


# -- printing ----------------------------------------------------------------------------------

_numbers = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False).map(lambda d: Decimal(str(d)))
_names = st.sampled_from(["a", "b", "c", "d e", "g", "missing"])
_leaves = st.one_of(
    _numbers.map(n.Constant),
    st.text(alphabet='ab"\\\né🐎', max_size=5).map(n.Constant),
    st.sampled_from([True, False, None]).map(n.Constant),
    _names.map(n.Name),
)


_PARAMETERS = (n.FormalParameter("p"), n.FormalParameter("r s", n.TypeNode("number")))


def _step(operators: list[str], inner: st.SearchStrategy) -> st.SearchStrategy:
    steps = st.lists(st.builds(n.Step, st.sampled_from(operators), inner), min_size=1, max_size=3).map(tuple)
    return st.builds(n.Arithmetic, inner, steps)


def _larger(inner: st.SearchStrategy) -> st.SearchStrategy:
    many = st.lists(inner, max_size=3).map(tuple)
    entries = st.lists(
        st.builds(n.Entry, st.sampled_from(["k", "l m", "o-p", "q"]), inner), max_size=3, unique_by=lambda e: e.key
    )
    tests = st.one_of(inner, st.builds(n.UnaryTest, st.sampled_from(["<", ">=", "=", "!="]), inner))
    loops = st.lists(st.builds(n.Iteration, st.sampled_from(["x", "y z"]), inner), min_size=1, max_size=2).map(tuple)
    return st.one_of(
        _step(["+", "-"], inner),
        _step(["*", "/"], inner),
        _step(["**"], inner),
        inner.map(n.Negate),
        st.builds(n.Compare, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner),
        st.builds(n.Logic, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(n.Between, inner, inner, inner),
        st.builds(n.In, inner, st.lists(tests, min_size=2, max_size=3).map(tuple)),
        st.builds(n.If, inner, inner, inner),
        st.builds(n.ListOf, many),
        st.builds(n.ContextOf, entries.map(tuple)),
        st.builds(n.Path, inner, st.sampled_from(["k", "l m", "year"])),
        st.builds(n.Filter, inner, inner),
        st.builds(n.Interval, inner, inner, st.booleans(), st.booleans()),
        st.builds(n.For, loops, inner),
        st.builds(n.Quantified, st.sampled_from(["some", "every"]), loops, inner),
        st.builds(n.Call, st.sampled_from(["count", "string", "not", "abs"]).map(n.Name), st.tuples(inner)),
        st.builds(
            n.InstanceOf, inner, st.sampled_from([n.TypeNode("number"), n.TypeNode("list", (n.TypeNode("string"),))])
        ),
        st.builds(n.FunctionDefinition, st.just(_PARAMETERS), inner),
    )


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.recursive(_leaves, _larger, max_leaves=12))
def test_printing_and_reading_again_gives_the_same_tree(node: n.Node) -> None:
    text = unparse(node)
    again = parse(text, names=["o-p"])
    assert again.node == node, text
    assert unparse(again.node) == text
