"""Gateways (BPMN 2.0.2, 13.4) and flows without gateways (13.2)."""

from __future__ import annotations

import pytest

from tests.unit.bpmn.engine.draw import (
    catch,
    complex_gateway,
    drawing,
    end,
    event_gateway,
    flow,
    inc,
    link,
    message,
    par,
    signal,
    start,
    sub,
    tag,
    task,
    terminate,
    throw,
    timer,
    user,
    xor,
)
from tests.unit.bpmn.engine.play import Play, three


@pytest.mark.parametrize(("x", "way"), [(1, "a"), (2, "b"), (9, "c")])
def test_an_exclusive_gateway_takes_the_first_true_flow_or_the_default(x: int, way: str) -> None:
    drawn = drawing(
        start(),
        xor("g", default="g-c"),
        user("a"),
        user("b"),
        user("c"),
        "s > g",
        flow("g", "c"),
        flow("g", "a", "=x < 2"),
        flow("g", "b", "=x < 5"),
    )

    assert three(lambda p: p.start({"x": x}), drawn).open == [way]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("=x", "condition_failed"),
        ("=y > 1", "condition_failed"),
        ("=x > 100", "no_flow_chosen"),
        ("${y > 1}", "condition_failed"),
    ],
)
def test_a_condition_that_is_neither_true_nor_false_is_an_incident(condition: str, code: str) -> None:
    drawn = drawing(start(), xor("g"), end(), "s > g", flow("g", "e", condition))

    play = three(lambda p: p.start({"x": 5}), drawn)

    assert play.codes == [code]
    assert not play.done


def test_a_failed_condition_can_be_retried_when_its_variable_is_there() -> None:
    drawn = drawing(start(), xor("g"), end(), "s > g", flow("g", "e", "=ok"))

    def scene(play: Play) -> None:
        from bpmn.engine import commands

        play.start()
        play.do(commands.SetVariables(variables={"ok": True}))
        play.retry("g")

    assert three(scene, drawn).done


def test_a_parallel_join_takes_one_token_from_every_flow() -> None:
    drawn = drawing(
        start(),
        par("f"),
        user("a"),
        user("b"),
        par("j"),
        user("c"),
        end(),
        "s > f > a > j > c > e",
        "f > b > j",
    )

    play = three(lambda p: p.start().complete("b").complete("a"), drawn)

    assert play.open == ["c"]
    assert play.passed["j"] == 2


def test_two_tokens_on_one_flow_do_not_fill_a_parallel_join() -> None:
    drawn = drawing(
        start(),
        par("f"),
        xor("m"),
        user("a"),
        user("b"),
        par("j"),
        user("c"),
        flow("f", "m", id="f1"),
        flow("f", "m", id="f2"),
        "s > f",
        "m > a > j",
        "f > b > j > c",
    )

    def scene(play: Play) -> None:
        play.start()
        play.complete("a").complete("a")
        assert play.open == ["b"]
        play.complete("b")

    play = three(scene, drawn)
    assert play.open == ["c"]
    assert "j" in play.waiting


def test_a_parallel_join_in_a_loop_starts_afresh_every_round() -> None:
    drawn = drawing(
        start(),
        xor("again"),
        par("f"),
        task("a"),
        task("b"),
        par("j"),
        user("more"),
        xor("g", default="g-e"),
        end(),
        "s > again > f > a > j > more > g",
        "f > b > j",
        flow("g", "again", "=more"),
        flow("g", "e"),
    )

    def scene(play: Play) -> None:
        play.start()
        for _ in range(5):
            play.complete("more", more=True)
        play.complete("more", more=False)

    play = three(scene, drawn)
    assert play.done
    assert play.passed["a"] == 6


def test_an_inclusive_gateway_takes_every_true_flow_and_its_join_waits_for_them_only() -> None:
    drawn = drawing(
        start(),
        inc("f", default="f-c"),
        user("a"),
        user("b"),
        user("c"),
        inc("j"),
        user("z"),
        "s > f",
        flow("f", "a", "=x > 1"),
        flow("f", "b", "=x > 2"),
        flow("f", "c"),
        "a > j > z",
        "b > j",
        "c > j",
    )

    both = three(lambda p: p.start({"x": 3}).complete("b"), drawn)
    assert both.open == ["a"]
    assert three(lambda p: p.start({"x": 3}).complete("b").complete("a"), drawn).open == ["z"]
    assert three(lambda p: p.start({"x": 2}).complete("a"), drawn).open == ["z"]
    assert three(lambda p: p.start({"x": 0}), drawn).open == ["c"]


def test_an_inclusive_join_does_not_wait_for_a_token_that_can_only_come_by_a_filled_flow() -> None:
    drawn = drawing(
        start(),
        par("f"),
        user("a"),
        xor("m"),
        inc("j"),
        user("z"),
        task("b"),
        xor("never", default="never-b2"),
        task("b2"),
        "s > f > a > m > j > z",
        "f > b > m",
        flow("never", "b2"),
        "b2 > j",
    )

    play = three(lambda p: p.start(), drawn)

    assert play.open == ["a", "z"]


def test_an_inclusive_join_waits_for_a_boundary_event_that_may_still_come() -> None:
    from tests.unit.bpmn.engine.draw import boundary

    drawn = drawing(
        start(),
        par("f"),
        user("a"),
        task("b"),
        end("ea"),
        boundary("late", "a", timer("PT1H")),
        inc("j"),
        user("z"),
        "s > f > a > ea",
        "late > j",
        "f > b > j > z",
    )

    assert three(lambda p: p.start(), drawn).open == ["a"]
    assert three(lambda p: p.start().complete("a"), drawn).open == ["z"]
    assert three(lambda p: p.start().wait("PT1H"), drawn).open == ["z"]


def test_an_inclusive_join_waits_for_an_activity_whose_non_interrupting_event_came_first() -> None:
    from tests.unit.bpmn.engine.draw import boundary, message

    drawn = drawing(
        start(),
        par("f"),
        user("a"),
        user("b"),
        boundary("early", "b", message("M"), interrupting=False),
        inc("j"),
        user("z"),
        end(),
        "s > f > a > j",
        "early > j",
        "f > b > j > z > e",
    )

    assert three(lambda p: p.start().complete("a").message("M"), drawn).open == ["b"]
    assert three(lambda p: p.start().complete("a").message("M").complete("b"), drawn).open == ["z"]


def test_two_inclusive_joins_in_a_row_fire_in_their_order() -> None:
    drawn = drawing(
        start(),
        inc("f"),
        task("a"),
        task("b"),
        user("c"),
        inc("j1"),
        inc("j2"),
        end(),
        "s > f",
        "f > a > j1",
        "f > b > j1 > j2 > e",
        "f > c > j2",
    )

    play = three(lambda p: p.start().complete("c"), drawn)

    assert play.done
    assert play.passed["j1"] == 2


def test_a_complex_gateway_starts_when_its_condition_holds_and_resets_with_the_rest() -> None:
    drawn = drawing(
        start(),
        par("f"),
        user("a"),
        user("b"),
        user("c"),
        complex_gateway("j", "=activationCount >= 2"),
        user("z"),
        end(),
        "s > f > a > j > z > e",
        "f > b > j",
        "f > c > j",
    )

    def scene(play: Play) -> None:
        play.start().complete("a")
        assert play.open == ["b", "c"]
        play.complete("c")
        assert play.open == ["b", "z"]
        play.complete("z")
        assert not play.done
        play.complete("b")

    play = three(scene, drawn)
    assert play.done
    assert play.passed["z"] == 1


def test_a_complex_gateway_resets_without_tokens_that_cannot_come() -> None:
    drawn = drawing(
        start(),
        inc("f"),
        task("a"),
        task("b"),
        user("c"),
        complex_gateway("j", "=activationCount >= 2"),
        user("z"),
        "s > f",
        flow("f", "a"),
        flow("f", "b"),
        flow("f", "c", "=false"),
        "a > j > z",
        "b > j",
        "c > j",
    )

    play = three(lambda p: p.start().complete("z"), drawn)

    assert play.done


def test_a_complex_gateway_tells_its_conditions_which_phase_it_is_in() -> None:
    drawn = drawing(
        start(),
        par("f"),
        task("a"),
        user("b"),
        complex_gateway("j", "=activationCount >= 1"),
        user("first"),
        user("rest"),
        "s > f > a > j",
        "f > b > j",
        flow("j", "first", "=waitingForStart"),
        flow("j", "rest", "=not(waitingForStart)"),
    )

    assert three(lambda p: p.start(), drawn).open == ["b", "first"]
    assert three(lambda p: p.start().complete("b"), drawn).open == ["first", "rest"]


def test_the_first_event_after_an_event_gateway_decides() -> None:
    drawn = drawing(
        start(),
        event_gateway("g"),
        catch("m", message("M")),
        catch("t", timer("PT1H")),
        catch("t2", timer("PT5M")),
        tag("receiveTask", "r", messageRef="message_R"),
        user("a"),
        user("b"),
        user("c"),
        user("d"),
        "s > g > m > a",
        "g > t > b",
        "g > t2 > c",
        "g > r > d",
    )

    assert three(lambda p: p.start().message("M"), drawn).open == ["a"]
    by_time = three(lambda p: p.start().wait("PT2H"), drawn)
    assert by_time.open == ["c"]
    assert not by_time.subscriptions
    assert three(lambda p: p.start().message("R"), drawn).open == ["d"]


def test_flows_out_of_an_activity_split_by_their_conditions() -> None:
    drawn = drawing(
        start(),
        tag("task", "a", default="a-d"),
        user("b"),
        user("c"),
        user("d"),
        "s > a",
        flow("a", "b", "=x > 1"),
        flow("a", "c", "=x > 2"),
        flow("a", "d"),
    )

    assert three(lambda p: p.start({"x": 3}), drawn).open == ["b", "c"]
    assert three(lambda p: p.start({"x": 0}), drawn).open == ["d"]


def test_without_gateways_every_flow_splits_and_every_token_merges() -> None:
    drawn = drawing(start(), user("a"), user("b"), user("z"), "s > a > z", "s > b > z")

    play = three(lambda p: p.start().complete("a").complete("b"), drawn)

    assert play.open == ["z", "z"]


def test_a_process_without_events_starts_at_every_source_and_ends_with_its_last_token() -> None:
    drawn = drawing(user("a"), user("b"), task("c"), "b > c")

    play = three(lambda p: p.start().complete("a").complete("b"), drawn)

    assert play.done


def test_a_link_leads_to_its_catch_in_the_same_scope() -> None:
    drawn = drawing(
        start(),
        throw("out", link("L")),
        catch("into", link("L")),
        user("a"),
        "s > out",
        "into > a",
    )

    assert three(lambda p: p.start(), drawn).open == ["a"]


def test_a_terminate_end_event_ends_its_own_scope_only() -> None:
    drawn = drawing(
        start(),
        sub(
            "p1",
            start("s1"),
            par("f"),
            user("a"),
            user("b"),
            end("kill", terminate()),
            "s1 > f > a > kill",
            "f > b",
        ),
        user("z"),
        "s > p1 > z",
    )

    play = three(lambda p: p.start().complete("a"), drawn)

    assert play.open == ["z"]


def test_a_signal_reaches_every_token_that_waits_for_it() -> None:
    drawn = drawing(
        start(),
        par("f"),
        catch("c1", signal("S")),
        catch("c2", signal("S")),
        catch("c3", signal("T")),
        user("a"),
        user("b"),
        throw("t", signal("S")),
        "s > f > c1 > a",
        "f > c2 > b",
        "f > c3",
        "f > t",
    )

    play = three(lambda p: p.start(), drawn)

    assert play.open == ["a", "b"]
    assert [one.name for one in play.signals] == ["S"]
