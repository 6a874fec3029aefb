"""Boxed expressions (DMN 1.5, 10.2.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.decisions.dmn.draw import ask, codes, decision, file, literal, load, model, table, value


def context(*entries: tuple[str, str], result: str = "", kinds: dict[str, str] | None = None) -> str:
    """A boxed context."""
    kinds = kinds or {}
    drawn = "".join(
        f"<contextEntry><variable name='{name}' {f'typeRef={kinds[name]!r}' if name in kinds else ''}/>"
        f"{logic}</contextEntry>"
        for name, logic in entries
    )
    return f"<context>{drawn}{f'<contextEntry>{result}</contextEntry>' if result else ''}</context>"


def conditional(condition: str) -> str:
    """A boxed conditional."""
    branches = f"<then>{literal('1')}</then><else>{literal('2')}</else>"
    return f"<conditional><if>{literal(condition)}</if>{branches}</conditional>"


def each(tag: str, source: str, body: str, inner: str) -> str:
    """A boxed iterator over `x`."""
    return f"<{tag} iteratorVariable='x'><in>{literal(source)}</in><{inner}>{body}</{inner}></{tag}>"


def choice(source: str, match: str) -> str:
    """A boxed filter."""
    return f"<filter><in>{literal(source)}</in><match>{literal(match)}</match></filter>"


_PEOPLE = (
    "<relation><column name='name'/><column name='the age'/>"
    + "".join(f"<row>{literal(name)}{literal(age)}</row>" for name, age in (('"Ann"', "30"), ('"Bob"', "20 + 1")))
    + "</relation>"
)
_TWICE = f"<functionDefinition><formalParameter name='n' typeRef='number'/>{literal('n * 2')}</functionDefinition>"
_GRADE = table(["x"], [(["> 2"], ['"big"']), (["<= 2"], ['"small"'])])


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (context(("a", literal("1")), ("b", literal("a + 1"))), {"a": 1, "b": 2}),
        (context(("a b", literal("1")), result=literal("a b + 5")), 6),
        (context(("f", _TWICE), result=literal("f(4)")), 8),
        (context(("f", _TWICE), result=literal('f("a")')), None),
        (context(("a", literal('"x"')), kinds={"a": "number"}), {"a": None}),
        (
            f"<list>{literal('1')}{literal('[2]')}{_PEOPLE}</list>",
            [1, [2], [{"name": "Ann", "the age": 30}, {"name": "Bob", "the age": 21}]],
        ),
        (context(("p", _PEOPLE), result=literal("p[the age > 25].name")), ["Ann"]),
        (conditional("1 > 0"), 1),
        (conditional("1 < 0"), 2),
        (conditional("null"), 2),
        (conditional('"text"'), None),
        (choice("[1, 2, 3]", "item > 1"), [2, 3]),
        (choice("[{a: 1}, {a: 2}]", "a = 2"), [{"a": 2}]),
        (each("for", "[1, 2, 3]", literal("x * 2"), "return"), [2, 4, 6]),
        (each("for", "1..3", literal("sum(partial) + x"), "return"), None),
        (each("for", "[1, 2, 3]", literal("sum([0]) + count(partial)"), "return"), [0, 1, 2]),
        (each("for", "[1, 5]", _GRADE, "return"), ["small", "big"]),
        (each("some", "[1, 2]", literal("x > 1"), "satisfies"), True),
        (each("every", "[1, 2]", literal("x > 1"), "satisfies"), False),
        (each("every", "[]", literal("x > 1"), "satisfies"), True),
    ],
)
def test_boxed_expressions_mean_what_the_standard_says(logic: str, expected: Any) -> None:
    assert value(load(file(decision("d", logic))).models[0]) == expected


def test_cells_of_a_relation_do_not_see_each_other() -> None:
    drawn = context(
        ("a", literal("1")),
        result=f"<relation><column name='a'/><column name='b'/><row>{literal('5')}{literal('a')}</row></relation>",
    )
    assert value(model(file(decision("d", drawn)))) == [{"a": 5, "b": 1}]


def test_an_invocation_with_a_wrong_parameter_name_is_an_error() -> None:
    boxed = f"<invocation>{literal('f')}<binding><parameter name='other'/>{literal('5')}</binding></invocation>"
    answer = ask(model(file(decision("d", context(("f", _TWICE), result=boxed)))))
    assert (answer.value, answer.failed) == (None, True)


def test_an_external_java_function_is_one_of_a_fixed_list() -> None:
    mapping = context(("class", literal('"java.lang.Math"')), ("method signature", literal('"max(double, double)"')))
    formal = "<formalParameter name='a'/><formalParameter name='b'/>"
    drawn = f"<functionDefinition kind='Java'>{formal}{mapping}</functionDefinition>"
    assert value(model(file(decision("d", context(("m", drawn), result=literal("m(1, 2)")))))) == 2


def test_pmml_is_null_with_a_message() -> None:
    mapping = context(("document", literal('"x.pmml"')), ("model", literal('"m"')))
    drawn = f"<functionDefinition kind='PMML'><formalParameter name='a'/>{mapping}</functionDefinition>"
    answer = ask(model(file(decision("d", context(("m", drawn), result=literal("m(1)"))))))
    assert (answer.value, answer.failed) == (None, True)


@pytest.mark.parametrize(
    ("logic", "code"),
    [
        (context(("a", literal("1 +"))), "feel_syntax"),
        (context(("a", literal("1")), ("a", literal("2"))), "duplicate_entry"),
        ("<context><contextEntry><variable name='a'/></contextEntry></context>", "missing_expression"),
        ("<conditional><if/><then/><else/></conditional>", "missing_expression"),
        ("<relation><column name='a'/><row/></relation>", "uneven_relation"),
        ("<functionDefinition><formalParameter name='a'/></functionDefinition>", "missing_expression"),
        ("<functionDefinition kind='Rust'>" + literal("1") + "</functionDefinition>", "unknown_kind"),
        (table(["x"], [(["1", "2"], ["3"])]), "uneven_rule"),
        (table(["x"], [], policy="BEST"), "unknown_hit_policy"),
        ("<decisionTable/>", "no_output"),
        (literal("1") + literal("2"), "too_many_expressions"),
        (
            "<for iteratorVariable=''><in>" + literal("[1]") + "</in><return>" + literal("1") + "</return></for>",
            "missing_name",
        ),
    ],
)
def test_a_broken_expression_is_a_problem_and_null(logic: str, code: str) -> None:
    loaded = load(file(decision("d", logic)))
    assert code in codes(loaded.problems)
    assert loaded.has_errors
    ask(loaded.models[0])


def test_deep_nesting_is_refused_not_overflown() -> None:
    deep = "<list>" * 300 + "</list>" * 300
    assert codes(load(file(decision("d", deep))).problems) == ["too_deep"]
    drawn = "<list>" * 90 + literal("[" * 70 + "]" * 70) + "</list>" * 90
    assert isinstance(load(file(decision("d", drawn))).problems, tuple)
