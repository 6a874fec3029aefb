"""Hit policies, outputs, defaults and allowed values of decision tables (DMN 1.5, 8.2)."""

from __future__ import annotations

from typing import Any

import pytest

from decisions import dmn
from tests.unit.decisions.dmn.draw import (
    Row,
    ask,
    codes,
    data,
    decision,
    enumeration,
    file,
    load,
    model,
    table,
    value,
)  # fmt: skip

_ROWS: list[Row] = [(["> 1"], ["10"]), (["> 5"], ["30"]), (["> 3"], ["20"])]


def _one(rows: list[Row] = _ROWS, **options: Any) -> dmn.Model:
    return model(file(data("x", "number"), decision("d", table(["x"], rows, **options), needs=["_x"])))


@pytest.mark.parametrize(
    ("policy", "aggregation", "x", "expected"),
    [
        ("UNIQUE", "", 2, 10),
        ("UNIQUE", "", 0, None),
        ("FIRST", "", 6, 10),
        ("RULE ORDER", "", 6, [10, 30, 20]),
        ("RULE ORDER", "", 0, None),
        ("RULE_ORDER", "", 6, [10, 30, 20]),
        ("COLLECT", "", 6, [10, 30, 20]),
        ("COLLECT", "", 0, []),
        ("COLLECT", "SUM", 6, 60),
        ("COLLECT", "SUM", 0, None),
        ("COLLECT", "MIN", 6, 10),
        ("COLLECT", "MAX", 6, 30),
        ("COLLECT", "COUNT", 6, 3),
        ("COLLECT", "COUNT", 0, 0),
    ],
)
def test_a_hit_policy_makes_one_result_of_all_matches(policy: str, aggregation: str, x: int, expected: Any) -> None:
    assert value(_one(policy=policy, aggregation=aggregation), x=x) == expected


@pytest.mark.parametrize(("policy", "expected"), [("PRIORITY", 20), ("OUTPUT ORDER", [20, 10, 30])])
def test_output_values_give_the_order(policy: str, expected: Any) -> None:
    assert value(_one(policy=policy, output_values=["20, 10, 30"]), x=6) == expected


def test_priority_says_which_rule_counted() -> None:
    answer = ask(_one(policy="PRIORITY", output_values=["20, 10, 30"]), x=6)
    assert answer.trace[0].rules == (3,)


def test_priority_looks_at_the_second_output_when_the_first_are_equal() -> None:
    rows: list[Row] = [(["-"], ['"a"', '"low"']), (["-"], ['"a"', '"high"']), (["-"], ['"b"', '"high"'])]
    drawn = table(["x"], rows, outputs=("one", "two"), policy="PRIORITY", output_values=['"a", "b"', '"high", "low"'])
    loaded = model(file(data("x"), decision("d", drawn, needs=["_x"])))
    assert value(loaded, x=1) == {"one": "a", "two": "high"}


def test_priorities_may_come_from_the_type_of_the_output() -> None:
    kind = enumeration("tLevel", "high", "low")
    rows: list[Row] = [(["-"], ['"low"']), (["-"], ['"high"'])]
    drawn = table(["x"], rows, policy="PRIORITY", output_kinds=["tLevel"])
    assert value(model(file(kind, data("x"), decision("d", drawn, needs=["_x"]))), x=1) == "high"


def test_priorities_may_come_from_the_components_of_the_decisions_type() -> None:
    level = enumeration("tLevel", "high", "low")
    part = "<itemComponent name='{}'><typeRef>{}</typeRef></itemComponent>"
    parts = part.format("rank", "tLevel") + part.format("why", "string")
    kind = f"<itemDefinition name='tBoth' isCollection='true'>{parts}</itemDefinition>"
    rows: list[Row] = [(["-"], ['"low"', '"a"']), (["-"], ['"high"', '"b"'])]
    drawn = table(["x"], rows, outputs=("rank", "why"), policy="OUTPUT ORDER")
    loaded = model(file(level, kind, data("x"), decision("d", drawn, needs=["_x"], kind="tBoth")))
    assert value(loaded, x=1) == [{"rank": "high", "why": "b"}, {"rank": "low", "why": "a"}]


def test_a_unique_violation_is_an_error_that_names_the_rules() -> None:
    answer = ask(_one(), x=6)
    assert answer.value is None
    assert [each.code for each in answer.messages] == ["hit_policy_violated"]
    assert "rules 1, 2, 3" in answer.messages[0].text


def test_any_accepts_equal_outputs_of_several_rules() -> None:
    rows: list[Row] = [(["> 1"], ['"a"']), (["> 2"], ['"a"']), (["> 9"], ['"b"'])]
    assert value(_one(rows, policy="ANY"), x=5) == "a"


def test_an_any_violation_is_an_error_that_names_the_rules() -> None:
    answer = ask(_one(policy="ANY"), x=6)
    assert answer.value is None
    assert "rules 1, 2, 3" in answer.messages[0].text


def test_several_outputs_are_a_context() -> None:
    rows: list[Row] = [(["> 1"], ['"a"', "1"]), (["> 2"], ['"b"', "2"])]
    loaded = _one(rows, outputs=("name", "rank"), policy="COLLECT")
    assert value(loaded, x=5) == [{"name": "a", "rank": 1}, {"name": "b", "rank": 2}]


def test_an_aggregation_of_several_outputs_aggregates_each() -> None:
    rows: list[Row] = [(["> 1"], ["1", "10"]), (["> 2"], ["2", "20"])]
    loaded = _one(rows, outputs=("one", "ten"), policy="COLLECT", aggregation="SUM")
    assert value(loaded, x=5) == {"one": 3, "ten": 30}


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "COLLECT", "PRIORITY", "RULE ORDER"])
def test_the_default_output_counts_when_no_rule_matches(policy: str) -> None:
    loaded = _one(policy=policy, defaults=["99"], output_values=["10, 20, 30, 99"])
    assert value(loaded, x=0) == 99


def test_a_default_of_several_outputs_fills_the_rest_with_null() -> None:
    loaded = _one([(["> 5"], ["1", "2"])], outputs=("a", "b"), defaults=["0"])
    assert value(loaded, x=0) == {"a": 0, "b": None}


def test_no_match_is_null_with_a_warning() -> None:
    answer = ask(_one(), x=0)
    assert [(each.severity, each.code) for each in answer.messages] == [("warn", "no_rule_matches")]


def test_an_input_that_is_not_allowed_is_an_error() -> None:
    answer = ask(_one(input_values=["[0..10]"]), x=11)
    assert answer.value is None
    assert "allowed are [0..10]" in answer.messages[0].text


def test_an_output_that_is_not_allowed_is_an_error() -> None:
    answer = ask(_one([(["-"], ["x * 2"])], output_values=["[0..10]"]), x=6)
    assert answer.value is None
    assert answer.messages[0].code == "output_not_allowed"


def test_outputs_are_coerced_to_their_type() -> None:
    assert value(_one([(["-"], ["[x]"])], output_kinds=["number"]), x=6) == 6


def test_cells_may_name_other_variables_and_the_input_itself() -> None:
    rows: list[Row] = [
        (["> y", "-"], ['"above"']),
        (["? + 1 = y", "-"], ['"just below"']),
        (["-", "-"], ['"below"']),
    ]
    drawn = table(["x", "y"], rows, policy="FIRST")
    loaded = model(file(data("x"), data("y"), decision("d", drawn, needs=["_x", "_y"])))
    assert [value(loaded, x=x, y=5) for x in (6, 4, 1)] == ["above", "just below", "below"]


def test_a_table_without_inputs_gives_its_only_rule() -> None:
    assert value(model(file(decision("d", table([], [([], ["7"])])))), "d") == 7


def test_a_changed_result_does_not_change_the_table() -> None:
    loaded = _one([(["-"], ["1", "2"])], outputs=("a", "b"))
    ask(loaded, x=1).value["a"] = "changed"
    assert value(loaded, x=1) == {"a": 1, "b": 2}


def test_true_and_false_in_a_cell_are_values_not_answers() -> None:
    rows: list[Row] = [(["true"], ['"yes"']), (["false"], ['"no"'])]
    loaded = model(file(data("x"), decision("d", table(["x"], rows), needs=["_x"])))
    assert [value(loaded, x=x) for x in (True, False, None, 5)] == ["yes", "no", None, None]


def test_allowed_outputs_may_depend_on_other_values() -> None:
    loaded = _one([(["-"], ["5"])], output_values=["< x"])
    assert [value(loaded, x=x) for x in (6, 4)] == [5, None]


def test_a_rule_that_is_too_short_is_told_and_gives_null() -> None:
    drawn = table(["x"], [(["-"], [])])
    loaded = load(file(data("x"), decision("d", drawn, needs=["_x"])))
    assert codes(loaded.problems) == ["uneven_rule"]
    assert value(loaded.models[0], x=1) is None


def test_a_test_that_cannot_be_made_is_a_warning_where_another_rule_decides() -> None:
    rows: list[Row] = [(["> y"], ['"above"']), (["-"], ['"other"'])]
    loaded = model(file(data("x"), data("y"), decision("d", table(["x"], rows, policy="FIRST"), needs=["_x", "_y"])))
    answer = ask(loaded, x=5, y="text")
    assert (answer.value, answer.failed) == ("other", False)
    assert [(each.severity, each.code) for each in answer.messages] == [("warn", "cannot_compare")]
