"""Data associations bind variables to the data inputs and outputs of a node (BPMN 2.0.2, 10.4.1 and 10.4.2)."""

from __future__ import annotations

import pytest

from bpmn.engine import Answer
from bpmn.language.data import read_variables
from bpmn.language.reader import read
from decisions.edge.xml import parse
from tests.unit.bpmn.engine.draw import (
    boundary,
    call,
    catch,
    drawing,
    end,
    message,
    process,
    start,
    sub,
    tag,
    task,
    throw,
    user,
)
from tests.unit.bpmn.engine.play import HEAD, Play, three

BOTH = "<dataInput id='di' name='value'/><dataOutput id='do' name='made'/>"
IO = f"<ioSpecification>{BOTH}<inputSet/><outputSet/></ioSpecification>"
OBJECTS = (
    "<dataObject id='d1'/><dataObjectReference id='r1' name='amount' dataObjectRef='d1'/>"
    "<property id='total'/><dataStoreReference id='store' name='amount'/>"
)


def into(source: str = "<sourceRef>r1</sourceRef>", target: str = "di", more: str = "") -> str:
    return f"<dataInputAssociation>{source}<targetRef>{target}</targetRef>{more}</dataInputAssociation>"


def out(target: str = "total", source: str = "<sourceRef>do</sourceRef>", more: str = "") -> str:
    return f"<dataOutputAssociation>{source}<targetRef>{target}</targetRef>{more}</dataOutputAssociation>"


def assign(source: str, to: str) -> str:
    return f"<assignment><from>{source}</from><to>{to}</to></assignment>"


@pytest.mark.parametrize(
    ("associations", "variables"),
    [
        (into() + out(), {"amount": 4, "total": 9}),
        (out(more="<transformation>made + 1</transformation>"), {"amount": 4, "total": 10}),
        (into(more="<transformation>amount * 2</transformation>") + out(), {"amount": 4, "total": 9}),
        (out(more=assign("made + value", "total")) + into(), {"amount": 4, "total": 13}),
        (out(more=assign("made", "${total.sum}")), {"amount": 4, "total": {"sum": 9}}),
        (into("", more=assign("amount", "getDataInput('value')")) + out(), {"amount": 4, "total": 9}),
        (into(), {"amount": 4, "made": 9}),  # no output is bound: the result goes where results go
        (out("store"), {"amount": 4, "made": 9}),  # a data store belongs to another system
        (into("<sourceRef>store</sourceRef>"), {"amount": 4, "made": 9}),
        ("", {"amount": 4, "made": 9}),
    ],
)
def test_associations_bind_inputs_and_outputs(associations: str, variables: dict[str, object]) -> None:
    file = drawing(OBJECTS, start(), user("a", IO, associations), end(), "s > a > e")
    play = three(lambda p: p.start({"amount": 4}, process="p").complete("a", made=9), file)
    assert (play.open, play.variables) == ([], variables)


def test_what_no_output_names_stays_inside() -> None:
    file = drawing(OBJECTS, start(), user("a", IO, into(), out()), end(), "s > a > e")
    play = three(lambda p: p.start({"amount": 4}, process="p").complete("a", made=9, note="x"), file)
    assert play.variables == {"amount": 4, "total": 9}


@pytest.mark.parametrize("word", ["camunda:formKey='f'", "zeebe:note='f'"])
def test_drawings_for_engines_that_run_no_associations_only_document_them(word: str) -> None:
    review = user("a", IO, into(), out()).replace("<userTask ", f"<userTask {word} ", 1)
    file = drawing(OBJECTS, start(), review, end(), "s > a > e")
    play = three(lambda p: p.start({"amount": 4}, process="p").complete("a", made=9, note="x"), file)
    assert play.variables == {"amount": 4, "made": 9, "note": "x"}


def test_an_association_to_a_placeholder_only_documents() -> None:
    drawn = "<property id='pp' name='__targetRef_placeholder'/>" + into(target="pp") + out("r1", "")
    file = drawing(OBJECTS, start(), user("a", drawn), end(), "s > a > e")
    play = three(lambda p: p.start({"amount": 4}, process="p").complete("a", made=9), file)
    assert play.variables == {"amount": 4, "made": 9}


def test_a_call_takes_and_gives_its_data_inputs_and_outputs() -> None:
    called = process("q", start("qs"), user("qa"), end("qe"), "qs > qa > qe")
    file = drawing(OBJECTS, start(), call("c", "q", IO, into(), out()), end(), "s > c > e", more=called)
    play = three(lambda p: p.start({"amount": 4, "other": 1}, process="p").complete("qa", made=8), file)
    assert play.variables == {"amount": 4, "other": 1, "total": 8}


def test_events_take_and_give_data_too() -> None:
    wait = catch("a", "<dataOutput id='do' name='made'/>" + out(), message("m"))
    tell = throw("t", "<dataInput id='di' name='value'/>" + into(), message("n"))
    file = drawing(OBJECTS, start(), wait, tell, end(), "s > a > t > e")
    play = three(lambda p: p.start({"amount": 4}, process="p").message("m", made=5), file)
    assert play.variables == {"amount": 4, "total": 5}


@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize(("collection", "results"), [("items", "results"), ("di", "do"), ("rx", "results")])
def test_loops_take_items_and_give_results(collection: str, results: str, sequential: str) -> None:
    repeated = (
        f"<multiInstanceLoopCharacteristics isSequential='{sequential}'>"
        f"<loopDataInputRef>{collection}</loopDataInputRef><loopDataOutputRef>{results}</loopDataOutputRef>"
        "<inputDataItem id='i1' name='item'/><outputDataItem id='o1' name='made'/></multiInstanceLoopCharacteristics>"
    )
    objects = "<dataObject id='dx'/><dataObjectReference id='rx' name='items' dataObjectRef='dx'/>"
    inner = IO + into("<sourceRef>items</sourceRef>") + out("results") + repeated
    file = drawing(objects, start(), user("a", inner), end(), "s > a > e")
    play = three(lambda p: p.start({"items": [1, 2]}, process="p").complete("a", made=5).complete("a", made=6), file)
    assert play.variables == {"items": [1, 2], "results": [5, 6]}


@pytest.mark.parametrize(
    ("association", "code"),
    [
        (
            out(more="<transformation language='http://www.w3.org/1999/XPath'>a/b</transformation>"),
            "expression_language",
        ),
        (out(more="<transformation>made +</transformation>"), "expression_invalid"),
        (out(more=assign("made", "a/b")), "association_unreadable"),
        (into("<sourceRef>r1</sourceRef><sourceRef>total</sourceRef>"), "association_unreadable"),
    ],
)
def test_what_cannot_be_bound_is_named(association: str, code: str) -> None:
    file = drawing(OBJECTS, start(), user("a", IO, association), end(), "s > a > e")
    found = read("x.bpmn", file.encode()).drawing
    assert found is not None
    assert [(p.code, p.element, p.severity) for p in found.processes[0].problems] == [(code, "a", "error")]


def test_xml_as_a_value_is_named_and_left_out() -> None:
    association = into("", more="<assignment><from><order number='1'/></from><to>.</to></assignment>")
    file = drawing(OBJECTS, start(), user("a", IO, association), end(), "s > a > e")
    found = read("x.bpmn", file.encode()).drawing
    assert found is not None
    assert [(p.code, p.severity) for p in found.processes[0].problems] == [("association_unreadable", "warning")]


def test_jbpm_writes_constants_and_marked_expressions() -> None:
    association = into("", more=assign("Please look: #{amount}", "di")) + out(more=assign("done it", "total"))
    file = drawing(OBJECTS, start(), user("a", IO, association, **{"drools:x": "1"}), end(), "s > a > e")
    file = file.replace(" id=", ' xmlns:drools="http://www.jboss.org/drools" id=', 1)
    play = three(lambda p: p.start({"amount": 4}), file)
    assert play.tasks[play.task("a")].variables == {"value": "Please look: 4"}
    assert three(lambda p: p.start({"amount": 4}).complete("a"), file).variables["total"] == "done it"


def test_a_data_object_is_the_variable_of_its_own_name_or_of_its_references() -> None:
    inner = (
        "<dataObject id='d1' name='order'/><dataObjectReference id='r1' name='x' dataObjectRef='d1'/>"
        "<dataObject id='d2'/><dataObjectReference id='r2' dataObjectRef='d2'/><property id='p1' name='a.b'/>"
    )
    root = parse(f"{HEAD}{tag('process', 'p', inner)}</definitions>".encode()).root
    assert read_variables(root) == {"d1": "order", "r1": "order", "d2": "d2", "r2": "d2", "p1": "p1"}


SPIFF = HEAD.replace(" id=", ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id=', 1)


def carrying(kind: str, code: str, content: str) -> str:
    """Return an event's root element as SpiffWorkflow writes it: what it carries, and the variable that takes it."""
    return (
        f'<{kind} id="x" {code}="x"><extensionElements>'
        f"<spiffworkflow:payloadExpression>{content}</spiffworkflow:payloadExpression>"
        f"<spiffworkflow:variableName>got</spiffworkflow:variableName></extensionElements></{kind}>"
    )


@pytest.mark.parametrize(("content", "got"), [("amount + 1", 5), ("{a: amount}", {"a": 4}), ("[amount]", [4])])
@pytest.mark.parametrize(
    ("kind", "code"), [("error", "errorCode"), ("escalation", "escalationCode"), ("signal", "name")]
)
def test_one_variable_takes_what_an_event_carries(kind: str, code: str, content: str, got: object) -> None:
    definition = f'<{kind}EventDefinition {kind}Ref="x"/>'
    inner = sub("sp", start("ss"), user("u"), end("se", definition), "ss > u > se")
    file = drawing(start(), inner, boundary("b", "sp", definition), user("z"), end(), "s > sp", "b > z > e")
    if kind == "signal":
        wait = ("s > sp", "s > c > z > e", catch("c", definition))
        file = drawing(start(), inner, user("z"), end(), *wait)
    file = file.replace(HEAD, SPIFF + carrying(kind, code, content), 1)
    play = three(lambda p: p.start({"amount": 4}).complete("u"), file)
    assert (play.open, play.variables) == (["z"], {"amount": 4, "got": got})


@pytest.mark.parametrize("at", ["s", "a"])
def test_one_variable_takes_what_a_message_brings(at: str) -> None:
    root = carrying("message", "name", "1").replace("payloadExpression", "messagePayload")
    root = root.replace("variableName", "messageVariable")
    definition = '<messageEventDefinition messageRef="x"/>'
    first, inner = (start("s", definition), task("a")) if at == "s" else (start(), catch("a", definition))
    file = drawing(first, inner, user("z"), end(), "s > a > z > e").replace(HEAD, SPIFF + root, 1)

    def run(play: Play) -> Play:
        return play.start({"v": 1}, message="x") if at == "s" else play.start().message("x", v=1)

    assert three(run, file).variables == {"got": {"v": 1}}


@pytest.mark.parametrize(
    ("value", "outputs", "written"),
    [
        ("high", ["level"], {"level": "high"}),
        ({"level": "high", "n": 1}, ["level", "n"], {"level": "high", "n": 1}),
        (["high", "low"], ["level"], {"level": ["high", "low"]}),
        ([{"level": "a", "n": 1}, {"level": "b", "n": 2}], ["level", "n"], {"level": ["a", "b"], "n": [1, 2]}),
        (7, [], {"rate": 7}),
    ],
)
def test_each_output_of_a_decision_is_a_variable(value: object, outputs: list[str], written: dict[str, object]) -> None:
    words = (
        "<extensionElements><spiffworkflow:calledDecisionId>rate</spiffworkflow:calledDecisionId></extensionElements>"
    )
    file = drawing(start(), tag("businessRuleTask", "a", words), end(), "s > a > e").replace(HEAD, SPIFF, 1)
    answer = Answer(value=value, evidence={"outputs": outputs})
    assert three(lambda p: p.start(), file, decisions={"rate": answer}).variables == written
