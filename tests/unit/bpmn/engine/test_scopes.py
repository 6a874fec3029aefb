"""Where variables live (docs/adr/0005), calls, mappings and ad-hoc sub-processes."""

from __future__ import annotations

import pytest

from bpmn.engine import Budget, commands
from tests.unit.bpmn.engine.draw import (
    ad_hoc,
    boundary,
    call,
    catch,
    drawing,
    end,
    io,
    message,
    par,
    process,
    script,
    service,
    start,
    sub,
    tag,
    task,
    user,
)
from tests.unit.bpmn.engine.play import Play, three


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_write_of_one_branch_is_never_lost_at_the_join(first: str) -> None:
    drawn = drawing(start(), par("f"), user("a"), user("b"), par("j"), user("z"), "s > f > a > j > z", "f > b > j")
    writes = {"a": {"status": "approved"}, "b": {"checked": True}}
    second = "b" if first == "a" else "a"

    play = three(
        lambda p: p.start({"status": "new"}).complete(first, **writes[first]).complete(second, **writes[second]),
        drawn,
    )

    assert play.variables == {"status": "approved", "checked": True}


def test_two_writes_of_one_name_both_stand_in_history() -> None:
    drawn = drawing(start(), user("a"), user("b"), "s > a", "s > b")

    play = three(lambda p: p.start().complete("b", x=1).complete("a", x=2), drawn)

    assert [e.wrote for e in play.history if e.wrote] == [{"x": 1}, {"x": 2}]
    assert play.variables == {"x": 2}


def test_mapped_inputs_are_local_and_shadow_the_process() -> None:
    drawn = drawing(start(), service("a", io("in x=x * 2", "in y=x")), user("z"), "s > a > z")

    def scene(play: Play) -> None:
        play.start({"x": 3})
        assert play.jobs[play.job_of("a")].variables == {"x": 6, "y": 6}
        play.job("a", x=100, other=1)

    assert three(scene, drawn).variables == {"x": 3, "other": 1}


def test_with_an_output_mapping_camunda_8_hands_on_only_what_is_mapped() -> None:
    drawn = drawing(start(), service("a", io("out total=sum * 2", "out deep.er=sum")), user("z"), "s > a > z")

    play = three(lambda p: p.start({"deep": {"x": 1}}).job("a", sum=2, secret=1), drawn)

    assert play.variables == {"total": 4, "deep": {"x": 1, "er": 2}}


def test_with_an_output_mapping_camunda_7_hands_on_the_rest_too() -> None:
    inner = (
        '<extensionElements><camunda:inputOutput><camunda:outputParameter name="total">${sum * 2}'
        "</camunda:outputParameter></camunda:inputOutput></extensionElements>"
    )
    drawn = drawing(start(), user("a", inner), user("z"), "s > a > z")

    assert three(lambda p: p.start().complete("a", sum=2), drawn).variables == {"sum": 2, "total": 4}


def test_an_output_mapping_that_fails_keeps_the_work_and_can_be_retried() -> None:
    inner = (
        '<extensionElements><camunda:inputOutput><camunda:outputParameter name="t">${missing}'
        "</camunda:outputParameter></camunda:inputOutput></extensionElements>"
    )
    drawn = drawing(start(), user("a", inner), user("z"), "s > a > z")

    def scene(play: Play) -> None:
        play.start().complete("a", work="done")
        assert (play.codes, play.open) == (["expression_failed"], [])
        play.do(commands.SetVariables(variables={"missing": 1}))
        play.retry("a")

    play = three(scene, drawn)
    assert play.open == ["z"]
    assert play.variables == {"work": "done", "missing": 1, "t": 1}


def test_an_unknown_name_is_null_in_a_feel_mapping() -> None:
    drawn = drawing(start(), service("a", io("in x=nobody")), "s > a")

    assert three(lambda p: p.start(), drawn).jobs[3].variables == {"x": None}


def test_a_message_brings_its_variables_to_where_they_live() -> None:
    drawn = drawing(
        start(),
        sub("o", io("in x=1"), start("s1"), catch("m", message("M")), user("a"), "s1 > m > a"),
        "s > o",
    )

    play = three(lambda p: p.start({"y": 0}).message("M", x=2, y=3, w=4), drawn)

    assert play.variables == {"y": 3, "w": 4}
    assert play.tasks[play.task("a")].variables == {"x": 2, "y": 3, "w": 4}


def test_a_script_without_result_variable_writes_its_context() -> None:
    drawn = drawing(
        start(),
        tag("scriptTask", "a", "<script>{x: 1, y: x + 1}</script>", scriptFormat="feel"),
        user("z"),
        "s > a > z",
    )

    assert three(lambda p: p.start(), drawn).variables == {"x": 1, "y": 2}


def test_a_business_rule_task_writes_the_answer_of_its_decision() -> None:
    inner = '<extensionElements><zeebe:calledDecision decisionId="=which" resultVariable="band"/></extensionElements>'
    drawn = drawing(start(), tag("businessRuleTask", "a", inner), user("z"), "s > a > z")

    play = three(lambda p: p.start({"which": "risk", "age": 5}), drawn, decisions={"risk": lambda v: v["age"] * 2})

    assert play.variables["band"] == 10
    assert play.decided[0].evidence == {"version": 1}
    assert three(lambda p: p.start({"which": "none"}), drawn).codes == ["decision_failed"]


@pytest.mark.parametrize(
    ("how", "answer", "expected"),
    [
        ("singleEntry", [{"r": 1}], 1),
        ("singleResult", [{"r": 1, "q": 2}], {"r": 1, "q": 2}),
        ("singleEntry", None, None),
        ("collectEntries", [{"r": 1}, {"r": 2}], [1, 2]),
        ("resultList", [{"r": 1}], [{"r": 1}]),
        ("singleEntry", [1, 2], "incident"),
        ("resultList", {"r": 1}, [{"r": 1}]),
    ],
)
def test_camunda_7_maps_the_answer_as_the_drawing_says(how: str, answer: object, expected: object) -> None:
    drawn = drawing(
        start(),
        tag(
            "businessRuleTask",
            "a",
            **{"camunda:decisionRef": "d", "camunda:resultVariable": "r", "camunda:mapDecisionResult": how},
        ),
        user("z"),
        "s > a > z",
    )

    play = three(lambda p: p.start(), drawn, decisions={"d": answer})

    if expected == "incident":
        assert play.codes == ["decision_result"]
    else:
        assert play.variables == {"r": expected}


def test_a_called_process_has_variables_of_its_own() -> None:
    passed = (
        '<extensionElements><camunda:in source="a" target="x"/><camunda:out source="y" target="b"/></extensionElements>'
    )
    drawn = drawing(
        start(),
        call("c", "q", passed),
        user("z"),
        "s > c > z",
        more=process("q", start("qs"), user("w"), "qs > w"),
    )

    def scene(play: Play) -> None:
        play.start({"a": 1, "hidden": 2})
        assert play.tasks[play.task("w")].variables == {"x": 1}
        play.complete("w", y=5, own=6)

    assert three(scene, drawn).variables == {"a": 1, "hidden": 2, "b": 5}


def test_a_call_of_a_process_that_is_not_there_is_an_incident_that_a_deployment_can_heal() -> None:
    drawn = drawing(start(), call("c", "q"), user("z"), "s > c > z")
    later = drawing(start("qs"), process="q")

    def scene(play: Play) -> None:
        from tests.unit.bpmn.engine.play import processes

        play.start()
        assert play.codes == ["called_process_missing"]
        play.world.processes.update(processes(later))
        play.retry("c")

    assert three(scene, drawn).open == ["z"]


def test_a_process_that_calls_itself_for_ever_is_stopped() -> None:
    drawn = drawing(start(), call("c", "p"), "s > c")

    assert three(lambda p: p.start(), drawn, budget=Budget(depth=8)).codes == ["call_depth_exceeded"]


def test_four_levels_of_calls_hand_their_variables_up() -> None:
    more = "".join(
        process(
            f"q{n}",
            start(f"s{n}"),
            call(f"c{n}", f"q{n + 1}") if n < 4 else script("w", "n + 1", "n"),
            f"s{n} > {'w' if n == 4 else f'c{n}'}",
        )
        for n in range(1, 5)
    )
    drawn = drawing(start(), call("c", "q1"), user("z"), "s > c > z", more=more)

    assert three(lambda p: p.start({"n": 1}), drawn).variables == {"n": 2}


def test_the_called_process_may_be_computed() -> None:
    inner = '<extensionElements><zeebe:calledElement processId="=which"/></extensionElements>'
    drawn = drawing(
        start(),
        tag("callActivity", "c", inner),
        "s > c",
        more=process("q", start("qs"), user("w"), "qs > w"),
    )

    assert three(lambda p: p.start({"which": "q"}), drawn).open == ["w"]


def test_an_ad_hoc_sub_process_runs_everything_that_no_flow_leads_to() -> None:
    drawn = drawing(start(), ad_hoc("o", user("a"), user("b"), user("c"), "b > c"), user("z"), "s > o > z")

    def scene(play: Play) -> None:
        play.start()
        assert play.open == ["a", "b"]
        play.complete("b").complete("a")
        assert play.open == ["c"]
        play.complete("c")

    assert three(scene, drawn).open == ["z"]


def test_a_sequential_ad_hoc_sub_process_has_one_activity_at_a_time() -> None:
    drawn = drawing(start(), ad_hoc("o", user("a"), user("b"), ordering="Sequential"), user("z"), "s > o > z")

    def scene(play: Play) -> None:
        play.start()
        assert play.open == ["a"]
        play.complete("a")
        assert play.open == ["b"]
        play.complete("b")

    assert three(scene, drawn).open == ["z"]


@pytest.mark.parametrize(("cancel", "after"), [(True, ["z"]), (False, ["b"])])
def test_the_completion_condition_of_an_ad_hoc_sub_process_is_asked_after_each_activity(
    cancel: bool, after: list[str]
) -> None:
    drawn = drawing(
        start(), ad_hoc("o", user("a"), user("b"), condition="=enough", cancel=cancel), user("z"), "s > o > z"
    )

    play = three(lambda p: p.start({"enough": False}).complete("a", enough=True), drawn)
    assert play.open == after
    if not cancel:
        assert play.complete("b").open == ["z"]


def test_an_ad_hoc_sub_process_whose_condition_never_held_waits_for_a_choice() -> None:
    drawn = drawing(start(), ad_hoc("o", user("a"), user("b"), condition="=enough"), user("z"), "s > o > z")

    def scene(play: Play) -> None:
        play.start({"enough": False}).complete("a").complete("b")
        assert play.waiting == ["o"]
        token = next(view.id for view in play.state.tokens if view.element == "o")
        play.do(commands.ChooseActivities(token=token, elements=["a"]))
        assert play.open == ["a"]
        play.complete("a", enough=True)

    assert three(scene, drawn).open == ["z"]


def test_an_expression_chooses_the_activities_of_an_ad_hoc_sub_process() -> None:
    inner = '<extensionElements><zeebe:adHoc activeElementsCollection="=chosen"/></extensionElements>'
    drawn = drawing(start(), ad_hoc("o", inner, user("a"), user("b"), user("c")), user("z"), "s > o > z")

    play = three(lambda p: p.start({"chosen": ["a", "c"]}), drawn)

    assert play.open == ["a", "c"]
    assert three(lambda p: p.start({"chosen": ["x"]}), drawn).codes == ["unknown_element"]


def test_a_hundred_and_ninety_nested_scopes_do_not_exhaust_the_stack() -> None:
    body = task("t")
    for number in range(190):
        body = sub(f"o{number}", body)
    drawn = drawing(body)

    assert three(lambda p: p.start(), drawn).done


def test_a_sub_process_without_anything_inside_passes() -> None:
    drawn = drawing(start(), sub("o"), boundary("m", "o", message("M")), user("z"), end(), "s > o > z > e")

    assert three(lambda p: p.start(), drawn).open == ["z"]
