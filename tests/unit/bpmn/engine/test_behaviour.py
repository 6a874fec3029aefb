"""What multi-instance activities throw, and how many tokens activities take and give (tables 10.3 and 10.29)."""

from __future__ import annotations

import pytest

from tests.unit.bpmn.engine.draw import (
    boundary,
    drawing,
    end,
    error,
    escalation,
    event_sub,
    flow,
    message,
    on,
    par,
    process,
    service,
    signal,
    start,
    sub,
    task,
    user,
)
from tests.unit.bpmn.engine.play import Play, three


def many(behavior: str, *, event: str = "", rules: str = "", sequential: bool = False) -> str:
    """Return three instances that throw the root event definition `thrown`, or what `rules` say."""
    reference = f'{behavior.lower()}BehaviorEventRef="thrown"' if not rules else ""
    return (
        f'<multiInstanceLoopCharacteristics behavior="{behavior}" {reference} isSequential="{str(sequential).lower()}">'
        f"<loopCardinality>3</loopCardinality>{rules}</multiInstanceLoopCharacteristics>"
    )


def rule(condition: str, definition: str) -> str:
    return (
        f"<complexBehaviorDefinition><condition>{condition}</condition>"
        f"<event id='x{len(condition)}'>{definition}</event></complexBehaviorDefinition>"
    )


def with_root(definition: str, file: str) -> str:
    """Put an event definition beside the process, as root elements are."""
    return file.replace('<process id="p"', definition.replace(" ", ' id="thrown" ', 1) + '<process id="p"', 1)


def looped(marker: str, definition: str, *, interrupting: bool = False, caught: str | None = None) -> str:
    return with_root(
        definition,
        drawing(
            start(),
            user("a", marker),
            boundary("b", "a", caught or definition, interrupting=interrupting),
            service("h"),
            end(),
            end("e2"),
            "s > a > e",
            "b > h > e2",
        ),
    )


def thrice(play: Play) -> Play:
    return play.start().complete("a").complete("a").complete("a")


@pytest.mark.parametrize("sequential", [True, False])
@pytest.mark.parametrize(("behavior", "times"), [("All", 0), ("One", 1), ("None", 3)])
@pytest.mark.parametrize("definition", [signal("x"), escalation("E")])
def test_events_are_thrown_for_the_first_or_for_each_instance(
    behavior: str, times: int, definition: str, sequential: bool
) -> None:
    play = three(thrice, looped(many(behavior, sequential=sequential), definition), auto={})
    assert (play.trace, play.open, play.status.value) == (["h"] * times, [], "completed")


def test_complex_behaviour_asks_its_conditions_after_each_instance() -> None:
    rules = rule("=nrOfCompletedInstances = 2", signal("x")) + rule("=nrOfCompletedInstances &gt; 9", signal("y"))
    play = three(thrice, looped(many("Complex", rules=rules), signal("x")), auto={})
    assert (play.trace, [one.name for one in play.signals]) == (["h"], ["x"])


@pytest.mark.parametrize("definition", [signal("x"), escalation("E"), error("E")])
def test_what_an_instance_throws_can_end_its_activity(definition: str) -> None:
    file = looped(many("One"), definition, interrupting=True)
    play = three(lambda p: p.start().complete("a"), file, auto={})
    assert (play.trace, play.open, play.status.value) == (["h"], [], "completed")


def test_a_message_of_an_instance_leaves_the_process() -> None:
    play = three(thrice, looped(many("None"), message("m")), auto={})
    assert [one.name for one in play.sent] == ["m", "m", "m"]


def test_an_error_of_an_instance_that_nobody_catches_is_an_incident() -> None:
    file = looped(many("One"), error("E"), caught=signal("x"))
    play = three(lambda p: p.start().complete("a"), file, auto={})
    assert [one.code for one in play.incidents.values()] == ["uncaught_error"]


def test_what_an_instance_throws_reaches_event_sub_processes_around() -> None:
    handler = event_sub("h", on("hs", signal("x"), interrupting=False), service("w"), end("he"), "hs > w > he")
    inner = sub("sp", start("ss"), user("a", many("None")), end("se"), "ss > a > se", handler)
    file = with_root(signal("x"), drawing(start(), inner, end(), "s > sp > e"))
    assert three(thrice, file, auto={}).trace == ["w", "w", "w"]


def gathered(*more: str) -> str:
    flows = ("s > g", "g > b > a", "g > c > a", flow("g", "a", id="third"), "a > e")
    return drawing(start(), par("g"), task("b"), user("c"), user("a", startQuantity="3"), end(), *flows, *more)


def test_an_activity_begins_when_enough_tokens_have_come() -> None:
    assert three(lambda p: p.start(), gathered()).open == ["c"]
    assert three(lambda p: p.start().complete("c"), gathered()).open == ["a"]
    play = three(lambda p: p.start().complete("c").complete("a"), gathered())
    assert (play.open, play.status.value) == ([], "completed")


def test_too_few_tokens_wait_and_each_scope_counts_its_own() -> None:
    inner = sub("sp", start("ss"), user("a", startQuantity="2"), end("se"), "ss > a > se")
    play = three(
        lambda p: p.start(), drawing(start(), par("g"), inner, end(), "s > g > sp > e", flow("g", "sp", id="f"))
    )
    assert (play.open, play.waiting, play.status.value) == ([], ["a", "a"], "active")


def test_an_activity_gives_as_many_tokens_as_it_says() -> None:
    file = drawing(start(), task("a", completionQuantity="3"), user("b"), end(), "s > a > b > e")
    play = three(lambda p: p.start(), file)
    assert play.open == ["b", "b", "b"]


def test_a_call_and_a_sub_process_count_tokens_too() -> None:
    called = process("q", start("qs"), end("qe"), "qs > qe")
    inner = sub("sp", start("ss"), end("se"), "ss > se", completionQuantity="2")
    call = '<callActivity id="c" calledElement="q" startQuantity="2"/>'
    file = drawing(start(), inner, call, user("u"), end(), "s > sp > c > u > e", more=called)
    assert three(lambda p: p.start(process="p"), file).open == ["u"]
