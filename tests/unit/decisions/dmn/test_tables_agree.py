"""The index of a table and a plain evaluation of every cell give the same rules, whatever the table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from decisions import dmn
from decisions.dmn.run import DmnRun
from decisions.feel.evaluator import MISSING
from decisions.feel.values import Date, DayTimeDuration, YearMonthDuration
from tests.unit.decisions.dmn.draw import data, decision, file, model, table

_NUMBERS = st.sampled_from(["0", "1", "2.5", "-3", "10", "100", "1.0"])
_STRINGS = st.sampled_from(['"a"', '"b"', '"ab"', '""'])
_DATES = st.sampled_from(['date("2026-01-01")', '@"2026-01-02"', 'date("2025-12-31")'])
_DURATIONS = st.sampled_from(['duration("P1D")', '@"PT36H"', '@"P1M"', '@"P1Y"'])
_MOMENTS = st.sampled_from(['@"2026-01-01T00:00:00"', '@"2026-01-01T10:00:00Z"', '@"10:00:00"'])
_SIMPLE = st.one_of(_NUMBERS, _STRINGS, _DATES, _DURATIONS, _MOMENTS, st.sampled_from(["true", "false", "null"]))
_OPERATORS = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])


def _interval(ends: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    brackets = st.tuples(st.sampled_from("[(]"), st.sampled_from("])["))
    return st.tuples(brackets, ends, ends).map(lambda parts: f"{parts[0][0]}{parts[1]}..{parts[2]}{parts[0][1]}")


_TEST = st.one_of(
    _SIMPLE,
    st.tuples(_OPERATORS, _SIMPLE).map(" ".join),
    st.one_of(*[_interval(each) for each in (_NUMBERS, _STRINGS, _DATES, _DURATIONS)]),
    st.sampled_from(["? > 1", "? = x", "x", "[1, 2]", '["a", "b"]', "? + 1 > 2", "not(? = 1)", "[1..2], x"]),
)
_TESTS = st.lists(_TEST, min_size=1, max_size=3).map(", ".join)
_CELL = st.one_of(st.just("-"), _TESTS, _TESTS.map(lambda tests: f"not({tests})"))
_INPUT = st.sampled_from(
    [
        None,
        True,
        False,
        *map(Decimal, ("0", "1", "1.5", "2.5", "-3", "-4", "10", "99", "1000")),
        *("", "a", "aa", "ab", "b", "c"),
        Date(2025, 12, 31),
        Date(2026, 1, 1),
        Date(2026, 3, 1),
        DayTimeDuration(86_400_000_000_000),
        YearMonthDuration(12),
        [Decimal(1), Decimal(2)],
        ["a", "b"],
        {"a": Decimal(1)},
    ]
)


def _both_ways(cells: list[tuple[str, str]], inputs: dict[str, Any]) -> tuple[list[int], list[int]]:
    """Rules that match, by the index and by evaluation."""
    rows = [(row, (str(number),)) for number, row in enumerate(cells)]
    drawn = table(["x", "y"], rows, policy="RULE ORDER")
    loaded = model(file(data("x"), data("y"), decision("d", drawn, needs=["_x", "_y"])))
    answer = dmn.evaluate(loaded, "d", inputs)
    indexed = [number - 1 for number in answer.trace[0].tables[0].numbers]
    program = loaded.evaluator.compiled.decisions[loaded.key("decision", "d")]
    compiled = program.tables[0]
    scope = compiled.scope
    find = compiled.matching_by_evaluation(scope)
    frame = [*program.template, *[MISSING] * scope.size]
    frame[0] = DmnRun()
    for slot, place in program.bindings:
        frame[slot] = inputs[program.required[place][0]]
    return indexed, find(frame)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=6), _INPUT, _INPUT)
def test_the_index_finds_the_rules_that_evaluation_finds(cells: list[tuple[str, str]], x: Any, y: Any) -> None:
    indexed, evaluated = _both_ways(cells, {"x": x, "y": y})
    assert indexed == evaluated


_ORDER = ("high", "middle", "low")
_POLICIES = st.sampled_from(
    [("UNIQUE", ""), ("ANY", ""), ("PRIORITY", ""), ("FIRST", ""), ("RULE ORDER", ""), ("OUTPUT ORDER", "")]
    + [("COLLECT", each) for each in ("", "COUNT", "MIN", "MAX")]
)


def _expected(policy: str, aggregation: str, outputs: list[str]) -> Any:
    """What the standard says of the outputs of the rules that match, in the order of the rules."""
    if not outputs:
        return {"": [], "COUNT": Decimal(0)}.get(aggregation) if policy == "COLLECT" else None
    if policy == "UNIQUE":
        return outputs[0] if len(outputs) == 1 else None
    if policy == "ANY":
        return outputs[0] if len(set(outputs)) == 1 else None
    if policy == "FIRST":
        return outputs[0]
    if policy == "PRIORITY":
        return min(outputs, key=_ORDER.index)
    if policy == "OUTPUT ORDER":
        return sorted(outputs, key=_ORDER.index)
    folded = {"COUNT": Decimal(len(outputs)), "MIN": min(outputs), "MAX": max(outputs)}
    return folded.get(aggregation, outputs)


@settings(max_examples=200, deadline=None)
@given(_POLICIES, st.lists(st.tuples(_CELL, st.sampled_from(_ORDER)), min_size=1, max_size=6), _INPUT)
def test_every_hit_policy_gives_what_the_standard_says(
    policy: tuple[str, str], rules: list[tuple[str, str]], x: Any
) -> None:
    rows = [([cell], [f'"{output}"']) for cell, output in rules]
    listed = ", ".join(f'"{each}"' for each in _ORDER)
    drawn = table(["x"], rows, policy=policy[0], aggregation=policy[1], output_values=[listed])
    answer = dmn.evaluate(model(file(data("x"), decision("d", drawn, needs=["_x"]))), "d", {"x": x})
    matching = _both_ways([(cell, "-") for cell, _ in rules], {"x": x, "y": None})[1]
    assert answer.value == _expected(*policy, [rules[row][1] for row in matching])
