"""What commands do, and what the engine refuses without changing anything."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bpmn.engine import (
    Budget,
    Command,
    CommandRefused,
    Happened,
    Status,
    advance,
    codec,
    commands,
    effects,
    start,
    start_events,
)
from tests.unit.bpmn.engine.draw import (
    ad_hoc,
    boundary,
    call,
    catch,
    compensate,
    correlated,
    drawing,
    end,
    event_gateway,
    event_sub,
    flow,
    io,
    message,
    multi,
    on,
    par,
    process,
    script,
    service,
    signal,
    sub,
    tag,
    task,
    throw,
    timer,
    undone_by,
    user,
    xor,
)
from tests.unit.bpmn.engine.draw import (
    start as begin,
)
from tests.unit.bpmn.engine.play import NOON, Play, three

SIMPLE = drawing(begin(), user("a"), service("b"), end(), "s > a > b > e")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (commands.CompleteTask(token=99), "unknown_token"),
        (commands.CompleteTask(token=1), "not_waiting"),
        (commands.CompleteJob(token=3), "not_waiting"),
        (commands.DeliverMessage(token=3), "not_waiting"),
        (commands.FireTimer(token=3), "not_waiting"),
        (commands.TriggerReceive(token=3), "not_waiting"),
        (commands.RetryIncident(token=3), "no_incident"),
        (commands.ThrowError(token=1, code="E"), "not_waiting"),
        (commands.ChooseActivities(token=3, elements=["a"]), "not_waiting"),
        (commands.Modify(activate=["nowhere"]), "unknown_element"),
        (commands.Modify(cancel_tokens=[1]), "unknown_token"),
        (commands.Modify(cancel_elements=["b"]), "unknown_element"),
        (commands.SetVariables(token=77, variables={}), "unknown_token"),
    ],
)
def test_a_command_that_does_not_fit_is_refused_and_changes_nothing(command: Command, code: str) -> None:
    play = Play(SIMPLE).start()
    before = codec.dump(play.state).data

    with pytest.raises(CommandRefused) as refused:
        advance(play.state, [command], host=play.world, now=NOON)

    assert refused.value.code == code
    assert str(refused.value)
    assert codec.dump(play.state).data == before


def test_one_command_that_is_refused_takes_the_others_of_the_call_with_it() -> None:
    play = Play(SIMPLE).start()

    with pytest.raises(CommandRefused):
        play.do(commands.CompleteTask(token=3), commands.CompleteTask(token=3))

    assert play.complete("a").open_jobs == ["b"]


def test_a_bug_in_the_host_leaves_the_given_state_as_it_was() -> None:
    drawn = drawing(begin(), user("a"), tag("businessRuleTask", "d", **{"camunda:decisionRef": "x"}), "s > a > d")

    def broken(variables: object) -> object:
        raise ZeroDivisionError

    play = Play(drawn, decisions={"x": broken}).start()
    with pytest.raises(ZeroDivisionError):
        play.complete("a")

    play.world.decisions = {"x": 1}
    assert play.complete("a").done


def test_a_finished_instance_takes_no_more_commands() -> None:
    play = Play(SIMPLE).start().complete("a").job("b")

    with pytest.raises(CommandRefused) as refused:
        play.do(commands.SetVariables(variables={"x": 1}))

    assert refused.value.code == "not_active"


def test_cancelling_closes_everything_and_keeps_the_variables() -> None:
    drawn = drawing(
        begin(),
        par("f"),
        user("a"),
        boundary("t", "a", timer("PT1H")),
        catch("m", message("M")),
        "s > f > a",
        "f > m",
    )

    play = three(lambda p: p.start({"x": 1}).do(commands.CancelInstance(reason="test")), drawn)

    assert play.status is Status.CANCELLED
    assert play.variables == {"x": 1}


def test_variables_can_be_set_at_the_scope_of_a_token() -> None:
    drawn = drawing(begin(), service("a", io("in x=1")), user("z"), "s > a > z")

    play = three(lambda p: p.start({"x": 5}).do(commands.SetVariables(variables={"x": 2}, token=3)), drawn)

    assert play.variables == {"x": 5}
    written = play.history[-1]
    assert (written.happened, written.wrote) == (Happened.WROTE, {"x": 2})


def test_several_results_can_come_in_one_call() -> None:
    drawn = drawing(begin(), service("a", multi(cardinality="5")), end(), "s > a > e")

    play = three(
        lambda p: p.start().do(*[commands.CompleteJob(token=t, variables={"n": t}) for t in sorted(p.jobs)]),
        drawn,
    )

    assert play.done


@pytest.mark.parametrize("budget", [Budget(nodes=2), Budget(seconds=0)])
def test_a_step_cut_by_the_budget_goes_on_where_it_stopped(budget: Budget) -> None:
    drawn = drawing(begin(), task("a"), task("b"), task("c"), end(), "s > a > b > c > e")
    play = Play(drawn)

    first = start(ref="p", host=play.world, variables={}, now=NOON, budget=budget)
    assert (first.resting, first.status) == (False, Status.ACTIVE)
    state = codec.load(codec.dump(first.state).data, dict)
    second = advance(state, [commands.Resume()], host=play.world, now=NOON)

    assert (second.resting, second.status) == (True, Status.COMPLETED)
    assert [e.element for e in (*first.history, *second.history)] == ["s", "a", "b", "c", "e"]


def test_a_loop_without_end_becomes_an_incident_after_the_allowed_steps() -> None:
    drawn = drawing(begin(), xor("m"), task("a"), "s > m > a > m")

    play = three(lambda p: p.start(), drawn, budget=Budget(endless=500))

    assert play.codes == ["endless_loop"]
    assert 490 < len(play.history) <= 501


def test_a_loop_that_breeds_tokens_is_stopped() -> None:
    drawn = drawing(
        begin(), par("m"), task("a"), "s > m", flow("m", "a", id="x"), flow("m", "a", id="y"), "a > m"
    ).replace("parallelGateway", "task")

    play = three(lambda p: p.start(), drawn, budget=Budget(tokens=30, endless=500))

    assert "too_many_tokens" in play.codes


def test_the_start_event_can_be_chosen() -> None:
    drawn = drawing(
        begin("none"),
        begin("m1", message("M1")),
        begin("m2", message("M2")),
        user("a"),
        user("b"),
        user("c"),
        "none > a",
        "m1 > b",
        "m2 > c",
    )

    assert three(lambda p: p.start(), drawn).open == ["a"]
    assert three(lambda p: p.start(message="M2"), drawn).open == ["c"]


def test_starts_that_are_not_there_are_refused() -> None:
    drawn = drawing(begin("m1", message("M1")), begin("m2", message("M2")), task("a"), "m1 > a", "m2 > a")
    play = Play(drawn)

    for at, code in ((None, "no_start"), ("a", "unknown_start"), ("x", "unknown_start")):
        with pytest.raises(CommandRefused) as refused:
            play.start(at=at)
        assert refused.value.code == code


def test_an_event_gateway_can_start_a_process_by_the_event_that_came() -> None:
    drawn = drawing(
        tag("eventBasedGateway", "g", instantiate="true"),
        catch("m1", message("M1")),
        catch("m2", message("M2")),
        user("a"),
        user("b"),
        "g > m1 > a",
        "g > m2 > b",
    )

    assert three(lambda p: p.start(message="M2"), drawn).open == ["b"]


def test_a_user_task_tells_who_should_do_it_until_when() -> None:
    attributes = {
        "camunda:assignee": "${owner}",
        "camunda:candidateGroups": "a, b",
        "camunda:dueDate": "2026-02-01T10:00:00Z",
        "camunda:followUpDate": "${'P1D'}",
        "camunda:priority": "70",
        "camunda:formKey": "f1",
    }
    play = three(lambda p: p.start({"owner": "ann"}), drawing(begin(), user("a", **attributes), "s > a"))

    opened = play.tasks[3]

    assert (opened.assignee, opened.candidate_groups, opened.priority, opened.form_key) == (
        "ann",
        ("a", "b"),
        70,
        "f1",
    )
    assert opened.due_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert opened.follow_up_at == datetime(2026, 1, 2, 12, tzinfo=UTC)


def test_a_user_task_that_nobody_is_named_for_goes_to_its_lane() -> None:
    lanes = '<laneSet id="ls"><lane id="l" name="Clerks"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    play = three(lambda p: p.start(), drawing(lanes, begin(), user("a"), "s > a"))

    assert play.tasks[3].candidate_groups == ("Clerks",)


def test_a_due_date_that_is_none_is_an_incident() -> None:
    drawn = drawing(begin(), user("a", **{"camunda:dueDate": "soon"}), "s > a")

    assert three(lambda p: p.start(), drawn).codes == ["not_a_date"]


def test_a_thrown_message_carries_what_is_mapped_into_it() -> None:
    name = correlated("Out", "=order")
    thrown = throw("t", io("in amount=total"), message(name))

    play = three(lambda p: p.start({"order": 7, "total": 3}), drawing(begin(), thrown, end(), "s > t > e"))

    (sent,) = play.sent
    assert (sent.name, sent.correlation_key, sent.variables) == ("Out", "7", {"amount": 3})


def test_what_opens_and_closes_within_one_call_is_not_told() -> None:
    drawn = drawing(
        begin(),
        sub("o", begin("s1"), task("a"), "s1 > a"),
        boundary("t", "o", timer("PT1H")),
        boundary("m", "o", message("M")),
        end(),
        "s > o > e",
    )

    play = Play(drawn).start()

    assert play.done
    assert play.effects == []


def test_modifying_moves_a_token_and_opens_the_scopes_around_it() -> None:
    drawn = drawing(
        begin(),
        user("a"),
        sub(
            "o",
            begin("s1"),
            user("b"),
            sub("i", begin("s2"), user("c"), user("d"), "s2 > c > d"),
            "s1 > b > i",
        ),
        boundary("t", "o", timer("PT1H")),
        user("z"),
        "s > a > o > z",
        "t > z",
    )

    def scene(play: Play) -> None:
        play.start().do(commands.Modify(cancel_elements=["a"], activate=["d"], variables={"x": 1}))
        assert play.open == ["d"]
        assert len(play.timers) == 1
        play.do(commands.Modify(activate=["c"]))
        assert play.open == ["c", "d"]
        play.complete("c").complete("d").complete("d")

    play = three(scene, drawn)
    assert play.open == ["z"]


def test_cancelling_the_last_token_of_a_scope_finishes_the_scope() -> None:
    drawn = drawing(begin(), sub("o", begin("s1"), user("b"), "s1 > b"), user("z"), "s > o > z")

    assert three(lambda p: p.start().do(commands.Modify(cancel_elements=["b"])), drawn).open == ["z"]


def test_cancelling_an_instance_of_a_loop_counts_it_as_gone() -> None:
    drawn = drawing(begin(), user("a", multi(cardinality="2")), user("z"), "s > a > z")

    def scene(play: Play) -> None:
        play.start().do(commands.Modify(cancel_tokens=[min(play.tasks)]))
        play.complete("a")

    assert three(scene, drawn).open == ["z"]


def test_migrating_to_an_equal_version_changes_nothing_but_the_version() -> None:
    body = (begin(), user("a"), boundary("t", "a", timer("PT1H")), user("z"), "s > a > z", "t > z")
    play = Play(drawing(*body), drawing(*body, process="p2")).start(process="p")

    advanced = advance(play.state, [commands.Migrate(ref="p2")], host=play.world, now=NOON)

    here = [(view.id, view.element, "p2") for view in play.state.tokens[1:]]
    assert [(e.token, e.element, e.process) for e in advanced.effects if isinstance(e, effects.Moved)] == here
    assert len(advanced.effects) == len(here)
    (told,) = advanced.history
    assert (told.happened, told.detail) == (Happened.MIGRATED, {"from": "p", "to": "p2", "mapping": {}})
    assert [view.process for view in advanced.state.tokens] == ["p2"] * 3
    assert [view.id for view in advanced.state.tokens] == [view.id for view in play.state.tokens]


def test_migrating_goes_on_in_the_other_version_with_new_and_without_old_boundary_events() -> None:
    old = drawing(begin(), user("a"), boundary("t", "a", timer("PT1H")), user("z"), "s > a > z", "t > z")
    new = drawing(begin(), user("b"), boundary("m", "b", message("M")), user("y"), "s > b > y", "m > y", process="p2")

    def scene(play: Play) -> None:
        play.start(process="p").do(commands.Migrate(ref="p2", mapping={"a": "b"}))
        assert not play.timers
        assert len(play.subscriptions) == 1
        assert [e.element for e in play.effects if isinstance(e, effects.Moved)] == ["b"]
        play.complete("b")

    assert three(scene, old, new).open == ["y"]


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ((begin(), user("x"), "s > x"), "element_missing"),
        ((begin(), service("a"), "s > a"), "element_changed"),
        ((begin(), sub("o", begin("s1"), user("a"), "s1 > a"), "s > o"), "scope_changed"),
        ((begin(), user("a", multi(cardinality="2")), "s > a"), "element_changed"),
    ],
)
def test_a_token_that_cannot_move_is_named(new: tuple[str, ...], code: str) -> None:
    from bpmn.engine import migration_problems

    play = Play(drawing(begin(), user("a"), "s > a"), drawing(*new, process="p2")).start(process="p")
    command = commands.Migrate(ref="p2")

    (problem,) = migration_problems(play.state, command, host=play.world, now=NOON)

    assert (problem.code, problem.element) == (code, "a")
    with pytest.raises(CommandRefused):
        play.do(command)


def test_a_token_in_a_join_moves_only_with_its_flow() -> None:
    from bpmn.engine import migration_problems

    body = (begin(), par("f"), task("a"), user("b"), par("j"), end(), "f > b > j > e", "s > f > a")
    play = Play(
        drawing(*body, flow("a", "j")),
        drawing(*body, flow("a", "j", id="other"), process="p2"),
        drawing(*body, flow("a", "j"), process="p3"),
    ).start(process="p")

    problems = migration_problems(play.state, commands.Migrate(ref="p2"), host=play.world, now=NOON)
    assert [problem.code for problem in problems] == ["flow_missing"]
    assert play.do(commands.Migrate(ref="p2", mapping={"a-j": "other"})).complete("b").done


def test_a_called_process_keeps_its_version_when_the_caller_migrates() -> None:
    body = (begin(), call("c", "q"), user("z"), "s > c > z")
    play = Play(
        drawing(*body, more=process("q", begin("qs"), user("w"), "qs > w")), drawing(*body, process="p2")
    ).start(process="p")

    play.do(commands.Migrate(ref="p2"))

    assert [view.process for view in play.state.tokens] == ["p2", "p2", "q", "q"]
    assert play.complete("w").open == ["z"]


def test_an_event_that_waits_for_two_things_takes_the_first() -> None:
    drawn = drawing(begin(), catch("c", message("M"), signal("S"), timer("PT1H")), user("z"), "s > c > z")

    for act in (lambda p: p.message("M"), lambda p: p.signal("S"), lambda p: p.wait("PT1H")):
        play = three(lambda p, act=act: act(p.start()), drawn)
        assert play.open == ["z"]
        assert not play.timers


def test_a_parallel_multiple_event_waits_for_all() -> None:
    drawn = drawing(
        begin(),
        tag("intermediateCatchEvent", "c", message("M"), signal("S"), parallelMultiple="true"),
        user("z"),
        "s > c > z",
    )

    def scene(play: Play) -> None:
        play.start().message("M", x=1)
        assert play.open == []
        play.signal("S", y=2)

    play = three(scene, drawn)
    assert play.open == ["z"]
    assert play.variables == {"x": 1, "y": 2}


def test_a_receive_task_without_message_waits_for_anybody() -> None:
    drawn = drawing(begin(), tag("receiveTask", "r"), boundary("t", "r", timer("PT1H")), user("z"), "s > r > z")

    assert three(lambda p: p.start().trigger("r", x=1), drawn).variables == {"x": 1}


def test_choosing_activities_twice_opens_them_twice() -> None:
    drawn = drawing(begin(), ad_hoc("o", user("a"), user("b")), user("z"), "s > o > z")

    def scene(play: Play) -> None:
        play.start()
        token = next(view.id for view in play.state.tokens if view.element == "o")
        play.do(commands.ChooseActivities(token=token, elements=["a", "b"]))
        assert play.open == ["a", "a", "b", "b"]
        for name in "aabb":
            play.complete(name)

    assert three(scene, drawn).open == ["z"]


def test_messages_of_an_expression_stand_in_history() -> None:
    play = Play(drawing(begin(), script("a", "1 / nobody", "x"), "s > a")).start()

    assert next(e for e in play.history if e.element == "a").detail["messages"]


def test_an_instance_keeps_its_own_clock() -> None:
    drawn = drawing(
        begin(),
        catch("t", timer("2026-01-01T13:00:00Z", "timeDate")),
        event_gateway("g"),
        catch("t2", timer("PT5M")),
        user("z"),
        "s > t > g > t2 > z",
        event_sub("es", on("es-s", message("M"), interrupting=False), task("h"), "es-s > h"),
    )

    play = three(lambda p: p.start().wait("PT2H"), drawn)

    assert play.open == ["z"]
    assert play.now == datetime(2026, 1, 1, 14, tzinfo=UTC)


def test_a_receive_task_can_start_a_process_by_its_message() -> None:
    receive = tag("receiveTask", "r", messageRef="message_M", instantiate="true")

    assert three(lambda p: p.start(message="M"), drawing(receive, user("z"), "r > z")).open == ["z"]


def test_taking_away_a_compensation_handler_lets_the_thrower_go_on() -> None:
    drawn = drawing(begin(), task("a"), undone_by("a", "ua"), throw("t", compensate()), user("z"), "s > a > t > z")

    play = three(lambda p: p.start().do(commands.Modify(cancel_elements=["ua"])), drawn)

    assert play.open == ["z"]


def test_an_event_that_comes_to_a_full_instance_is_heard_and_becomes_an_incident() -> None:
    drawn = drawing(
        begin(), user("a", multi(cardinality="5")), boundary("m", "a", message("M"), interrupting=False), user("b"),
        "s > a", "m > b",
    )  # fmt: skip

    play = three(lambda p: p.start().message("M").message("M").message("M"), drawn, budget=Budget(tokens=9))

    assert play.codes == ["too_many_tokens"] * 2
    assert play.open == ["a"] * 5 + ["b"]


def test_a_process_without_start_event_starts_by_its_own_id() -> None:
    play = Play(drawing(user("a"), user("b")))

    (only,) = start_events(play.world.process("p"))

    assert (only.element, only.trigger) == ("p", None)
    assert play.start(at=only.element).open == ["a", "b"]


def test_an_instance_can_begin_in_the_middle_of_its_drawing() -> None:
    drawn = drawing(
        begin(), user("a"), sub("o", begin("s1"), user("b"), user("c"), "s1 > b > c"), user("z"), "s > a > o > z"
    )
    play = Play(drawn)

    first = start(ref="p", host=play.world, variables={"x": 1}, elements=["c"], now=NOON)

    opened = [effect for effect in first.effects if isinstance(effect, effects.UserTaskOpened)]
    assert [task.element for task in opened] == ["c"]
    done = [commands.CompleteTask(token=opened[0].token)]
    second = advance(first.state, done, host=play.world, now=NOON)
    assert [view.element for view in second.state.tokens if view.waiting] == ["z"]


def test_beginning_where_no_flow_leads_is_refused() -> None:
    play = Play(drawing(begin(), user("a"), boundary("t", "a", timer("PT1H")), "s > a"))

    for element, code in (("t", "not_a_place"), ("nowhere", "unknown_element")):
        with pytest.raises(CommandRefused) as refused:
            start(ref="p", host=play.world, variables={}, elements=[element], now=NOON)
        assert refused.value.code == code
