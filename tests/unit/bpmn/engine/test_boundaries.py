"""Boundary events (BPMN 2.0.2, 10.5.4 and 13.5.3)."""

from __future__ import annotations

import pytest

from bpmn.engine import CommandRefused, Happened
from tests.unit.bpmn.engine.draw import (
    boundary,
    conditional,
    correlated,
    cycle,
    drawing,
    end,
    error,
    escalation,
    message,
    multi,
    par,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)
from tests.unit.bpmn.engine.play import Play, three


def test_an_interrupting_timer_ends_the_activity() -> None:
    drawn = drawing(start(), user("a"), boundary("t", "a", timer("PT1H")), user("b"), user("c"), "s > a > b", "t > c")

    play = three(lambda p: p.start().wait("PT1H"), drawn)

    assert play.open == ["c"]
    assert [e.happened for e in play.history if e.element == "a"] == [Happened.ENTERED, Happened.CANCELLED]
    assert [e.happened for e in play.history if e.element == "t"] == [Happened.FIRED]


def test_a_completed_activity_takes_its_boundary_events_along() -> None:
    drawn = drawing(
        start(),
        user("a"),
        boundary("t", "a", timer("PT1H")),
        boundary("m", "a", message("M")),
        user("b"),
        "s > a > b",
    )

    play = three(lambda p: p.start().complete("a").wait("PT2H"), drawn)

    assert play.open == ["b"]
    with pytest.raises(CommandRefused):
        play.message("M")


def test_a_repeating_timer_fires_as_often_as_it_says_from_due_time_to_due_time() -> None:
    drawn = drawing(
        start(),
        user("a"),
        boundary("t", "a", cycle("R3/PT10M"), interrupting=False),
        user("b"),
        end(),
        "s > a > e",
        "t > b",
    )

    def scene(play: Play) -> None:
        play.start().wait("PT25M")
        assert play.open == ["a", "b", "b"]
        play.wait("PT5H")
        assert play.open == ["a", "b", "b", "b"]
        play.complete("a")

    play = three(scene, drawn)
    assert play.open == ["b", "b", "b"]
    assert not play.timers


def test_a_message_beside_an_activity_can_come_again_and_again() -> None:
    drawn = drawing(
        start(), user("a"), boundary("m", "a", message("M"), interrupting=False), user("b"), "s > a", "m > b"
    )

    play = three(lambda p: p.start().message("M").message("M").complete("a"), drawn)

    assert play.open == ["b", "b"]


def test_a_boundary_event_of_a_sub_process_takes_everything_inside_with_it() -> None:
    drawn = drawing(
        start(),
        sub(
            "o",
            start("s1"),
            sub("i", start("s2"), par("f"), user("a"), service("b"), "s2 > f > a", "f > b"),
            "s1 > i",
        ),
        boundary("x", "o", signal("S")),
        user("z"),
        "s > o",
        "x > z",
    )

    play = three(lambda p: p.start().signal("S"), drawn)

    assert play.open == ["z"]
    assert not play.jobs


def test_tokens_that_are_ready_inside_an_interrupted_host_do_not_run_any_more() -> None:
    drawn = drawing(
        start(),
        sub(
            "o",
            start("s1"),
            par("f"),
            throw("out", escalation("X")),
            task("late"),
            task("later"),
            "s1 > f > out",
            "f > late > later",
        ),
        boundary("x", "o", escalation("X")),
        user("z"),
        "s > o",
        "x > z",
    )

    play = three(lambda p: p.start(), drawn)

    assert play.open == ["z"]
    assert play.passed["later"] == 0


def test_a_boundary_event_of_a_multi_instance_activity_ends_all_instances() -> None:
    drawn = drawing(
        start(),
        user("a", multi(cardinality="3")),
        boundary("t", "a", timer("PT1H")),
        user("z"),
        "s > a",
        "t > z",
    )

    play = three(lambda p: p.start().complete("a").wait("PT1H"), drawn)

    assert play.open == ["z"]
    assert len(play.timers) == 0


def test_the_handler_sees_what_the_interrupted_body_wrote() -> None:
    drawn = drawing(
        start(),
        sub("o", start("s1"), user("a"), user("b"), "s1 > a > b"),
        boundary("t", "o", timer("PT1H")),
        user("z"),
        "s > o",
        "t > z",
    )

    play = three(lambda p: p.start().complete("a", found=7).wait("PT1H"), drawn)

    assert play.tasks[play.task("z")].variables == {"found": 7}


def test_a_worker_raises_a_bpmn_error_to_the_boundary_of_its_own_task() -> None:
    drawn = drawing(
        start(),
        par("f"),
        service("a"),
        service("b"),
        boundary("xa", "a", error("E")),
        boundary("xb", "b", error("E")),
        user("ua"),
        user("ub"),
        "s > f > a",
        "f > b",
        "xa > ua",
        "xb > ub",
    )

    play = three(lambda p: p.start().error("a", "E", "no stock", left=0), drawn)

    assert play.open == ["ua"]
    assert play.open_jobs == ["b"]
    assert play.variables == {"left": 0}
    fired = next(e for e in play.history if e.element == "xa")
    assert fired.detail == {"error": "E", "message": "no stock"}


def test_an_uncaught_error_of_a_worker_is_an_incident_and_can_be_retried() -> None:
    drawn = drawing(start(), service("a"), boundary("x", "a", error("OTHER")), end(), "s > a > e")

    def scene(play: Play) -> None:
        play.start().error("a", "E")
        assert play.codes == ["uncaught_error"]
        assert play.open_jobs == []
        play.retry("a").job("a")

    assert three(scene, drawn).done


def test_a_condition_beside_an_activity_fires_each_time_it_becomes_true() -> None:
    drawn = drawing(
        start(),
        par("f"),
        user("a"),
        user("b"),
        boundary("c", "a", conditional("=n > 5"), interrupting=False),
        user("z"),
        "s > f > a",
        "f > b > b2",
        user("b2"),
        "b2 > b3",
        user("b3"),
        "c > z",
    )

    def scene(play: Play) -> None:
        play.start({"n": 1}).complete("b", n=6)
        assert play.open.count("z") == 1
        play.complete("b2", n=7)
        assert play.open.count("z") == 1
        play.complete("b3", n=0)
        from bpmn.engine import commands

        play.do(commands.SetVariables(variables={"n": 9}))

    assert three(scene, drawn).open.count("z") == 2


def test_a_message_reaches_the_subscription_with_its_key() -> None:
    name = correlated("Paid", "=order")
    drawn = drawing(
        start(),
        user("a", multi(collection="orders", element="order")),
        boundary("m", "a", message(name)),
        user("z"),
        "s > a",
        "m > z",
    )

    play = three(lambda p: p.start({"orders": ["x"], "order": 4711}), drawn)

    (subscribed,) = next(iter(play.subscriptions.values()))
    assert subscribed.correlation_key == "4711"
