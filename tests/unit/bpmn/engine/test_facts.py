"""What stock SpiffWorkflow 3.2.0 does wrong, row by row, done right here (docs/engine.md)."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.engine import CommandRefused, commands, specs
from tests.unit.bpmn.engine.draw import (
    ad_hoc,
    boundary,
    catch,
    compensate,
    drawing,
    end,
    error,
    event_gateway,
    event_sub,
    flow,
    link,
    message,
    multi,
    on,
    par,
    script,
    service,
    signal,
    start,
    sub,
    tag,
    task,
    throw,
    timer,
    undone_by,
    user,
    xor,
    zeebe_multi,
)
from tests.unit.bpmn.engine.play import Play, three

BRANCHES = drawing(start(), par("f"), user("a"), user("b"), par("j"), user("z"), "s > f > a > j > z", "f > b > j")


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("value", ["approved", ["x", "y"], [{"n": 1}], {"deep": {"n": 2}}, None])
def test_1_no_update_is_lost_at_a_join(order: str, value: Any) -> None:
    writes: dict[str, dict[str, Any]] = {"a": {"status": value}, "b": {"other": 1}}

    def scene(play: Play) -> None:
        play.start({"status": "new"})
        for name in order:
            play.complete(name, **writes[name])

    assert three(scene, BRANCHES).variables == {"status": value, "other": 1}


def test_2_a_walk_of_two_thousand_rounds_neither_stalls_nor_ends_early() -> None:
    drawn = drawing(
        start(),
        xor("m"),
        script("a", "n + 1", "n"),
        xor("g", default="g-z"),
        user("z"),
        "s > m > a > g",
        flow("g", "m", "=n < 2000"),
        flow("g", "z"),
    )
    play = Play(drawn, mode="commands").start({"n": 0})

    assert (play.open, play.variables, play.done) == (["z"], {"n": 2000}, False)


def test_3_an_uncaught_error_stops_the_instance() -> None:
    drawn = drawing(start(), sub("o", start("s1"), end("x", error("E")), "s1 > x"), task("next"), "s > o > next")

    play = three(lambda p: p.start(), drawn)

    assert (play.codes, play.passed["next"], play.done) == (["uncaught_error"], 0, False)


def test_4_an_error_reaches_only_its_own_task() -> None:
    drawn = drawing(
        start(),
        par("f"),
        service("t1"),
        service("t2"),
        boundary("b1", "t1", error("E")),
        boundary("b2", "t2", error("E")),
        user("h1"),
        user("h2"),
        "s > f > t1",
        "f > t2",
        "b1 > h1",
        "b2 > h2",
    )

    play = three(lambda p: p.start().error("t1", "E"), drawn)

    assert (play.open, play.open_jobs) == (["h1"], ["t2"])


def test_5_event_sub_processes_wait_interrupt_and_leave_the_specification_alone() -> None:
    drawn = drawing(
        start(),
        sub(
            "o",
            start("s1"),
            user("a"),
            "s1 > a",
            event_sub("es", on("es-s", error("E")), user("h"), "es-s > h"),
            event_sub("em", on("em-s", message("M")), user("hm"), "em-s > hm"),
        ),
        "s > o",
    )
    play = Play(drawn).start()
    graph = specs.graph_of(play.world.process("p"), "p")
    before = {name: (node._inputs[:], node._outputs[:]) for name, node in graph.nodes.items()}
    assert play.open == ["a"]

    play.message("M")

    assert play.open == ["hm"]
    assert {name: (node._inputs, node._outputs) for name, node in graph.nodes.items()} == before
    assert Play(drawn).start().open == ["a"]


def test_6_no_event_definition_is_taken_for_none() -> None:
    drawn = drawing(
        start(),
        par("f"),
        throw("lt", link("L")),
        catch("lc", link("L")),
        user("linked"),
        task("done"),
        undone_by("done", "undo"),
        throw("ct", compensate()),
        end("se", signal("S")),
        catch("sc", signal("S")),
        user("heard"),
        "s > f > lt",
        "lc > linked",
        "f > done > ct > se",
        "f > sc > heard",
    )

    def scene(play: Play) -> None:
        play.start()
        assert (play.open, play.open_jobs) == (["linked"], ["undo"])
        play.job("undo")

    play = three(scene, drawn)
    assert play.open == ["heard", "linked"]
    assert [one.name for one in play.signals] == ["S"]


@pytest.mark.parametrize(
    "value", [{"typename": "UUID", "value": "1"}, {"typename": None}, {"typename": "x", "data": {}}]
)
def test_7_no_data_can_brick_an_instance(value: Any) -> None:
    play = three(
        lambda p: p.start({"form": value}).complete("a", again=value),
        drawing(start(), user("a"), user("b"), "s > a > b"),
    )

    assert play.variables == {"form": value, "again": value}


def test_8_dates_and_numbers_of_expressions_become_json() -> None:
    drawn = drawing(
        start(),
        script("a", '{d: date("2026-01-31"), n: 1/4, big: 10**20, t: duration("PT5M")}', "r"),
        user("z"),
        "s > a > z",
    )

    play = three(lambda p: p.start(), drawn)

    assert play.variables == {"r": {"d": "2026-01-31", "n": 0.25, "big": 10**20, "t": "PT5M"}}


def test_9_a_change_of_one_branch_does_not_rewrite_what_another_one_saw() -> None:
    drawn = drawing(start(), par("f"), user("a"), user("b"), "s > f > a", "f > b")
    play = Play(drawn).start({"d": {"n": 1}})
    seen = play.tasks[play.task("b")].variables

    play.do(commands.SetVariables(variables={"d": {"n": 2}}))

    assert seen == {"d": {"n": 1}}
    assert play.variables == {"d": {"n": 2}}


def test_10_nothing_is_completed_twice_or_before_its_time() -> None:
    play = Play(drawing(start(), user("a", multi(cardinality="3")), "s > a")).start()
    token = min(play.tasks)
    play.do(commands.CompleteTask(token=token))

    for number in (token, 1, 2):
        with pytest.raises(CommandRefused):
            play.do(commands.CompleteTask(token=number))
    assert play.open == ["a", "a"]


def test_11_every_timer_after_an_event_gateway_has_its_own_time() -> None:
    drawn = drawing(
        start(),
        event_gateway("g"),
        catch("t1", timer("PT5S")),
        catch("t2", timer("PT0.1S")),
        user("a"),
        user("b"),
        "s > g > t1 > a",
        "g > t2 > b",
    )

    assert three(lambda p: p.start().wait("PT1S"), drawn).open == ["b"]


def test_12a_a_sequence_does_not_hang_on_an_item_that_is_null() -> None:
    drawn = drawing(start(), user("a", multi(collection="items", sequential=True)), user("z"), "s > a > z")

    assert three(lambda p: p.start({"items": [None, None]}).complete("a").complete("a"), drawn).open == ["z"]


def test_12b_outputs_stand_in_index_order() -> None:
    drawn = drawing(start(), service("a", zeebe_multi("items", "i", "r", "out")), user("z"), "s > a > z")

    def scene(play: Play) -> None:
        play.start({"items": [1, 2]})
        for token in sorted(play.jobs, reverse=True):
            play.do(commands.CompleteJob(token=token, variables={"r": token}))

    out = three(scene, drawn).variables["out"]
    assert out == sorted(out)


def test_12c_a_message_beside_an_activity_is_taken_every_time() -> None:
    drawn = drawing(
        start(), user("a"), boundary("m", "a", message("M"), interrupting=False), user("b"), "s > a", "m > b"
    )

    assert three(lambda p: p.start().message("M").message("M").message("M"), drawn).open == [
        "a",
        "b",
        "b",
        "b",
    ]


def test_12d_a_condition_on_a_flow_out_of_a_task_counts() -> None:
    drawn = drawing(
        start(), task("a"), user("b"), user("c"), "s > a", flow("a", "b", "=false"), flow("a", "c", "=true")
    )

    assert three(lambda p: p.start(), drawn).open == ["c"]


def test_12e_a_process_without_end_event_ends() -> None:
    assert three(lambda p: p.start(), drawing(start(), task("a"), "s > a")).done


def test_12f_an_ad_hoc_sub_process_needs_no_data_object() -> None:
    assert three(lambda p: p.start(), drawing(start(), ad_hoc("o", task("a"), task("b")), "s > o")).done


def test_12g_a_user_task_in_a_sub_process_has_the_lane_of_the_sub_process() -> None:
    lanes = '<laneSet id="ls"><lane id="l" name="Clerks"><flowNodeRef>o</flowNodeRef></lane></laneSet>'
    drawn = drawing(lanes, start(), sub("o", start("s1"), user("a"), "s1 > a"), "s > o")

    assert next(iter(three(lambda p: p.start(), drawn).tasks.values())).lane == "Clerks"


def test_a_split_and_join_in_a_loop_stays_cheap_and_leaves_nothing_behind() -> None:
    drawn = drawing(
        start(),
        xor("m"),
        par("f"),
        task("a"),
        task("b"),
        par("j"),
        script("q", "n + 1", "n"),
        xor("g", default="g-z"),
        user("z"),
        "s > m > f > a > j > q > g",
        "f > b > j",
        flow("g", "m", "=n < 100"),
        flow("g", "z"),
    )

    play = three(lambda p: p.start({"n": 0}), drawn)

    assert len(play.state.tokens) == 2


def test_ids_that_stock_reserves_and_flows_without_ids_are_nothing_special() -> None:
    drawn = drawing(
        start("Start"),
        task("Root"),
        tag("endEvent", "End"),
        '<sequenceFlow sourceRef="Start" targetRef="Root"/>',
        '<sequenceFlow sourceRef="Root" targetRef="End"/>',
    )

    play = three(lambda p: p.start(), drawn)

    assert play.done
    assert play.passed == {"Start": 1, "Root": 1, "End": 1}


def test_three_thousand_tasks_in_a_row_run() -> None:
    names = [f"t{number}" for number in range(3000)]
    drawn = drawing(start(), *(task(name) for name in names), end(), " > ".join(["s", *names, "e"]))

    assert Play(drawn).start().done
