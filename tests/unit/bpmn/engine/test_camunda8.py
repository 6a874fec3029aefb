"""Drawings for Camunda 8 run as its documentation says, where the standard leaves room or says otherwise."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import pytest

from tests.unit.bpmn.engine.draw import (
    boundary,
    catch,
    compensate,
    conditional,
    correlated,
    cycle,
    drawing,
    end,
    error,
    escalation,
    io,
    message,
    process,
    script,
    start,
    sub,
    tag,
    throw,
    undone_by,
    user,
    zeebe_multi,
)
from tests.unit.bpmn.engine.play import HEAD, Play, three

ZEEBE = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">'
)


def zeebe(*parts: str, more: str = "") -> str:
    """Return a drawing that is for Camunda 8 because it declares its words, whether it uses them or not."""
    return drawing(*parts, more=more).replace(HEAD, ZEEBE, 1)


def extended(inner: str) -> str:
    return f"<extensionElements>{inner}</extensionElements>"


def test_handlers_of_a_compensation_are_all_begun_at_once() -> None:
    drawn = zeebe(
        start(),
        user("a"),
        undone_by("a", "ua", kind="userTask"),
        user("b"),
        undone_by("b", "ub", kind="userTask"),
        throw("t", compensate()),
        user("z"),
        "s > a > b > t > z",
    )

    def scene(play: Play) -> None:
        play.start().complete("a").complete("b")
        assert sorted(play.open) == ["ua", "ub"]
        play.complete("ua")
        assert play.open == ["ub"]
        play.complete("ub")
        assert play.open == ["z"]

    three(scene, drawn)


@pytest.mark.parametrize("sequential", [True, False])
def test_a_multi_instance_activity_is_compensated_once(sequential: bool) -> None:
    drawn = zeebe(
        start(),
        tag("scriptTask", "a", extended('<zeebe:script expression="=i" resultVariable="r"/>'),
            zeebe_multi("l", "i", sequential=sequential)),
        undone_by("a", "ua", kind="userTask"),
        throw("t", compensate()),
        end(),
        "s > a > t > e",
    )  # fmt: skip
    play = three(lambda p: p.start({"l": [1, 2, 3]}), drawn)
    assert play.open == ["ua"]


def test_a_message_that_starts_an_instance_keeps_what_its_output_mapping_leaves_out() -> None:
    drawn = zeebe(tag("startEvent", "s", io("out id=order.id"), message("go")), user("a"), "s > a")
    play = three(lambda p: p.start({"order": {"id": 7}}, message="go"), drawn)
    assert play.variables == {"id": 7}


@pytest.mark.parametrize("key", [True, ["a"], {"a": 1}])
def test_a_correlation_key_must_be_text_or_a_number(key: object) -> None:
    drawn = zeebe(start(), catch("c", message(correlated("keyed", "=key"))), "s > c")
    assert three(lambda p: p.start({"key": key}), drawn).codes == ["not_a_key"]


@pytest.mark.parametrize(("kind", "catcher"), [("error", error()), ("escalation", escalation())])
def test_an_event_whose_code_is_null_throws_nothing(kind: str, catcher: str) -> None:
    thrown = f'<{kind}EventDefinition {kind}Ref="x"/>'
    root = f'<{kind} id="x" {kind}Code="=code"/><process id="p"'
    inner = sub("u", start("us"), end("ue", thrown), "us > ue")
    drawn = zeebe(start(), inner, boundary("b", "u", catcher), user("z"), end(), "s > u > e", "b > z")
    drawn = drawn.replace('<process id="p"', root, 1)
    assert three(lambda p: p.start({}), drawn).codes == ["event_without_code"]
    assert three(lambda p: p.start({"code": "E"}), drawn).open == ["z"]


@pytest.mark.parametrize("sequential", [True, False])
def test_what_a_loop_has_gathered_so_far_can_be_read_inside(sequential: bool) -> None:
    until = 'count(rs[item = "yes"]) > 0'
    asked = tag("userTask", "a", zeebe_multi("l", "i", "r", "rs", sequential=sequential, until=until))
    drawn = zeebe(start(), asked, user("z"), "s > a > z")
    play = three(lambda p: p.start({"l": [1, 2, 3]}).complete("a", r="no").complete("a", r="yes"), drawn)
    assert (play.open, play.variables["rs"]) == (["z"], ["no", "yes", None])


def test_the_next_of_a_sequence_reads_what_the_one_before_it_made() -> None:
    before = "in prev=if loopCounter = 1 then 0 else rs[loopCounter - 1]"
    task = tag("task", "a", io(before, "out r=prev + i"), zeebe_multi("l", "i", "r", "rs", sequential=True))
    play = three(lambda p: p.start({"l": [1, 2, 3]}), zeebe(start(), task, user("z"), "s > a > z"))
    assert play.variables["rs"] == [1, 3, 6]


def test_the_number_of_an_instance_can_be_what_it_makes() -> None:
    drawn = zeebe(start(), tag("task", "a", zeebe_multi("l", "i", "loopCounter", "rs")), user("z"), "s > a > z")
    assert three(lambda p: p.start({"l": ["x", "y"]}), drawn).variables["rs"] == [1, 2]


def test_a_call_that_passes_only_its_own_variables_passes_the_number_of_its_instance() -> None:
    called = process("q", start("qs"), script("qa", "loopCounter", "n"), end("qe"), "qs > qa > qe")
    words = (
        '<zeebe:calledElement processId="q" propagateAllParentVariables="false" propagateAllChildVariables="false"/>'
    )
    mapped = '<zeebe:ioMapping><zeebe:output source="=n" target="r"/></zeebe:ioMapping>'
    outer = tag("callActivity", "c", extended(words + mapped), zeebe_multi("l", "i", "r", "rs"))
    play = three(
        lambda p: p.start({"l": [5, 6]}, process="p"), zeebe(start(), outer, user("z"), "s > c > z", more=called)
    )
    assert play.variables == {"l": [5, 6], "rs": [1, 2]}


def ad_hoc(chosen: str) -> str:
    words = extended(f"<zeebe:adHoc activeElementsCollection={quoteattr(chosen)}/>")
    inside = tag("userTask", "x", "<documentation>Ask for more</documentation>", name="More") + user("y") + user("w")
    return zeebe(start(), tag("adHocSubProcess", "ah", words, inside, "x > w"), user("z"), "s > ah > z")


def test_an_ad_hoc_sub_process_that_is_told_to_begin_nothing_stays_open() -> None:
    play = three(lambda p: p.start({"els": []}), ad_hoc("=els"))
    assert (play.waiting, play.done) == (["ah"], False)


def test_an_ad_hoc_sub_process_knows_what_can_be_begun_in_it() -> None:
    chosen = '=for e in adHocSubProcessElements[elementName = "More"] return e.elementId'
    play = three(lambda p: p.start(), ad_hoc(chosen))
    assert (play.open, play.variables) == (["x"], {})


@pytest.mark.parametrize(
    ("written", "times"),
    [("=cycle(count(l), duration(pause))", 2), ("=if true then cycle(1, @\"PT1M\") else null", 1),
     ("=cycle(repetitions: 3, interval: duration(pause))", 3), ("=cycle(null, duration(pause))", 5),
     ("=cycle(duration(pause))", 5)],
)  # fmt: skip
def test_a_cycle_may_be_reckoned_in_any_expression(written: str, times: int) -> None:
    watched = boundary("b", "a", cycle(written).replace('"', "&quot;") if "@" in written else cycle(written),
                       interrupting=False)  # fmt: skip
    drawn = zeebe(start(), user("a"), watched, tag("task", "h"), end(), "s > a", "b > h > e")
    play = three(lambda p: p.start({"l": [1, 2], "pause": "PT1M"}).wait("PT5M"), drawn)
    assert play.passed["h"] == times


@pytest.mark.parametrize(("changes", "heard"), [("create", False), ("update", True), ("create, update", True)])
def test_a_filter_says_which_changes_of_its_variables_a_condition_hears(changes: str, heard: bool) -> None:
    filtered = extended(f'<zeebe:conditionalFilter variableEvents="{changes}"/>')
    written = conditional("=x > 5").replace("<condition>", f"{filtered}<condition>")
    drawn = zeebe(start(), user("a"), user("o"), catch("c", written), user("z"), end(), "s > a", "s > o", "s > c > z")

    def scene(play: Play) -> None:
        play.start({"x": 0}).complete("a", x=6)
        assert play.open == (["o", "z"] if heard else ["o"])
        play.complete("o", y=1)
        assert play.open == (["z"] if heard else [])

    three(scene, drawn)


def test_a_job_whose_type_is_null_is_no_job() -> None:
    asked = tag("serviceTask", "a", extended('<zeebe:taskDefinition type="=kind"/>'))
    drawn = zeebe(start(), asked, end(), "s > a > e")
    assert three(lambda p: p.start({}), drawn).codes == ["job_without_type"]
    assert three(lambda p: p.start({"kind": "w"}), drawn).open_jobs == ["a"]


def test_a_condition_that_stays_true_fires_again_when_what_it_reads_changes() -> None:
    watched = boundary("b", "a", conditional("=x > 5"), interrupting=False)
    drawn = zeebe(start(), user("a"), user("o"), user("p"), user("q"), watched, tag("task", "z"), end(),
                  "s > a", "s > o > p > q", "b > z > e")  # fmt: skip

    def scene(play: Play) -> None:
        for element, written, times in (("o", {"x": 6}, 1), ("p", {"y": 1}, 1), ("q", {"x": 7}, 2)):
            play.complete(element, **written)
            assert play.passed["z"] == times

    three(lambda play: scene(play.start({"x": 0})), drawn)
