"""Plays a scenario on a stage: what happens step by step, and what was expected and did not come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from bpmn.language.process import JSON, Variables
from orchestrator.scenarios.document import Scenario, Step
from orchestrator.scenarios.outcome import Outcome, Seen, differences
from orchestrator.scenarios.stage import CannotPlay


class Actor(Protocol):
    """What a scenario can do to an instance; each ends at rest, or raises CannotPlay."""

    by_hand: frozenset[str]
    results: Mapping[str, JSON]

    def begin(self, *, process: str, at: str | None = None, variables: Variables) -> None: ...
    def begin_by(self, kind: str, name: str, variables: Variables) -> None: ...
    def begin_in_time(self, duration: str) -> None: ...
    def begin_where_true(self, variables: Variables) -> None: ...
    def task(self, element: str, variables: Variables) -> None: ...
    def job(self, element: str, variables: Variables) -> None: ...
    def fail(self, element: str, message: str, code: str = "job_failed") -> None: ...
    def error(self, element: str, code: str, message: str, variables: Variables) -> None: ...
    def escalation(self, element: str, code: str, variables: Variables) -> None: ...
    def time_out(self, element: str) -> None: ...
    def answer(self, element: str, result: JSON) -> None: ...
    def receive(self, element: str, variables: Variables) -> None: ...
    def message(self, name: str, variables: Variables, key: str | None) -> None: ...
    def signal(self, name: str, variables: Variables) -> None: ...
    def wait(self, duration: str) -> None: ...
    def set(self, variables: Variables) -> None: ...
    def choose(self, element: str, activities: list[str]) -> None: ...
    def retry(self, element: str | None = None) -> None: ...
    def seen(self) -> Seen: ...


def play(scenario: Scenario, stage: Actor, *, process: str) -> Outcome:
    """Play a scenario to its end, or to the first step that is not possible.

    Args:
        process: key of the process that is started when the scenario names none.
    """
    stage.by_hand, stage.results = scenario.by_hand, scenario.jobs
    found: list[str] = []
    try:
        _begin(scenario, stage, process)
        for step in scenario.steps:
            found += _step(step, stage)
            if found and step.verb != "expect":
                break
    except CannotPlay as refused:
        return _outcome(scenario, stage, [f"start: {refused}"])
    return _outcome(scenario, stage, found)


def _begin(scenario: Scenario, stage: Actor, process: str) -> None:
    start = scenario.start
    variables = start.get("with") or {}
    for kind in ("message", "signal"):
        if kind in start:
            stage.begin_by(kind, start[kind], variables)
            return
    if start.get("condition"):
        stage.begin_where_true(variables)
    elif "wait" in start:
        stage.begin_in_time(start["wait"])
    else:
        stage.begin(process=scenario.process or process, at=start.get("at"), variables=variables)


def _step(step: Step, stage: Actor) -> list[str]:
    if step.verb == "expect":
        return [f"line {step.line}: {one}" for one in differences(step.about, stage.seen())]
    try:
        _VERBS[step.verb](stage, step)
    except CannotPlay as refused:
        return [] if step.refused else [f"line {step.line}: {step.verb} {step.about}: {refused}"]
    return [f"line {step.line}: {step.verb} {step.about} was possible, and should not be"] if step.refused else []


def _text(step: Step, name: str, otherwise: str) -> str:
    said = step.said.get(name)
    return said if isinstance(said, str) else otherwise


def _activities(step: Step) -> list[str]:
    said = step.said.get("activities")
    return [str(one) for one in said] if isinstance(said, list) else []


_VERBS: Mapping[str, Callable[[Actor, Step], None]] = {
    "task": lambda stage, step: stage.task(step.about, step.variables),
    "job": lambda stage, step: stage.job(step.about, step.variables),
    "fail": lambda stage, step: stage.fail(
        step.about, _text(step, "message", "The job failed."), _text(step, "code", "job_failed")
    ),
    "error": lambda stage, step: stage.error(
        step.about, _text(step, "code", ""), _text(step, "message", ""), step.variables
    ),
    "escalation": lambda stage, step: stage.escalation(step.about, _text(step, "code", ""), step.variables),
    "time_out": lambda stage, step: stage.time_out(step.about),
    "rubbish": lambda stage, step: stage.answer(step.about, step.said.get("with")),
    "message": lambda stage, step: stage.message(step.about, step.variables, _text(step, "key", "") or None),
    "signal": lambda stage, step: stage.signal(step.about, step.variables),
    "receive": lambda stage, step: stage.receive(step.about, step.variables),
    "wait": lambda stage, step: stage.wait(step.about),
    "set": lambda stage, step: stage.set(step.about),
    "choose": lambda stage, step: stage.choose(step.about, _activities(step)),
    "retry": lambda stage, step: stage.retry(step.about),
}


def _outcome(scenario: Scenario, stage: Actor, found: list[str]) -> Outcome:
    try:
        seen = stage.seen()
    except CannotPlay:  # nothing was started: there is nothing to see
        return Outcome(scenario=scenario.name, file=scenario.file, differences=found)
    return Outcome(
        scenario=scenario.name, file=scenario.file, path=seen.path, flows=seen.flows, differences=found
    )  # fmt: skip
