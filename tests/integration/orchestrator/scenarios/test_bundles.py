"""Scenarios in an upload: they run before a version can be started, and touch no real instance."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bpmn import definitions as bpmn_definitions
from orchestrator import deployments
from orchestrator.models import Activity, Instance, Job, StartSubscription, Subscription, Timer
from orchestrator.runtime import instances
from tests.unit.bpmn.engine.draw import boundary, catch, conditional, drawing, end, message, signal, start, timer, user

NOW = datetime(2026, 1, 5, tzinfo=UTC)
DRAWN = drawing(
    start(), user("a"), boundary("b", "a", timer("PT1H")), catch("c", signal("go")), end(), end("late"),
    "s > a > c > e", "b > late",
).encode()  # fmt: skip
GOOD = b"""
scenario: It is approved in time
steps:
  - task: a
    with: {ok: true}
  - signal: go
expect: {state: completed, path: [a, c, e], variables: {ok: true}}
"""
BAD = b"""
scenario: It is late
steps:
  - wait: PT2H
expect: {state: completed, path: [a, e]}
"""


def deployed(*scenarios: bytes) -> deployments.Deployed:
    files = [("p.bpmn", DRAWN)] + [(f"p.{n}.scenario.yaml", data) for n, data in enumerate(scenarios)]
    return deployments.deploy(files=files, actor=None, now=NOW)


@pytest.mark.django_db
def test_a_version_is_ready_when_its_scenarios_go_as_expected() -> None:
    done = deployed(GOOD)

    assert [(line["version"], line["executable"]) for line in done.definitions] == [(1, True)]
    assert not Instance.objects.exists()
    assert not Activity.objects.exists()


@pytest.mark.django_db
def test_a_failing_scenario_makes_a_draft_with_the_difference_as_its_problem() -> None:
    deployed(GOOD)
    done = deployed(GOOD, BAD)

    assert [(line["version"], line["executable"]) for line in done.definitions] == [(2, False)]
    (problem,) = [p for p in done.problems if p.severity == "error"]
    assert problem.code == "scenario_failed"
    assert 'path: "a" is missing at its place in [s, b, late]' in problem.message
    assert "line 5" in problem.message
    assert bpmn_definitions.newest_ready("p") == str(bpmn_definitions.startable(key="p").id)


@pytest.mark.django_db
def test_a_scenario_that_cannot_be_read_stops_the_bundle_and_is_named_with_its_line() -> None:
    done = deployed(b"scenario: x\nsteps:\n  - tsak: a\n")

    (problem,) = [p for p in done.problems if p.code == "scenario_unreadable"]
    assert problem.line == 3
    assert problem.file == "p.0.scenario.yaml"
    assert done.id is None


@pytest.mark.django_db
def test_a_rehearsal_touches_no_running_instance() -> None:
    deployed()
    instance = instances.start(key="p", variables={}, now=NOW).id
    timer_before = Timer.objects.values().get(instance_id=instance)
    before = Instance.objects.values().get(id=instance)

    deployed(GOOD)

    assert Instance.objects.values().get(id=instance) == before
    assert Timer.objects.values().get() == timer_before
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_signal_of_a_rehearsal_does_not_reach_others() -> None:
    listener = drawing(start(), catch("c", signal("go")), end(), "s > c > e", process="other").encode()
    deployments.deploy(files=[("o.bpmn", listener)], actor=None, now=NOW)
    waiting = instances.start(key="other", variables={}, now=NOW).id

    deployed(GOOD)

    assert Subscription.objects.filter(instance_id=waiting, name="go").exists()


@pytest.mark.django_db
def test_a_rehearsal_starts_by_message_without_arming_it() -> None:
    drawn = drawing(start("m", message("order")), user("a"), end(), "m > a > e").encode()
    expected = b"expect: {state: completed, variables: {n: 1}}"
    scenario = b"start: {message: order, with: {n: 1}}\nsteps:\n  - task: a\n" + expected

    done = deployments.deploy(
        files=[("m.bpmn", drawn), ("m.scenario.yaml", scenario)], actor=None, now=NOW
    )  # fmt: skip

    assert done.definitions[0]["executable"], done.problems
    assert StartSubscription.objects.filter(process_key="p", name="order").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("trigger", "begins"), [
    (timer("R/PT1H", "timeCycle"), "{wait: PT90M}"),
    (conditional("=n > 1"), "{condition: true, with: {n: 2}}"),
])  # fmt: skip
def test_a_rehearsal_starts_by_time_and_by_condition_where_other_processes_do_too(trigger: str, begins: str) -> None:
    def drawn(process: str) -> bytes:
        return drawing(start("t", trigger), user("a"), end(), "t > a > e", process=process).encode()

    deployments.deploy(files=[("o.bpmn", drawn("other"))], actor=None, now=NOW)
    scenario = f"start: {begins}\nsteps:\n  - task: a\nexpect: {{state: completed, path: [t, a, e]}}\n".encode()

    done = deployments.deploy(files=[("t.bpmn", drawn("p")), ("t.scenario.yaml", scenario)], actor=None, now=NOW)

    assert done.definitions[0]["executable"], done.problems
    assert not Instance.objects.exists()


@pytest.mark.django_db
def test_a_rehearsal_begins_by_no_condition_of_another_process() -> None:
    listener = drawing(start("t", conditional("=true")), user("a"), end(), "t > a > e", process="other").encode()
    deployments.deploy(files=[("o.bpmn", listener)], actor=None, now=NOW)

    done = deployed(b"start: {condition: true}\nsteps:\n  - task: a\n")

    assert [p.message for p in done.problems if p.code == "scenario_failed"] == [
        'Scenario "p.0.scenario.yaml" (p.0.scenario.yaml): start: No condition of a start event is true.'
    ]
