"""Gaps, overlaps, dead rules, wrong types and names, each with rule and example (DMN 1.5, 8.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from decisions import dmn
from decisions.dmn import lint
from tests.unit.decisions.dmn.draw import (
    Row,
    data,
    decision,
    enumeration,
    file,
    function,
    literal,
    load,
    table,
)


def found(*parts: str) -> list[dmn.Problem]:
    """What lint says of a file."""
    loaded = load(file(*parts))
    assert not loaded.has_errors, list(map(str, loaded.problems))
    return list(lint.check(loaded))


def of_table(rows: Sequence[Row], *, kinds: Sequence[str] = ("number",), **options: Any) -> list[dmn.Problem]:
    """What lint says of a table over x and y."""
    names = ["x", "y"][: len(kinds)]
    inputs = [data(name, kind) for name, kind in zip(names, kinds, strict=True)]
    logic = table(names, rows, **options)
    return found(*inputs, decision("d", logic, needs=[f"_{name}" for name in names]))


def said(problems: Sequence[dmn.Problem], code: str) -> str:
    """The messages of one code."""
    return " | ".join(each.message for each in problems if each.code == code)


def test_a_complete_table_is_left_alone() -> None:
    assert of_table([(["< 5"], ["1"]), (["[5..9]"], ["2"]), (["> 9"], ["3"])]) == []


@pytest.mark.parametrize(
    ("cells", "example"),
    [
        (["< 5", "> 5"], "x = 5"),
        (["< 5", "> 9"], "x = 5"),
        (["[0..9]", ">= 10"], "x = -1"),
        (["<= 9", "[12..20]", "> 20"], "x = 10"),
        (["< 5", "5"], "x = 6"),
    ],
)
def test_a_gap_is_told_with_an_example(cells: list[str], example: str) -> None:
    problems = of_table([([cell], ["1"]) for cell in cells])
    assert f"no rule matches {example}" in said(problems, "gap")
    assert problems[0].element == "table"


def test_all_stretches_of_a_gap_are_told() -> None:
    problems = of_table([(["[0..9]"], ["1"]), (["[20..29]"], ["2"]), (["[40..49]"], ["3"])])
    assert "no rule matches x = -1; nor x = 10 or 30 or 50" in said(problems, "gap")


def test_a_gap_between_whole_numbers_is_only_worth_a_note() -> None:
    problems = of_table([(["<= 9"], ["1"]), ([">= 10"], ["2"])])
    assert [(each.code, each.severity) for each in problems] == [("gap", "info")]
    assert "x = 9.5" in problems[0].message


@pytest.mark.parametrize(
    ("kind", "cells", "example"),
    [
        ("string", ['"a"', '"b"'], 'x = "other"'),
        ("boolean", ["true"], "x = false"),
        ("date", ['<= date("2026-01-01")', '>= date("2026-01-03")'], 'x = @"2026-01-02"'),
        ("days and time duration", ['< duration("P1D")'], 'x = @"P1D"'),
    ],
)
def test_gaps_are_found_in_every_kind_of_column(kind: str, cells: list[str], example: str) -> None:
    assert example in said(of_table([([cell], ["1"]) for cell in cells], kinds=[kind]), "gap")


def test_neighbouring_days_leave_no_gap() -> None:
    rows: list[Row] = [(['<= date("2026-01-01")'], ["1"]), (['>= date("2026-01-02")'], ["2"])]
    assert of_table(rows, kinds=["date"]) == []


def test_allowed_values_limit_what_can_be_a_gap() -> None:
    kind = enumeration("tAB", "a", "b")
    rows: list[Row] = [(['"a"'], ["1"]), (['"b"'], ["2"])]
    assert found(kind, data("x", "tAB"), decision("d", table(["x"], rows), needs=["_x"])) == []
    assert of_table(rows, kinds=["string"], input_values=['"a", "b"']) == []


def test_a_default_fills_all_gaps() -> None:
    assert of_table([(["< 5"], ["1"])], defaults=["0"]) == []


def test_collecting_tables_have_no_gaps() -> None:
    assert of_table([(["< 5"], ["1"])], policy="COLLECT") == []


def test_overlaps_are_told_with_rules_and_an_example() -> None:
    problems = of_table(
        [(["<= 5", "-"], ["1"]), ([">= 5", "true"], ["2"]), (["> 5", "-"], ["3"])],
        kinds=["number", "boolean"],
    )
    text = said(problems, "overlapping_rules")
    assert "rules 1, 2 all match x = 5, y = true" in text
    assert "rules 2, 3 all match" in text
    assert {each.element for each in problems} == {"r1", "r2"}


def test_any_may_overlap_with_equal_outputs_only() -> None:
    assert of_table([(["<= 5"], ["1"]), ([">= 5"], ["1"])], policy="ANY") == []
    problems = of_table([(["<= 5"], ["1"]), ([">= 5"], ["2"])], policy="ANY")
    assert "rules 1, 2 all match x = 5, but ANY needs equal outputs" in said(problems, "contradicting_rules")


def test_a_rule_behind_others_that_take_everything_is_unreachable() -> None:
    rows: list[Row] = [(["< 5"], ["1"]), ([">= 5"], ["2"]), (["[3..7]"], ["3"]), (["-"], ["4"])]
    problems = of_table(rows, policy="FIRST")
    assert "rule 3 is never reached" in said(problems, "unreachable_rule")
    assert "rule 4 is never reached" in said(problems, "unreachable_rule")


def test_a_rule_that_nothing_can_pass_is_impossible() -> None:
    problems = of_table([(["[9..3]"], ["1"]), (["-"], ["2"])], policy="FIRST")
    assert "rule 1 can never match" in said(problems, "impossible_rule")


def test_a_cell_of_another_type_is_an_error() -> None:
    problems = of_table([(['"5"'], ["1"]), (["-"], ["2"])], policy="FIRST")
    assert 'rule 1 tests x, a number, with "5"' in said(problems, "wrong_type")
    assert [each.severity for each in problems if each.code == "wrong_type"] == ["error"]


def test_an_output_of_another_type_or_value_is_an_error() -> None:
    assert "rule 1" in said(of_table([(["-"], ['"a"'])], output_kinds=["number"]), "wrong_output")
    assert "rule 1" in said(of_table([(["-"], ['"a"'])], output_values=['"b"']), "wrong_output")


def test_priority_without_an_order_is_an_error() -> None:
    assert "output values" in said(of_table([(["-"], ["1"])], policy="PRIORITY"), "missing_priorities")


def test_tests_that_depend_on_other_values_stop_the_search_for_gaps() -> None:
    problems = of_table([(["> y"], ["1"])], kinds=["number"])
    assert "rules 1 have tests" in said(problems, "gaps_unknown")


def test_names_that_nothing_declares_are_told() -> None:
    problems = found(
        data("x"),
        decision("a", literal("x"), needs=["_x"]),
        decision("d", literal("a + zz + x"), needs=["!_a"]),
    )
    assert '"zz", which nothing declares' in said(problems, "unknown_name")
    assert 'uses "x" but does not require it' in said(problems, "missing_requirement")


def test_tables_of_functions_are_checked_too() -> None:
    body = table(["n"], [(["< 5"], ["1"])])
    assert "n = 5" in said(found(function("f", {"n": "number"}, body)), "gap")


def test_a_large_table_is_searched_in_reasonable_time() -> None:
    rows: list[Row] = [([f"[{n * 10}..{n * 10 + 9}]", f"> {n}"], [str(n)]) for n in range(300)]
    problems = of_table(rows, kinds=["number", "number"])
    assert said(problems, "gap")
    assert len(problems) < 40


def test_a_table_that_is_too_large_to_search_is_told_so() -> None:
    rows: list[Row] = [([f"< {n}", f"> {n * 7 % 1000}"], [str(n)]) for n in range(1000)]
    assert said(of_table(rows, kinds=["number", "number"], policy="FIRST"), "too_large")
