"""Requirements, functions, services and imports (DMN 1.5, 6.3, 10.4)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from decisions import dmn
from tests.unit.decisions.dmn.draw import (
    ask,
    codes,
    data,
    decision,
    enumeration,
    file,
    function,
    literal,
    load,
    model,
    table,
    value,  # fmt: skip
)


def test_a_decision_sees_what_it_requires_and_nothing_else() -> None:
    loaded = model(
        file(
            data("x"),
            decision("a", literal("x"), needs=["_x"]),
            decision("d", literal("[a, x]"), needs=["!_a"]),
        )
    )
    assert value(loaded, x=1) == [1, None]


def test_the_caller_may_give_a_required_decision() -> None:
    loaded = model(
        file(
            data("x"),
            decision("a", literal("x"), needs=["_x"]),
            decision("d", literal("a + 1"), needs=["!_a"]),
        )
    )
    assert value(loaded, a=10) == 11
    assert [step.name for step in ask(loaded, a=10).trace] == ["d"]


def test_names_may_hold_spaces_and_operators() -> None:
    drawn = file(
        data("pre-tax amount"),
        data("pre"),
        decision("d", literal("pre-tax amount * 2"), needs=["_pre-tax amount", "_pre"]),
    )
    answer = dmn.evaluate(model(drawn), "d", {"pre-tax amount": Decimal(4), "pre": Decimal(9)})
    assert answer.value == 8


def test_keys_of_another_decision_may_hold_operators() -> None:
    inner = "<context><contextEntry><variable name='in-out'/>" + literal("3") + "</contextEntry></context>"
    loaded = model(file(decision("a", inner), decision("d", literal("a.in-out + 1"), needs=["!_a"])))
    assert value(loaded) == 4


def test_a_decision_without_logic_must_be_given() -> None:
    loaded = model(file(decision("a"), decision("d", literal("a"), needs=["!_a"])))
    assert value(loaded, a=5) == 5
    assert codes_of(ask(loaded)) == ["no_logic"]


def codes_of(answer: dmn.Evaluation) -> list[str]:
    """The codes of an evaluation's messages."""
    return [each.code for each in answer.messages]


# -- functions ------------------------------------------------------------------------------------

_DOUBLE = function("double", {"n": "number"}, literal("n * 2"), kind="number")


def test_a_function_is_called_by_position_name_and_invocation() -> None:
    boxed = f"<invocation>{literal('double')}<binding><parameter name='n'/>{literal('5')}</binding></invocation>"
    loaded = model(
        file(
            _DOUBLE,
            decision("a", literal("double(3)"), uses=["_double"]),
            decision("b", literal("double(n: 4)"), uses=["_double"]),
            decision("c", boxed, uses=["_double"]),
        )
    )
    assert [value(loaded, name) for name in "abc"] == [6, 8, 10]


def test_a_function_can_be_asked_directly() -> None:
    assert value(model(file(_DOUBLE)), "double", "bkm", n=21) == 42


def test_an_argument_of_the_wrong_type_means_no_call() -> None:
    loaded = model(
        file(function("f", {"n": "number"}, literal("n = null")), decision("d", literal('f("a")'), uses=["_f"]))
    )
    answer = ask(loaded)
    assert (answer.value, answer.failed) == (None, True)


def test_functions_may_call_each_other_and_themselves() -> None:
    factorial = function("f", {"n": "number"}, literal("if n <= 1 then 1 else n * f(n - 1)"))
    quarter = function("quarter", {"n": ""}, literal("f(n) / 4"), uses=["_f"])
    loaded = model(file(factorial, quarter, decision("d", literal("quarter(5)"), uses=["_quarter"])))
    assert value(loaded) == 30


def test_endless_recursion_ends_with_a_message() -> None:
    loaded = model(file(function("f", {"n": ""}, literal("f(n)")), decision("d", literal("f(1)"), uses=["_f"])))
    assert "budget_exceeded" in codes_of(ask(loaded))


def test_a_function_without_logic_is_null_with_a_message() -> None:
    empty = "<businessKnowledgeModel id='_f' name='f'><variable name='f'/></businessKnowledgeModel>"
    loaded = load(file(empty, decision("d", literal("f()"), uses=["_f"]))).models[0]
    assert codes_of(ask(loaded)) == ["no_logic"]


def test_a_table_may_be_the_body_of_a_function() -> None:
    body = table(["n"], [(["> 5"], ['"big"']), (["<= 5"], ['"small"'])])
    loaded = model(file(function("size", {"n": "number"}, body), decision("d", literal("size(7)"), uses=["_size"])))
    answer = ask(loaded)
    assert answer.value == "big"
    assert answer.trace[0].rules == (1,)


# -- services -------------------------------------------------------------------------------------


def _service(kind: str = "", *, outputs: tuple[str, ...] = ("b",)) -> str:
    parts = "".join(f"<outputDecision href='#_{each}'/>" for each in outputs)
    reference = f" typeRef='{kind}'" if kind else ""
    return (
        f"<decisionService id='_s' name='s'><variable name='s'{reference}/>{parts}"
        "<encapsulatedDecision href='#_a'/><inputDecision href='#_c'/><inputData href='#_x'/>"
        "</decisionService>"
    )


_INSIDE = (
    data("x", "number"),
    decision("c", literal("1000"), kind="number"),
    decision("a", literal("x + c"), needs=["_x", "!_c"]),
    decision("b", literal("a * 2"), needs=["!_a"]),
)


def test_a_service_takes_its_inputs_and_gives_its_output() -> None:
    assert value(model(file(*_INSIDE, _service())), "s", "service", x=1, c=2) == 6


def test_several_outputs_of_a_service_are_a_context() -> None:
    loaded = model(file(*_INSIDE, _service(outputs=("a", "b"))))
    assert value(loaded, "s", "service", x=1, c=2) == {"a": 3, "b": 6}


def test_a_service_is_a_function_with_input_data_first() -> None:
    caller = decision("d", literal("[s(1, 2), s(c: 2, x: 1), s(1)]"), uses=["_s"])
    assert value(model(file(*_INSIDE, _service(), caller))) == [6, 6, None]


def test_an_input_of_a_service_that_is_wrong_is_null_and_told() -> None:
    answer = ask(model(file(*_INSIDE, _service())), "s", "service", x="a", c=2)
    assert answer.value is None
    assert "wrong_type" in codes_of(answer)


def test_the_type_of_a_service_may_be_that_of_a_function() -> None:
    kind = "<itemDefinition name='tS'><functionItem outputTypeRef='string'/></itemDefinition>"
    answer = ask(model(file(kind, *_INSIDE, _service("tS"))), "s", "service", x=1, c=2)
    assert (answer.value, codes_of(answer)) == (None, ["wrong_type"])


def test_the_trace_shows_decisions_inside_a_service() -> None:
    caller = decision("d", literal("s(1, 2)"), uses=["_s"])
    assert [step.name for step in ask(model(file(*_INSIDE, _service(), caller))).trace] == ["a", "b", "d"]


# -- imports --------------------------------------------------------------------------------------


def _import(name: str, own: str) -> str:
    return f"<import name='{name}' namespace='{own}' importType='https://www.omg.org/spec/DMN/20230324/MODEL/'/>"


_BASE = file(
    enumeration("tLevel", "a", "b"),
    data("in put", "number"),
    decision("base d", literal("in put * 10"), needs=["_in put"]),
    function("add one", {"n": "number"}, literal("n + 1")),
    own="urn:base",
)


def test_elements_of_an_import_have_its_name_before_them() -> None:
    main = file(
        _import("the base", "urn:base"),
        decision(
            "d",
            literal("the base.add one(the base.base d)"),
            needs=["!urn:base#_base d"],
            uses=["urn:base#_add one"],
        ),
    )
    loaded = load(main, _BASE)
    assert not loaded.problems
    answer = dmn.evaluate(loaded.models[0], "d", {}, imported={"urn:base": {"in put": Decimal(4)}})
    assert answer.value == 41


def test_an_import_without_a_name_joins_the_models_own_names() -> None:
    main = file(
        _import("", "urn:base"),
        decision(
            "d",
            literal("add one(base d)"),
            needs=["!urn:base#_base d"],
            uses=["urn:base#_add one"],
            kind="number",
        ),
    )
    assert value(load(main, _BASE).models[0], in_put=4) == 41


def test_types_are_imported_too() -> None:
    main = file(_import("b", "urn:base"), data("x", "b.tLevel"), decision("d", literal("x"), needs=["_x"]))
    loaded = load(main, _BASE)
    assert not loaded.problems
    assert value(loaded.models[0], x="a") == "a"
    assert ask(loaded.models[0], x="c").messages[0].code == "wrong_type"


def test_imports_reach_through_models() -> None:
    middle = file(
        _import("b", "urn:base"),
        decision("m", literal("b.base d + 1"), needs=["!urn:base#_base d"]),
        own="urn:middle",
    )
    main = file(_import("m", "urn:middle"), decision("d", literal("m.m * 2"), needs=["!urn:middle#_m"]))
    assert value(load(main, middle, _BASE).models[0], in_put=4) == 82


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((_import("b", "urn:gone"), decision("d", literal("1"))), "missing_import"),
        ((decision("d", literal("1"), needs=["!urn:base#_base d"]),), "missing_import"),
        ((decision("d", literal("1"), needs=["!_gone"]),), "missing_reference"),
        (
            (decision("a", literal("1"), needs=["!_b"]), decision("b", literal("1"), needs=["!_a"])),
            "circular_requirement",
        ),
        ((decision("a", literal("1"), needs=["!_a"]),), "circular_requirement"),
        ((data("x"), decision("d", literal("x"), uses=["_x"])), "wrong_reference"),
        ((data("x"), _service(outputs=("x",))), "wrong_reference"),
        ((decision("a", literal("1")), decision("a", literal("2"))), "duplicate_id"),
    ],
)
def test_what_does_not_fit_together_is_told_with_its_file(parts: tuple[str, ...], code: str) -> None:
    loaded = load(file(*parts), _BASE)
    assert code in codes(loaded.problems)
    assert {each.file for each in loaded.problems} == {"a.dmn"}
    assert all(each.line and each.message for each in loaded.problems)


def test_a_circle_of_imports_is_told() -> None:
    one = file(_import("two", "urn:two"), own="urn:one")
    two = file(_import("one", "urn:one"), own="urn:two")
    assert "circular_import" in codes(load(one, two).problems)


def test_a_model_with_a_circle_still_answers() -> None:
    loaded = load(file(decision("a", literal("b"), needs=["!_b"]), decision("b", literal("a"), needs=["!_a"]))).models[
        0
    ]
    assert value(loaded, "a") is None


def test_a_long_chain_of_decisions_needs_no_deep_stack() -> None:
    chain = [decision("d0", literal("0"))]
    chain += [decision(f"d{n}", literal(f"d{n - 1} + 1"), needs=[f"!_d{n - 1}"]) for n in range(1, 1500)]
    assert value(model(file(*reversed(chain))), "d1499") == 1499


def test_a_table_without_declared_parameters_has_its_inputs_as_parameters() -> None:
    body = table(["size", "who.age"], [(["> 1", "< 9"], ['"yes"'])])
    call = f"<invocation>{literal('f')}" + "".join(
        f"<binding><parameter name='{name}'/>{literal(content)}</binding>"
        for name, content in (("who", "{age: 5}"), ("size", "2"))
    )
    drawn = file(function("f", {}, body), decision("d", f"{call}</invocation>", uses=["_f"]))
    assert value(model(drawn)) == "yes"


def test_a_difference_of_two_variables_is_no_component() -> None:
    kind = (
        "<itemDefinition name='tX'><itemComponent name='a-b'><typeRef>number</typeRef></itemComponent></itemDefinition>"
    )
    both = decision("d", literal("[a-b, x.a-b]"), needs=["_a", "_b", "_x"])
    loaded = model(file(kind, data("a"), data("b"), data("x", "tX"), both))
    assert value(loaded, a=5, b=3, x={"a-b": 9}) == [2, 9]
