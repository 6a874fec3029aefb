"""Where a vendor's engine does more than the standard says, its drawings run as there."""

from __future__ import annotations

import pytest

from bpmn.engine import commands
from tests.unit.bpmn.engine.draw import (
    boundary,
    call,
    catch,
    compensate,
    conditional,
    drawing,
    end,
    error,
    escalation,
    event_sub,
    flow,
    inc,
    on,
    par,
    process,
    start,
    sub,
    tag,
    throw,
    undone_by,
    user,
    xor,
    zeebe_multi,
)
from tests.unit.bpmn.engine.play import HEAD, Play, three

_MODEL = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d"'
_XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
CAMUNDA = f'{_MODEL}{_XSI} xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
FLOWABLE = f'{_MODEL}{_XSI} xmlns:flowable="http://flowable.org/bpmn">'
CALLED = process("q", start("qs"), user("qa"), end("qe"), "qs > qa > qe")


def of(head: str, *parts: str, more: str = "") -> str:
    """Return a drawing of one vendor only."""
    return drawing(*parts, more=more).replace(HEAD, head, 1)


def extended(inner: str) -> str:
    return f"<extensionElements>{inner}</extensionElements>"


@pytest.mark.parametrize("definition", [error("E"), escalation("E")])
def test_a_call_hands_back_its_outputs_when_an_error_or_escalation_leaves_it(definition: str) -> None:
    called = process("q", start("qs"), user("qa"), end("qe", definition), "qs > qa > qe")
    outer = tag("callActivity", "c", extended('<camunda:out source="x" target="y"/>'), calledElement="q")
    parts = (start(), outer, boundary("b", "c", definition), user("z"), end(), end("e2"), "s > c > e", "b > z > e2")
    play = three(lambda p: p.start(process="p").complete("qa", x=5), of(CAMUNDA, *parts, more=called))
    assert (play.open, play.variables) == (["z"], {"y": 5})


@pytest.mark.parametrize("out", ['source="x" target="x"', 'variables="all"'])
def test_what_a_call_of_camunda_7_takes_for_itself_is_gone_after_its_output_mappings(out: str) -> None:
    mapped = '<camunda:inputOutput><camunda:outputParameter name="y">${x + 1}</camunda:outputParameter>'
    words = extended(f'<camunda:out {out} local="true"/>{mapped}</camunda:inputOutput>')
    outer = tag("callActivity", "c", words, calledElement="q")
    drawn = of(CAMUNDA, start(), outer, user("z"), "s > c > z", more=CALLED)
    assert three(lambda p: p.start(process="p").complete("qa", x=5), drawn).variables == {"y": 6}


def test_what_catches_inside_the_called_process_hands_nothing_back_yet() -> None:
    handler = event_sub("h", on("hs", error("E")), user("z"), end("he"), "hs > z > he")
    called = process("q", start("qs"), user("qa"), end("qe", error("E")), "qs > qa > qe", handler)
    play = three(
        lambda p: p.start(process="p").complete("qa", x=5),
        of(CAMUNDA, start(), call("c", "q"), end(), "s > c > e", more=called),
    )
    assert (play.open, play.variables) == (["z"], {})


@pytest.mark.parametrize(
    ("passed", "carried"),
    [('source="x" target="y"', {"y": 3}), ('sourceExpression="${x + 1}" target="y"', {"y": 4}),
     ('variables="all"', {"x": 3})],
)  # fmt: skip
def test_a_signal_carries_what_its_drawing_passes(passed: str, carried: dict[str, int]) -> None:
    signal = (
        f'<signalEventDefinition signalRef="signal_g">{extended(f"<camunda:in {passed}/>")}</signalEventDefinition>'
    )
    heard = '<signalEventDefinition signalRef="signal_g"/>'
    parts = (
        start(),
        par("f"),
        catch("c", heard),
        user("a"),
        throw("t", signal),
        end(),
        "s > f > c > e",
        "f > a > t > e",
    )
    play = three(lambda p: p.start({"x": 3}).complete("a"), of(CAMUNDA, *parts))
    assert (play.signals[0].variables, play.variables) == (carried, {"x": 3, **carried})


def test_a_signal_of_the_instance_stays_in_it() -> None:
    def run(play: Play) -> None:
        assert not play.start().subscriptions
        assert sorted(play.signal("G").open) == ["a", "t"]
        assert not play.complete("a").signals

    scoped = '<signal id="g" name="G" flowable:scope="processInstance"/>'
    definition = '<signalEventDefinition signalRef="g"/>'
    parts = (start(), par("f"), user("t"), boundary("b", "t", definition), user("h"), user("a"), throw("x", definition))
    drawn = of(f"{FLOWABLE}{scoped}", *parts, "s > f > t", "f > a > x", "b > h")
    assert three(run, drawn).open == ["h"]


def test_an_error_says_what_its_definition_says() -> None:
    head = CAMUNDA + '<error id="er" errorCode="E" camunda:errorMessage="out of ${thing}"/>'
    caught = '<errorEventDefinition errorRef="er" camunda:errorCodeVariable="c" camunda:errorMessageVariable="m"/>'
    inner = sub("u", start("us"), end("ue", '<errorEventDefinition errorRef="er"/>'), "us > ue")
    parts = (start(), inner, boundary("b", "u", caught), user("z"), end(), "s > u > e", "b > z > e")
    play = three(lambda p: p.start({"thing": "ink"}), of(head, *parts))
    assert play.variables == {"thing": "ink", "c": "E", "m": "out of ink"}


@pytest.mark.parametrize(("head", "times"), [(CAMUNDA, 2), (f"{_MODEL}>", 1)])
def test_a_condition_that_stays_true_fires_again_at_each_change_only_in_camunda_7(head: str, times: int) -> None:
    watched = boundary("b", "a", conditional("${x > 5}"), interrupting=False)
    someone = {} if times == 1 else {"camunda:assignee": "mary"}  # a dialect is one whose words are used
    other = user("o", **someone)
    parts = (start(), user("a"), other, watched, user("z"), end(), "s > a > e", "s > o > e", "b > z > e")

    def scene(play: Play) -> None:
        play.start({"x": 0}).complete("o", x=6)
        assert play.open == ["a", "z"]
        play.complete("z", x=7)
        assert play.open.count("z") == times - 1

    three(scene, of(head, *parts))


def test_a_condition_of_one_variable_is_asked_only_when_that_changes() -> None:
    written = conditional("${true}").replace(
        "<conditionalEventDefinition", '<conditionalEventDefinition camunda:variableName="y"'
    )
    watched = boundary("b", "a", written, interrupting=False)
    parts = (
        start(),
        user("a"),
        user("o"),
        user("o2"),
        watched,
        user("z"),
        end(),
        "s > a > e",
        "s > o > o2 > e",
        "b > z > e",
    )

    def scene(play: Play) -> None:
        play.start().complete("z").complete("o", x=1)
        assert play.open == ["a", "o2"]
        play.complete("o2", y=1)
        assert play.open == ["a", "z"]

    three(scene, of(CAMUNDA, *parts))


@pytest.mark.parametrize(("written", "open_"), [("", ["o", "n", "u"]), ('flowable:terminateAll="true"', [])])
def test_a_terminate_end_ends_its_scope_or_the_whole_instance(written: str, open_: list[str]) -> None:
    stop = end("t", f"<terminateEventDefinition {written}/>")
    inner = sub("v", start("vs"), user("a"), stop, "vs > a > t")
    parts = (start(), inner, user("n"), user("o"), user("u"), end(), "s > v > n > e", "s > o > e", "s > u > e")
    play = three(lambda p: p.start().complete("a"), of(FLOWABLE, *parts))
    assert (play.open, play.done) == (sorted(open_), not open_)


def test_terminating_the_instance_from_a_called_process_ends_the_caller() -> None:
    stop = end("qe", '<terminateEventDefinition flowable:terminateAll="true"/>')
    called = process("q", start("qs"), user("qa"), stop, "qs > qa > qe")
    parts = (start(), tag("callActivity", "c", calledElement="q"), user("z"), end(), "s > c > z > e")
    play = three(lambda p: p.start(process="p").complete("qa"), of(FLOWABLE, *parts, more=called))
    assert play.done


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_terminate_end_ends_the_loop_around_it(sequential: str) -> None:
    stop = end("t", '<terminateEventDefinition flowable:terminateMultiInstance="true"/>')
    loop = f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>3</loopCardinality>'
    inner = sub("u", start("us"), user("a"), stop, "us > a > t", f"{loop}</multiInstanceLoopCharacteristics>")
    play = three(lambda p: p.start().complete("a"), of(FLOWABLE, start(), inner, user("z"), end(), "s > u > z > e"))
    assert play.open == ["z"]


def test_a_call_that_passes_nothing_on_still_passes_its_own_input_mappings() -> None:
    words = '<zeebe:calledElement processId="q" propagateAllParentVariables="false"/><zeebe:ioMapping>' \
            '<zeebe:input source="=x + 1" target="i"/></zeebe:ioMapping>'  # fmt: skip
    outer = tag("callActivity", "c", extended(words))
    play = three(
        lambda p: p.start({"x": 3, "secret": 1}, process="p"),
        drawing(start(), outer, end(), "s > c > e", more=CALLED),
    )
    (task,) = play.tasks.values()
    assert task.variables == {"i": 4}


def test_the_variable_that_an_output_element_reads_is_written_in_each_instance() -> None:
    words = (
        '<zeebe:taskDefinition type="a"/><zeebe:ioMapping><zeebe:output source="=res" target="r"/></zeebe:ioMapping>'
    )
    many = zeebe_multi("items", "item", "r", "out")
    parts = (start(), tag("serviceTask", "a", extended(words), many), end(), "s > a > e")
    play = three(lambda p: p.start({"items": [1, 2]}).job("a", res=7).job("a", res=8), drawing(*parts))
    assert play.variables == {"items": [1, 2], "out": [7, 8]}


@pytest.mark.parametrize("head", [CAMUNDA, FLOWABLE])
def test_handlers_of_a_compensation_that_wait_hold_up_no_other(head: str) -> None:
    handlers = (undone_by("a", "ua", kind="userTask"), undone_by("b", "ub", kind="userTask"))
    inner = sub("o", start("os"), user("a"), user("b"), end("oe"), "os > a > b > oe", *handlers)
    undo = throw("t", compensate())

    def run(play: Play) -> None:
        play.start().complete("a").complete("b")
        assert [play.tasks[token].element for token in sorted(play.tasks)] == ["ub", "ua"]
        play.complete("ua").complete("ub")

    assert three(run, of(head, start(), inner, undo, user("z"), "s > o > t > z")).open == ["z"]


@pytest.mark.parametrize("head", [CAMUNDA, FLOWABLE])
def test_handlers_of_a_compensation_that_are_jobs_run_one_after_the_other(head: str) -> None:
    handlers = (undone_by("a", "ua"), undone_by("b", "ub"), undone_by("c", "uc", kind="userTask"))
    inner = sub("o", start("os"), user("a"), user("b"), user("c"), end("oe"), "os > a > b > c > oe", *handlers)

    def run(play: Play) -> None:
        play.start().complete("a").complete("b").complete("c")
        assert (play.open, play.open_jobs) == (["uc"], ["ub"])
        play.complete("uc")
        assert play.open_jobs == ["ub"]
        play.job("ub")
        assert play.open_jobs == ["ua"]
        play.job("ua")

    assert three(run, of(head, start(), inner, throw("t", compensate()), user("z"), "s > o > t > z")).open == ["z"]


@pytest.mark.parametrize(("head", "caught_by"), [(CAMUNDA, "y"), (FLOWABLE, "z")])
def test_in_camunda_7_an_interrupted_scope_still_catches_the_errors_of_its_handlers(head: str, caught_by: str) -> None:
    def handler(name: str, definition: str, *parts: str) -> str:
        return event_sub(name, on(f"{name}-s", definition), *parts)

    first = handler("h1", error("A"), user("x"), end("xe", error("B")), "h1-s > x > xe")
    second = handler("h2", error("B"), user("y"), end("ye"), "h2-s > y > ye")
    inner = sub("o", start("os"), end("oe", error("A")), "os > oe", first, second)
    outer = (start(), inner, boundary("b", "o", error("B")), user("z"), "s > o", "b > z")
    assert three(lambda p: p.start().complete("x"), of(head, *outer)).open == [caught_by]


def test_the_counters_of_a_loop_do_not_come_back_from_a_called_process() -> None:
    outer = tag(
        "callActivity", "c", extended('<zeebe:calledElement processId="q"/>'), zeebe_multi("items", "item", "k", "out")
    )
    text = drawing(start(), outer, end(), "s > c > e", more=CALLED)
    play = three(lambda p: p.start({"items": [1, 2]}, process="p").complete("qa", k=1).complete("qa", k=2), text)
    assert play.variables == {"items": [1, 2], "out": [1, 2]}


@pytest.mark.parametrize(("written", "times"), [("", 5), ('flowable:endDate="2026-01-01T14:30:00Z"', 2)])
def test_a_repetition_ends_at_its_end_date(written: str, times: int) -> None:
    cycle = f"<timerEventDefinition><timeCycle {written}>R5/PT1H</timeCycle></timerEventDefinition>"
    parts = (
        start(),
        user("a"),
        boundary("b", "a", cycle, interrupting=False),
        user("z"),
        end(),
        "s > a > e",
        "b > z > e",
    )
    play = three(lambda p: p.start().wait("PT9H"), of(FLOWABLE, *parts))
    assert play.open.count("z") == times


@pytest.mark.parametrize(("head", "fired"), [(CAMUNDA, 2), (FLOWABLE, 1)])
def test_a_condition_that_stays_true_fires_at_the_change_of_another_variable_in_camunda_7(
    head: str, fired: int
) -> None:
    watched = boundary("b", "u", conditional("${x > 5}"), interrupting=False)
    parts = (start(), par("f"), user("u"), user("v"), user("w"), watched, user("h"), end(), end("e2"), end("e3"))
    flows = ("s > f > u > e", "f > v > w > e2", "b > h > e3")
    play = three(lambda p: p.start(process="p").complete("v", x=6).complete("w", y=1), of(head, *parts, *flows))
    assert play.open.count("h") == fired


@pytest.mark.parametrize(("head", "first"), [(CAMUNDA, ["b"]), (FLOWABLE, ["b"]), (f"{_MODEL}{_XSI}>", ["b", "z"])])
def test_an_inclusive_join_of_these_vendors_waits_for_all_that_can_reach_it(head: str, first: list[str]) -> None:
    ways = flow("x", "m", "${back}") + flow("x", "j", "${!back}")
    parts = (start(), par("f"), user("a"), xor("m"), user("b"), xor("x"), inc("j"), user("z"), end(), ways)
    flows = ("s > f > m > a > j", "f > b > x", "j > z > e")
    drawn = of(head, *parts, *flows)
    assert sorted(three(lambda p: p.start(process="p").complete("a"), drawn).open) == first
    if first == ["b"]:
        again = three(lambda p: p.start(process="p").complete("a").complete("b", back=True).complete("a"), drawn)
        assert again.open == ["z"]


@pytest.mark.parametrize("head", [CAMUNDA, FLOWABLE])
def test_a_sequence_counts_its_last_instance_as_active_when_it_is_asked_for_its_end(head: str) -> None:
    asked = "<completionCondition>${nrOfActiveInstances == 1 and nrOfCompletedInstances == 2}</completionCondition>"
    loop = f'<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3</loopCardinality>{asked}'
    listed = user("a", f"{loop}</multiInstanceLoopCharacteristics>")
    parts = (start(), listed, user("z"), end(), "s > a > z > e")
    play = three(lambda p: p.start(process="p").complete("a").complete("a"), of(head, *parts))
    assert play.open == ["z"]


def test_each_instance_knows_its_number_by_the_name_that_flowable_gives_it() -> None:
    words = 'flowable:collection="l" flowable:elementVariable="one" flowable:elementIndexVariable="at"'
    who = {"flowable:assignee": "${one}-${at}"}
    listed = tag("userTask", "a", f"<multiInstanceLoopCharacteristics {words}/>", **who)
    play = three(lambda p: p.start({"l": ["x", "y"]}, process="p"), of(FLOWABLE, start(), listed, end(), "s > a > e"))
    assert sorted(task.assignee for task in play.tasks.values()) == ["x-0", "y-1"]


@pytest.mark.parametrize(
    ("events", "after_first", "after_second"),
    [("create", ["h", "u", "w"], ["h", "u"]), ("update", ["u", "w"], ["h", "u"]), ("create, update", None, None)],
)
def test_a_condition_hears_only_the_kinds_of_changes_it_names(
    events: str, after_first: list[str] | None, after_second: list[str] | None
) -> None:
    words = f'<conditionalEventDefinition camunda:variableName="y" camunda:variableEvents="{events}"'
    written = conditional("${y > 5}").replace("<conditionalEventDefinition", words)
    watched = boundary("b", "u", written, interrupting=False)
    parts = (start(), par("f"), user("u"), user("v"), user("w"), watched, user("h"), end(), end("e2"), end("e3"))
    flows = ("s > f > u > e", "f > v > w > e2", "b > h > e3")
    play = three(lambda p: p.start(process="p").complete("v", y=6), of(CAMUNDA, *parts, *flows))
    assert sorted(play.open) == (after_first or ["h", "u", "w"])
    play = three(lambda p: p.start(process="p").complete("v", y=6).complete("w", y=7), of(CAMUNDA, *parts, *flows))
    assert sorted(play.open) == (after_second or ["h", "h", "u"])


@pytest.mark.parametrize(("bad", "expected"), [(True, ["h"]), (False, ["z"])])
def test_a_completed_external_task_throws_the_error_whose_condition_holds(bad: bool, expected: list[str]) -> None:
    words = extended('<camunda:errorEventDefinition errorRef="error_E" expression="${bad}"/>')
    outside = tag("serviceTask", "a", words, **{"camunda:type": "external", "camunda:topic": "t"})
    parts = (start(), outside, boundary("b", "a", error("E")), user("h"), user("z"), end(), end("e2"))
    play = three(lambda p: p.start(process="p").job("a", bad=bad), of(CAMUNDA, *parts, "s > a > z > e", "b > h > e2"))
    assert (play.open, play.variables) == (expected, {"bad": bad})


@pytest.mark.parametrize("switch", ["_FLOWABLE_SKIP_EXPRESSION_ENABLED", "_ACTIVITI_SKIP_EXPRESSION_ENABLED", "other"])
@pytest.mark.parametrize("asked", [True, False])
def test_an_activity_is_skipped_where_skipping_is_switched_on(switch: str, asked: bool) -> None:
    words = {"flowable:skipExpression": "${asked}"}
    parts = (start(), tag("userTask", "a", **words), tag("serviceTask", "j", **words), user("z"), end())
    play = three(
        lambda p: p.start({switch: True, "asked": asked}, process="p"), of(FLOWABLE, *parts, "s > a > j > z > e")
    )
    assert play.open == (["z"] if asked and switch != "other" else ["a"])


def test_candidates_are_those_of_a_vendors_words_and_the_standards() -> None:
    text = "<resourceAssignmentExpression><formalExpression>user(bob), sales</formalExpression>"
    owner = f"<potentialOwner>{text}</resourceAssignmentExpression></potentialOwner>"
    asked = tag("userTask", "a", owner).replace("<userTask", '<userTask camunda:candidateGroups="${groups}"')
    play = three(lambda p: p.start({"groups": ["board", "sales"]}), of(CAMUNDA, start(), asked, "s > a"))
    (opened,) = play.tasks.values()
    assert (opened.candidate_users, opened.candidate_groups) == (("bob",), ("board", "sales"))


def test_the_initiator_is_nobody_where_nobody_in_particular_starts() -> None:
    who = {"camunda:assignee": "${who}"}
    parts = (start("s", **{"camunda:initiator": "who"}), tag("userTask", "a", **who), end(), "s > a > e")
    play = three(lambda p: p.start(process="p"), of(CAMUNDA, *parts))
    assert (play.open, play.variables) == (["a"], {"who": None})


@pytest.mark.parametrize(("on", "expected"), [(True, "a"), (False, "z")])
def test_the_skip_expression_of_a_flow_stands_for_its_condition(on: bool, expected: str) -> None:
    def way(target: str, condition: str, skip: str) -> str:
        words = f'flowable:skipExpression="{skip}" sourceRef="g"'
        return flow("g", target, condition).replace('sourceRef="g"', words)

    ways = way("a", "${false}", "${true}") + way("z", "${true}", "${false}")
    parts = (start(), xor("g"), user("a"), user("z"), end(), "s > g", ways, "a > e", "z > e")
    variables = {"_FLOWABLE_SKIP_EXPRESSION_ENABLED": on}
    assert three(lambda p: p.start(variables, process="p"), of(FLOWABLE, *parts)).open == [expected]


@pytest.mark.parametrize(
    ("until", "expected"),
    [("", [{"ok": False, "n": 2}, {"ok": True, "n": 1}]), ("${!ok}", [{"ok": False, "n": 2}])],
)
def test_variables_of_the_instances_that_ended_are_aggregated(until: str, expected: list[object]) -> None:
    inside = '<variable source="ok"/><variable sourceExpression="${one}" target="n"/>'
    gathered = extended(f'<flowable:variableAggregation target="all">{inside}</flowable:variableAggregation>')
    ends = f"<completionCondition>{until}</completionCondition>" if until else ""
    words = 'isSequential="true" flowable:collection="l" flowable:elementVariable="one"'
    listed = user("a", f"<multiInstanceLoopCharacteristics {words}>{gathered}{ends}</multiInstanceLoopCharacteristics>")
    play = three(
        lambda p: p.start({"l": [2, 1]}, process="p").complete("a", ok=False).complete("z" if until else "a", ok=True),
        of(FLOWABLE, start(), listed, user("z"), end(), "s > a > z > e"),
    )
    assert play.variables["all"] == expected


def test_a_data_object_gives_its_value_to_whom_nobody_gave_one() -> None:
    def data(name: str, kind: str, value: str) -> str:
        inner = extended(f"<flowable:value>{value}</flowable:value>")
        return f'<dataObject id="d{name}" name="{name}" itemSubjectRef="xsd:{kind}">{inner}</dataObject>'

    inside = sub("u", start("us"), user("a"), end("ue"), "us > a > ue", data("where", "string", "inside"))
    data_objects = (data("n", "int", "7"), data("t", "string", "7"), data("b", "boolean", "true"))
    parts = (*data_objects, start(), inside, end(), "s > u > e")
    play = three(lambda p: p.start({"b": False}, process="p"), of(FLOWABLE, *parts))
    assert play.variables == {"n": 7, "t": "7", "b": False}
    (asked,) = play.tasks.values()
    assert asked.variables["where"] == "inside"


def gathering(*parts: str, more: str = "", ordering: str | None = None) -> str:
    words = extended('<zeebe:adHoc activeElementsCollection="=els" outputCollection="made" outputElement="=r"/>')
    inner = tag("adHocSubProcess", "ah", words, *parts, *([more] if more else []), ordering=ordering)
    return drawing(start(), inner, user("z"), end(), "s > ah > z > e")


@pytest.mark.parametrize("ordering", [None, "Sequential"])
def test_an_ad_hoc_sub_process_gathers_what_its_activities_made(ordering: str | None) -> None:
    def run(play: Play) -> Play:
        return play.start({"els": ["a", "b"]}).complete("a", r=1, x=5).complete("b", r=2)

    play = three(run, gathering(user("a"), user("b"), user("c"), ordering=ordering))
    assert (play.open, play.variables) == (["z"], {"els": ["a", "b"], "made": [1, 2], "x": 5})


def test_an_ad_hoc_sub_process_of_flowable_begins_what_somebody_chooses() -> None:
    done = "<completionCondition>${done}</completionCondition>"
    inner = tag("adHocSubProcess", "ah", user("a"), user("b"), done)

    def run(play: Play) -> None:
        play.start({"done": False})
        assert play.open == []
        token = next(view.id for view in play.state.tokens if view.element == "ah")
        play.do(commands.ChooseActivities(token=token, elements=["b"]))
        play.complete("b", done=True)

    assert three(run, of(FLOWABLE, start(), inner, user("z"), "s > ah > z")).open == ["z"]


def test_what_was_gathered_so_far_can_end_an_ad_hoc_sub_process() -> None:
    done = "<completionCondition>=count(made) = 1</completionCondition>"
    play = three(lambda p: p.start({"els": ["a", "b"]}).complete("b", r=7), gathering(user("a"), user("b"), more=done))
    assert (play.open, play.variables["made"]) == (["z"], [7])


def test_a_process_of_spiff_takes_and_gives_only_what_it_declares() -> None:
    declared = '<ioSpecification><dataInput id="x"/><dataOutput id="y"/><inputSet/><outputSet/></ioSpecification>'
    called = process("q", declared, start("qs"), user("qa"), end("qe"), "qs > qa > qe")
    head = _MODEL + ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core">'
    outer = (start(), tag("callActivity", "c", calledElement="q"), end(), "s > c > e")

    def scene(play: Play) -> None:
        play.start({"x": 1, "z": 9}, process="p")
        assert play.tasks[play.task("qa")].variables == {"x": 1}
        play.complete("qa", y=2, junk=3)
        assert play.variables == {"x": 1, "z": 9, "y": 2}

    three(scene, of(head, *outer, more=called))
