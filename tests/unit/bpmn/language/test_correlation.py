"""The standard's own correlation (BPMN 2.0.2, 8.4.2): keys found in messages and in the process's data."""

from __future__ import annotations

import pytest

from tests.unit.bpmn.engine.draw import catch, drawing, end, message, process, start, tag, throw
from tests.unit.bpmn.engine.play import Play, processes

KEY = '<collaboration id="c"><correlationKey id="k">{}</correlationKey></collaboration>'
BOUND = '<correlationSubscription id="cs" correlationKeyRef="k">{}</correlationSubscription>'


def retrieval(name: str, path: str, language: str = "") -> str:
    written = f' language="{language}"' if language else ""
    return (
        f'<correlationProperty id="{name}"><correlationPropertyRetrievalExpression messageRef="message_m">'
        f"<messagePath{written}>{path}</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
    )


def correlating(roots: str, *parts: str, bound: str = "") -> str:
    drawn = drawing(*(parts or (start(), catch("c", message("m")), end(), "s > c > e")))
    return drawn.replace("<process ", f"{roots}<process ", 1).replace("<startEvent", f"{bound}<startEvent", 1)


def waited(play: Play) -> list[str | None]:
    return [one.correlation_key for found in play.subscriptions.values() for one in found]


def test_an_instance_waits_with_what_an_earlier_message_brought() -> None:
    text = correlating(retrieval("order", "order.id"))
    assert waited(Play(text).start({"order": {"id": 7}})) == ["7"]
    assert waited(Play(text).start()) == [None]


def test_the_path_may_be_a_formal_expression_as_spiff_arena_writes_it() -> None:
    text = correlating(retrieval("order", "order.id").replace("messagePath", "formalExpression"))
    assert waited(Play(text).start({"order": {"id": 7}})) == ["7"]


def test_a_subscription_says_where_the_process_has_the_key() -> None:
    binding = (
        '<correlationPropertyBinding correlationPropertyRef="order"><dataPath>mine</dataPath>'
        "</correlationPropertyBinding>"
    )
    roots = KEY.format("<correlationPropertyRef>order</correlationPropertyRef>") + retrieval("order", "order.id")
    play = Play(correlating(roots, bound=BOUND.format(binding))).start({"mine": 3, "order": {"id": 7}})
    assert waited(play) == ["3"]


def test_a_key_of_several_properties_is_one_text() -> None:
    refs = "<correlationPropertyRef>a</correlationPropertyRef><correlationPropertyRef>b</correlationPropertyRef>"
    text = correlating(KEY.format(refs) + retrieval("a", "x") + retrieval("b", "y"))
    assert waited(Play(text).start({"x": 1, "y": "z"})) == ["1,z"]


def test_receive_and_send_tasks_correlate_like_events() -> None:
    parts = (tag("sendTask", "t", messageRef="message_m"), tag("receiveTask", "r", messageRef="message_m"))
    play = Play(correlating(retrieval("order", "n"), start(), *parts, end(), "s > t > r > e")).start({"n": 4})
    assert [sent.correlation_key for sent in play.sent] == ["4"]
    assert waited(play) == ["4"]


def test_a_called_process_is_in_the_conversation_of_its_caller() -> None:
    narrow = (
        "<ioSpecification><dataInput id='i' name='n'/></ioSpecification><dataInputAssociation>"
        "<sourceRef>x</sourceRef><targetRef>i</targetRef></dataInputAssociation>"
    )
    called = process("q", start("qs"), catch("qc", message("m")), end("qe"), "qs > qc > qe")
    drawn = drawing(start(), tag("callActivity", "c", narrow, calledElement="q"), end(), "s > c > e", more=called)
    text = drawn.replace("<process ", f"{retrieval('order', 'order.id')}<process ", 1)
    assert waited(Play(text).start({"order": {"id": 7}}, process="p")) == ["7"]
    assert waited(Play(text).start({"x": 1}, process="p")) == [None]


def test_a_thrown_message_carries_the_key() -> None:
    parts = (start(), throw("t", message("m")), end(), "s > t > e")
    (sent,) = Play(correlating(retrieval("order", "n"), *parts)).start({"n": "A-1"}).sent
    assert sent.correlation_key == "A-1"


@pytest.mark.parametrize(
    ("path", "language", "codes"),
    [("order[", "", ["correlation_unreadable"]), ("/order/id", "http://www.w3.org/1999/XPath", [])],
)
def test_a_path_that_cannot_be_read_makes_no_key(path: str, language: str, codes: list[str]) -> None:
    process = processes(correlating(retrieval("order", path, language)))["p"]
    (definition,) = process.body.nodes["c"].definitions  # type: ignore[attr-defined]
    assert definition.correlation_key is None
    assert [problem.code for problem in process.problems] == codes
