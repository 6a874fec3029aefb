"""Event sub-processes, errors and escalations (BPMN 2.0.2, 10.3.5, 13.5.3, 13.5.4)."""

from __future__ import annotations

import pytest

from tests.unit.bpmn.engine.draw import (
    boundary,
    call,
    conditional,
    drawing,
    end,
    error,
    escalation,
    event_sub,
    message,
    multi,
    on,
    par,
    process,
    service,
    signal,
    start,
    sub,
    task,
    terminate,
    throw,
    timer,
    user,
)
from tests.unit.bpmn.engine.play import Play, three

TRIGGERS = {
    "message": (message("M"), lambda p: p.message("M", got=1)),
    "signal": (signal("S"), lambda p: p.signal("S", got=1)),
    "timer": (timer("PT1H"), lambda p: p.wait("PT1H")),
    "conditional": (conditional("=x = 2"), lambda p: p.complete("other", x=2)),
}


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("nested", [False, True])
def test_an_interrupting_event_sub_process_ends_everything_else_in_its_scope(trigger: str, nested: bool) -> None:
    definition, act = TRIGGERS[trigger]
    body = (
        start("s1"),
        par("f"),
        user("a"),
        user("other"),
        "s1 > f > a",
        "f > other",
        event_sub("es", on("es-s", definition), user("h"), "es-s > h"),
    )
    drawn = drawing(start(), sub("o", *body), user("z"), "s > o > z") if nested else drawing(*body)

    def scene(play: Play) -> None:
        play.start({"x": 1})
        act(play)
        assert play.open == ["h"]
        play.complete("h")

    play = three(scene, drawn)
    assert play.open == ["z"] if nested else play.done


@pytest.mark.parametrize("trigger", ["message", "signal", "conditional"])
def test_a_non_interrupting_event_sub_process_runs_beside_its_scope_each_time(trigger: str) -> None:
    definition, act = TRIGGERS[trigger]
    drawn = drawing(
        start(),
        par("f"),
        user("a"),
        user("other", multi(cardinality="3")),
        end(),
        "s > f > a > e",
        "f > other",
        event_sub("es", on("es-s", definition, interrupting=False), user("h"), "es-s > h"),
    )

    def scene(play: Play) -> None:
        play.start({"x": 1})
        act(play)
        if trigger == "conditional":
            play.complete("other", x=1)
        act(play)
        assert play.open.count("h") == 2
        play.complete("h").complete("h").complete("a")
        while "other" in play.open:
            play.complete("other", x=0)

    assert three(scene, drawn).done


def test_a_repeating_timer_starts_an_event_sub_process_three_times() -> None:
    from tests.unit.bpmn.engine.draw import cycle

    drawn = drawing(
        start(),
        user("a"),
        "s > a",
        event_sub("es", on("es-s", cycle("R3/PT10M"), interrupting=False), user("h"), "es-s > h"),
    )

    assert three(lambda p: p.start().wait("PT3H"), drawn).open == ["a", "h", "h", "h"]


def test_an_event_sub_process_inside_an_event_sub_process_listens_while_it_runs() -> None:
    inner = event_sub("es2", on("s2", message("N")), user("h2"), "s2 > h2")
    drawn = drawing(start(), user("a"), "s > a", event_sub("es", on("s1", message("M")), user("h"), "s1 > h", inner))

    play = three(lambda p: p.start().message("M").message("N"), drawn)

    assert play.open == ["h2"]


def test_the_boundary_events_of_a_scope_guard_its_interrupting_handler_too() -> None:
    drawn = drawing(
        start(),
        sub(
            "o",
            start("s1"),
            user("a"),
            "s1 > a",
            event_sub("es", on("es-s", message("M")), user("h"), "es-s > h"),
        ),
        boundary("t", "o", timer("PT1H")),
        user("z"),
        "s > o",
        "t > z",
    )

    assert three(lambda p: p.start().message("M").wait("PT1H"), drawn).open == ["z"]


def test_an_error_is_caught_inside_before_it_is_caught_outside_and_by_its_own_code_first() -> None:
    drawn = drawing(
        start(),
        sub(
            "o",
            start("s1"),
            end("x", error("E")),
            "s1 > x",
            event_sub("all", on("all-s", error()), user("h-all"), "all-s > h-all"),
            event_sub("own", on("own-s", error("E")), user("h-own"), "own-s > h-own"),
        ),
        boundary("b", "o", error("E")),
        user("z"),
        "s > o",
        "b > z",
    )

    assert three(lambda p: p.start(), drawn).open == ["h-own"]


def test_an_error_thrown_by_a_handler_goes_to_the_next_scope_outside() -> None:
    drawn = drawing(
        start(),
        sub(
            "o",
            start("s1"),
            end("x", error("E")),
            "s1 > x",
            event_sub("es", on("es-s", error("E")), end("again", error("E")), "es-s > again"),
        ),
        boundary("b", "o", error("E")),
        user("z"),
        "s > o",
        "b > z",
    )

    assert three(lambda p: p.start(), drawn).open == ["z"]


def test_an_error_leaves_a_called_process_and_reaches_the_call_through_two_levels() -> None:
    drawn = drawing(
        start(),
        call("c1", "q"),
        boundary("b", "c1", error("E")),
        user("z"),
        "s > c1",
        "b > z",
        more=process("q", start("qs"), call("c2", "r"), "qs > c2")
        + process("r", start("rs"), end("re", error("E")), "rs > re"),
    )

    play = three(lambda p: p.start(), drawn)

    assert play.open == ["z"]
    assert len(play.state.tokens) == 2


def test_an_error_ends_only_the_instance_of_its_own_scope() -> None:
    drawn = drawing(
        start(),
        par("f"),
        sub("o1", start("s1"), service("a"), "s1 > a"),
        sub("o2", start("s2"), user("b"), "s2 > b"),
        boundary("b1", "o1", error("E")),
        boundary("b2", "o2", error("E")),
        user("z1"),
        user("z2"),
        "s > f > o1",
        "f > o2",
        "b1 > z1",
        "b2 > z2",
    )

    assert three(lambda p: p.start().error("a", "E"), drawn).open == ["b", "z1"]


def test_an_uncaught_error_is_an_incident_and_not_the_end() -> None:
    drawn = drawing(start(), sub("o", start("s1"), end("x", error("E")), "s1 > x"), user("z"), "s > o > z")

    play = three(lambda p: p.start(), drawn)

    assert play.codes == ["uncaught_error"]
    assert play.open == []


@pytest.mark.parametrize(("interrupting", "after"), [(True, ["z"]), (False, ["a", "z"])])
def test_an_escalation_is_caught_by_the_nearest_scope(interrupting: bool, after: list[str]) -> None:
    inner = sub("i", start("s2"), throw("x", escalation("X")), user("a"), "s2 > x > a")
    drawn = drawing(
        start(),
        sub("o", start("s1"), inner, "s1 > i"),
        user("far"),
        user("z"),
        "s > o",
        "b2 > far",
        "b1 > z",
        boundary("b1", "o", escalation("X"), interrupting=interrupting),
        boundary("b2", "o", escalation("Y")),
    )

    assert three(lambda p: p.start(), drawn).open == after


def test_an_escalation_out_of_its_own_handler_goes_outward() -> None:
    again = sub("again", start("as"), end("ae", escalation("X")), "as > ae")
    handler = event_sub("es", on("es-s", escalation("X"), interrupting=False), again, user("h"), "es-s > again > h")
    inner = sub("o", start("os"), throw("t", escalation("X")), user("a"), "os > t > a", handler)
    outer = boundary("b", "o", escalation("X"), interrupting=False)

    play = three(lambda p: p.start(), drawing(start(), inner, outer, user("z"), "s > o", "b > z"))

    assert play.open == ["a", "h", "z"]


def test_an_escalation_that_nobody_catches_is_ignored() -> None:
    drawn = drawing(start(), throw("x", escalation("X")), user("a"), "s > x > a")

    play = three(lambda p: p.start(), drawn)

    assert play.open == ["a"]
    assert not play.incidents


def test_an_escalation_end_event_finishes_its_scope_beside_the_handler() -> None:
    drawn = drawing(
        start(),
        sub("o", start("s1"), end("x", escalation("X")), "s1 > x"),
        boundary("b", "o", escalation(), interrupting=False),
        user("z"),
        user("h"),
        "s > o > z",
        "b > h",
    )

    assert three(lambda p: p.start(), drawn).open == ["h", "z"]


def test_a_person_raises_an_escalation_and_goes_on_working() -> None:
    from bpmn.engine import commands

    drawn = drawing(
        start(),
        user("a"),
        boundary("b", "a", escalation("X"), interrupting=False),
        user("h"),
        "s > a",
        "b > h",
    )

    play = three(lambda p: p.start().do(commands.ThrowEscalation(token=3, code="X", variables={"why": "late"})), drawn)

    assert play.open == ["a", "h"]
    assert play.variables == {"why": "late"}


def test_a_terminate_end_event_in_an_event_sub_process_ends_only_that() -> None:
    drawn = drawing(
        start(),
        user("a"),
        "s > a",
        event_sub(
            "es",
            on("es-s", message("M"), interrupting=False),
            par("f"),
            user("h"),
            end("kill", terminate()),
            "es-s > f > h",
            "f > kill",
        ),
    )

    assert three(lambda p: p.start().message("M"), drawn).open == ["a"]


def test_a_message_event_sub_process_of_a_called_process_takes_its_message() -> None:
    drawn = drawing(
        start(),
        call("c", "q"),
        user("z"),
        "s > c > z",
        more=process(
            "q",
            start("qs"),
            service("w"),
            "qs > w",
            event_sub("es", on("es-s", message("M")), task("t"), "es-s > t"),
        ),
    )

    assert three(lambda p: p.start().message("M"), drawn).open == ["z"]
