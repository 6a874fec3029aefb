"""What an evaluation tells beside its value."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

from decisions import dmn
from decisions.feel import Budget
from tests.unit.decisions.dmn.draw import ask, data, decision, file, literal, model, table, value

_RISK = decision("risk", table(["age"], [(["< 25"], ['"high"']), ([">= 25"], ['"low"'])]), needs=["_age"])
_FILE = file(data("age", "number"), _RISK, decision("d", literal('risk = "high"'), needs=["!_risk"]))


def test_the_trace_shows_every_decision_with_inputs_rules_and_value() -> None:
    answer = ask(model(_FILE), age=19)
    first, second = answer.trace
    assert (first.id, first.name, first.inputs, first.value) == (
        "_risk",
        "risk",
        (("age", Decimal(19)),),
        "high",
    )
    assert (first.rules, first.tables[0].rule_ids, first.tables[0].inputs) == ((1,), ("r1",), [Decimal(19)])
    assert (second.name, second.inputs, second.rules, second.value) == ("d", (("risk", "high"),), (), True)
    assert first.microseconds > 0


def test_the_digest_names_the_bytes_of_all_files() -> None:
    expected = hashlib.sha256(hashlib.sha256(_FILE).hexdigest().encode()).hexdigest()
    assert ask(model(_FILE), age=19).digest == expected
    assert ask(model(_FILE.replace(b"25", b"26")), age=19).digest != expected


def test_messages_stand_with_the_decision_that_caused_them() -> None:
    drawn = file(decision("a", literal('1 + "x"')), decision("d", literal("a"), needs=["!_a"]))
    answer = ask(model(drawn))
    assert [len(step.messages) for step in answer.trace] == [1, 0]
    assert answer.failed
    assert "number 1" in answer.messages[0].text


def test_the_clock_is_a_parameter() -> None:
    loaded = model(file(decision("d", literal("today()"))))
    moment = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert str(dmn.evaluate(loaded, "d", {}, now=moment).value) == "2026-11-20"
    assert dmn.evaluate(loaded, "d", {}).failed


def test_a_budget_ends_an_endless_decision() -> None:
    loaded = model(file(decision("d", literal("count(for a in 1..1000000, b in 1..1000000 return a)"))))
    answer = dmn.evaluate(loaded, "d", {}, budget=Budget(steps=10_000))
    assert (answer.value, answer.messages[0].code) == (None, "budget_exceeded")


def test_a_model_lists_what_can_be_asked() -> None:
    loaded = model(_FILE)
    assert loaded.decisions == ("risk", "d")
    assert value(loaded, "_risk", age=30) == "low"


def test_inputs_may_be_json() -> None:
    drawn = file(data("age", "number"), decision("d", literal("age + more.x"), needs=["_age"]))
    answer = dmn.evaluate(model(drawn), "d", {"age": 19, "more": {"x": 0.5}})
    assert answer.value == Decimal("19.5")


def test_a_number_that_is_none_is_null() -> None:
    drawn = file(data("age", "number"), decision("d", literal("age = null"), needs=["_age"]))
    assert dmn.evaluate(model(drawn), "d", {"age": Decimal("NaN")}).value is True
