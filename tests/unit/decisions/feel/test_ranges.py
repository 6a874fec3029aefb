"""Ranges, `in`, unary tests and the relations of table 78 (DMN 1.5, 10.3.2.6, 10.3.2.7, 10.3.4.9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.feel import parse, parse_unary_tests


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 in [1..10]", True), ("1 in (1..10]", False), ("10 in [1..10)", False), ("10 in ]1..10]", True),
        ("10 in [1..10[", False), ("5 in > 4", True), ("5 in (> 4, < 2)", True), ("5 in (> 6, < 2)", False),
        ("5 in (1, 5)", True), ("5 in [1, 5]", True), ("5 in 5", True), ("5 in (5)", True), ("5 in (= 5)", True),
        ("5 in != 5", False), ("5 in [[2..4], [5..6]]", True), ("5 in ([2..4], [6..7])", False),
        ("[1, 2, 3] in [[1, 2, 3, 4], [1, 2, 3]]", True), ("[1, 2, 3] in ([[1, 2, 3, 4]], [[1, 2, 3]])", True),
        ("[1, 2] in [1, 2]", True), ("{a: 1} in [{b: 1}, {a: 1}]", True), ("null in [1, null]", True),
        ("null in [1, 2]", False), ("null in null", True), ('"b" in ["a".."c"]', True), ('"b" in "b"', True),
        ('@"2026-01-01" in [@"2025-01-01"..@"2027-01-01"]', True), ("1 in []", False), ('1 in ["a", "b"]', False),
        ("5 in (1 + 1) * 2 + 1", True), ("not(5 in (1, 2))", True), ("[1..2] in [[1..2], [3..4]]", True),
        ("5 in [1..10] and 3 in [1..2]", False), ("1 in [1..3[ = true", True),
    ],
)  # fmt: skip
def test_in_finds_values_in_lists_ranges_and_tests(text: str, expected: object) -> None:
    assert parse(text).evaluate({}).value is expected


@pytest.mark.parametrize("text", ["null in [1..2]", '"a" in [1..2]', '"a" in > 5', '1 in "a"', "true in (> 1)"])
def test_in_over_other_kinds_is_null_with_a_message(text: str) -> None:
    result = parse(text).evaluate({})
    assert result.value is None
    assert result.failed


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True), (" - ", 5, True), ("5", 5, True), ("-5", -5, True), ("< 5", 4, True), (">= 5", 4, False),
        ("[1..5)", 5, False), ("1, 2, 3", 2, True), ("1, 2, 3", 4, False), ("not(1, 2)", 3, True),
        ("not(1, 2)", 2, False), ("not(> 5)", 3, True), ('"a", "b"', "b", True), ('not("a")', "b", True),
        ("null", None, True), ("null", 1, False), ("true", True, True), ("false", False, True),
        ("false", True, False),
        ("? > 5", 6, True), ("? > 5 and ? < 7", 6, True), ("not(? > 5)", 6, False), ("even(?)", 4, True),
        ("[1, 2]", 2, True), ("limit", 10, True), ("> limit", 11, True), ("? in [1..3]", 2, True),
        ("limit > 5", 3, True),
        ("limit > 50", 3, False), ('starts with(?, "a")', "abc", True), ("< 5", None, None), ("< 5", "a", None),
        ("not(< 5)", "a", None), ("= 5", 5, True), ("!= 5", 5, False), ('contains(?, "x"), "y"', "y", True),
    ],
)  # fmt: skip
def test_a_cell_decides_over_its_input(cell: str, value: object, expected: bool | None) -> None:
    assert parse_unary_tests(cell, names=["limit"]).evaluate({"?": value, "limit": 10}).value is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("before(1, 10)", True), ("before(10, 1)", False), ("before([1..10], 10)", False),
        ("before([1..10), 10)", True),
        ("before(1, (1..10])", True), ("before([1..10), [10..20])", True), ("before([1..10], (10..20])", True),
        ("before([1..10], [10..20])", False), ("after(12, [2..5])", True), ("after([11..20], [1..11))", True),
        ("after((11..20], [1..11])", True), ("meets([1..5], [5..10])", True), ("meets([1..5), [5..10])", False),
        ("met by([5..10], [1..5])", True), ("met by([5..10], [1..5))", False), ("overlaps([5..10], [1..6])", True),
        ("overlaps((3..7], [1..4])", True), ("overlaps([1..3], [4..6])", False), ("overlaps([1..5), [5..6])", False),
        ("overlaps before([1..5], [4..10])", True), ("overlaps before([1..5], [1..5])", False),
        ("overlaps before([1..5), (1..5])", True), ("overlaps after([5..10], [1..6])", True),
        ("overlaps after([1..5], [1..5])", False), ("overlaps after((1..5], [1..5))", True),
        ("finishes(10, [1..10])", True),
        ("finishes(10, [1..10))", False), ("finishes([5..10], [1..10])", True), ("finishes([5..10), [1..10])", False),
        ("finishes([1..10], (1..10])", False), ("finished by([1..10], 10)", True),
        ("finished by([1..10], [5..10])", True),
        ("includes([1..10], 5)", True), ("includes((1..10], 1)", False), ("includes([1..10], [1..10])", True),
        ("includes([1..10), [1..10])", False), ("includes([1..10], (1..10))", True), ("during(5, [1..10])", True),
        ("during((1..10), [1..10])", True), ("during([1..10], (1..10])", False), ("starts(1, [1..10])", True),
        ("starts(1, (1..10])", False), ("starts([1..5], [1..10])", True), ("starts((1..5], [1..10])", False),
        ("starts([1..10), [1..10])", True), ("started by([1..10], 1)", True), ("started by([1..10], [1..5])", True),
        ("started by([1..10], (1..5))", False), ("coincides(5, 5)", True), ("coincides(3, 4)", False),
        ("coincides([1..5], [1..5])", True), ("coincides([1..5], [1..5))", False),
        ('before(@"2026-01-01", [@"2026-01-02"..@"2026-01-03"])', True), ("includes((>= 1), 5)", True),
        ("before((< 5), [5..6])", True), ("after((> 5), 5)", True), ("coincides((< 5), (< 5))", True),
        ("includes((< 5), (< 4))", True), ("during(point: 5, range: [1..10])", True),
    ],
)  # fmt: skip
def test_a_relation_of_points_and_ranges_holds_as_table_78_says(text: str, expected: bool) -> None:
    assert parse(text).evaluate({}).value is expected


@pytest.mark.parametrize("text", ['before(1, "a")', "meets(1, [1..2])", "before(null, 1)", "overlaps([1..2], 3)",
                                  "coincides(1, [1..2])", "during([1..2], 1)", 'includes([1..2], "a")',
                                  "before([true], 1)", "before(1)"])  # fmt: skip
def test_a_relation_of_other_kinds_is_null_with_a_message(text: str) -> None:
    assert parse(text).evaluate({}).failed


_points = st.integers(-5, 5)
_ranges = st.builds(
    lambda low, size, opening, closing: f"{opening}{low}..{low + size}{closing}",
    _points,
    st.integers(1, 6),
    st.sampled_from("[("),
    st.sampled_from("])"),
)


@given(_ranges, _points)
def test_in_and_includes_agree(limits: str, point: int) -> None:
    values = {parse(text).evaluate({}).value for text in (f"{point} in {limits}", f"includes({limits}, {point})")}
    assert len(values) == 1


@given(_ranges, _ranges)
def test_relations_of_two_ranges_fit_together(one: str, other: str) -> None:
    def holds(name: str, first: str, second: str) -> bool:
        return bool(parse(f"{name}({first}, {second})").evaluate({}).value)

    apart = holds("before", one, other) or holds("after", one, other)
    assert holds("overlaps", one, other) is not apart
    for name, inverse in (("before", "after"), ("meets", "met by"), ("overlaps before", "overlaps after"),
                          ("includes", "during"), ("starts", "started by"), ("finishes", "finished by")):  # fmt: skip
        assert holds(name, one, other) == holds(inverse, other, one)
    if holds("coincides", one, other):
        assert holds("includes", one, other)
        assert holds("starts", one, other)


@given(st.lists(_points, max_size=6), _ranges)
def test_a_filter_by_a_range_keeps_what_lies_in_it(points: list[int], limits: str) -> None:
    kept = parse(f"points[item in {limits}]").evaluate({"points": points}).value
    assert kept == [p for p in points if parse(f"{p} in {limits}").evaluate({}).value]
