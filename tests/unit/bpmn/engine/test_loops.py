"""Multi-instance and standard loops (BPMN 2.0.2, 10.3.8, 13.3.6, 13.3.7)."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.engine import Budget
from tests.unit.bpmn.engine.draw import (
    call,
    drawing,
    end,
    io,
    loop,
    multi,
    process,
    script,
    service,
    start,
    sub,
    task,
    user,
    zeebe_multi,
)
from tests.unit.bpmn.engine.play import Play, three


@pytest.mark.parametrize("sequential", [False, True])
def test_each_item_gets_an_instance_with_its_own_variables(sequential: bool) -> None:
    drawn = drawing(start(), user("a", multi(collection="items", sequential=sequential)), user("z"), "s > a > z")

    def scene(play: Play) -> None:
        play.start({"items": ["x", None, "y"]})
        for number, item in enumerate(["x", None, "y"]):
            seen = play.tasks[play.task("a")].variables
            assert (seen["item"], seen["loopCounter"]) == (item, number)
            assert len(play.open) == (1 if sequential else 3 - number)
            play.complete("a")

    play = three(scene, drawn)
    assert play.open == ["z"]
    assert play.variables == {"items": ["x", None, "y"]}


def test_outputs_stand_in_the_order_of_the_items_whoever_is_first() -> None:
    drawn = drawing(start(), service("a", zeebe_multi("items", "item", "result", "results")), user("z"), "s > a > z")

    def scene(play: Play) -> None:
        play.start({"items": [1, 2, 3]})
        first, second, third = sorted(play.jobs)
        from bpmn.engine import commands

        for token, result in ((third, 30), (first, 10), (second, 20)):
            play.do(commands.CompleteJob(token=token, variables={"result": result}))

    play = three(scene, drawn)
    assert play.variables == {"items": [1, 2, 3], "results": [10, 20, 30]}


def test_a_completion_condition_ends_the_other_instances() -> None:
    until = "${nrOfCompletedInstances / nrOfInstances >= 0.5}"
    drawn = drawing(start(), user("a", multi(cardinality="4", until=until)), user("z"), "s > a > z")

    def scene(play: Play) -> None:
        play.start().complete("a")
        assert play.open == ["a", "a", "a"]
        play.complete("a")

    assert three(scene, drawn).open == ["z"]


def test_a_completion_condition_of_a_sequence_leaves_the_rest_out() -> None:
    drawn = drawing(
        start(),
        service("a", zeebe_multi("items", "item", "found", "all", sequential=True, until="found = true")),
        user("z"),
        "s > a > z",
    )

    play = three(lambda p: p.start({"items": [1, 2, 3]}).job("a", found=False).job("a", found=True), drawn)

    assert play.open == ["z"]
    assert play.variables["all"] == [False, True, None]


@pytest.mark.parametrize("items", [[], None, "text", {"a": 1}])
def test_an_empty_collection_passes_and_anything_else_is_an_incident(items: Any) -> None:
    drawn = drawing(start(), user("a", zeebe_multi("items", "item")), user("z"), "s > a > z")

    play = three(lambda p: p.start({"items": items}), drawn)

    assert (play.open, play.codes) == ((["z"], []) if items == [] else ([], ["not_a_list"]))


@pytest.mark.parametrize("count", ["-1", "1.5", "null", "1000000000"])
def test_an_impossible_number_of_instances_is_an_incident(count: str) -> None:
    drawn = drawing(start(), user("a", multi(cardinality=f"={count}")), "s > a")

    play = three(lambda p: p.start(), drawn)

    assert play.codes in (["not_a_number"], ["too_many_tokens"])


def test_instances_of_a_sub_process_do_not_see_each_others_mapped_variables() -> None:
    drawn = drawing(
        start(),
        sub(
            "o",
            io("in mine=item * 2"),
            zeebe_multi("items", "item", "mine", "out"),
            start("s1"),
            service("w"),
            "s1 > w",
        ),
        user("z"),
        "s > o > z",
    )

    play = three(lambda p: p.start({"items": [1, 2]}).job("w").job("w"), drawn)

    assert play.variables == {"items": [1, 2], "out": [2, 4]}


def test_a_multi_instance_call_collects_from_every_called_process() -> None:
    drawn = drawing(
        start(),
        call(
            "c",
            "q",
            multi(collection="items"),
            '<extensionElements><camunda:in source="item" target="n"/>'
            '<camunda:out source="r" target="last"/></extensionElements>',
        ),
        user("z"),
        "s > c > z",
        more=process("q", start("qs"), script("w", "n + 1", "r"), "qs > w"),
    )

    play = three(lambda p: p.start({"items": [1, 5]}), drawn)

    assert play.open == ["z"]
    assert play.variables["last"] == 6


def test_a_standard_loop_runs_while_its_condition_holds() -> None:
    drawn = drawing(start(), user("a", loop("=again")), user("z"), "s > a > z")

    def scene(play: Play) -> None:
        play.start({"again": False}).complete("a", again=True).complete("a", again=True)
        assert play.open == ["a"]
        play.complete("a", again=False)

    play = three(scene, drawn)
    assert play.open == ["z"]
    assert [e.kind for e in play.history if e.element == "a"].count("standardLoop") == 2


def test_a_loop_that_tests_before_may_never_run() -> None:
    drawn = drawing(start(), task("a", loop("=again", before=True)), user("z"), "s > a > z")

    play = three(lambda p: p.start({"again": False}), drawn)

    assert play.open == ["z"]
    assert play.passed["a"] == 1


def test_a_loop_ends_at_its_maximum() -> None:
    drawn = drawing(
        start(),
        script("a", "n + 1", "n").replace("</scriptTask>", loop("=true", maximum=4) + "</scriptTask>"),
        user("z"),
        "s > a > z",
    )

    assert three(lambda p: p.start({"n": 0}), drawn).variables == {"n": 4}


def test_a_loop_condition_counts_rounds() -> None:
    drawn = drawing(start(), task("a", loop("=loopCounter < 3")), user("z"), "s > a > z")

    play = three(lambda p: p.start(), drawn)

    assert [e for e in play.history if e.element == "a" and e.kind == "task"].__len__() == 3


def test_a_loop_of_a_sub_process_opens_it_afresh_each_round() -> None:
    drawn = drawing(
        start(),
        sub("o", loop("=again"), start("s1"), user("a"), end("e1"), "s1 > a > e1"),
        user("z"),
        "s > o > z",
    )

    play = three(lambda p: p.start().complete("a", again=True).complete("a", again=False), drawn)

    assert play.open == ["z"]


def test_more_instances_than_tokens_are_allowed_is_an_incident() -> None:
    drawn = drawing(start(), user("a", multi(cardinality="50")), "s > a")

    play = three(lambda p: p.start(), drawn, budget=Budget(tokens=20))

    assert play.codes == ["too_many_tokens"]


def test_nested_loops_count_for_themselves() -> None:
    inner = sub("i", zeebe_multi("row", "cell", "cell * 10", "cells"), start("s2"), task("t"), "s2 > t")
    drawn = drawing(
        start(),
        sub("o", zeebe_multi("rows", "row", "cells", "table"), start("s1"), inner, "s1 > i"),
        user("z"),
        "s > o > z",
    )

    play = three(lambda p: p.start({"rows": [[1, 2], [3]]}), drawn)

    assert play.variables["table"] == [[10, 20], [30]]
