"""Scenario files: what is wrong with one is told, all of it, each with its line."""

from __future__ import annotations

import pytest

from orchestrator.scenarios import document, outcome


def told(text: str) -> list[str]:
    """Return what is said of a file that cannot be played."""
    reading = document.read("p.scenario.yaml", text.encode())
    assert (reading.scenario is None) == bool(reading.problems)
    return [f"{problem.line}: {problem.message}" for problem in reading.problems]


@pytest.mark.parametrize(("text", "said"), [
    ("- a", "1: A scenario begins with keys: scenario, steps ..."),
    ("a: [", "1: This is not YAML: expected the node content, but found '<stream end>'."),
    ("stars: {}", '1: "stars" is not known here. Known: scenario, standard, process, start, jobs, steps, expect.'),
    ("steps:\n  - a", "2: step 1 is not a verb with its element, such as `task: approve`."),
    ("steps:\n  - with: {}", f"2: step 1 needs one of: {', '.join(document.STEPS)}."),
    ("steps:\n  - task: a\n    code: X",
     '3: step 1: "code" is not known here. Known: refused, task, with.'),
    ("steps:\n  - task: 7", '2: step 1: "task" is not a text.'),
    ("steps:\n  - task: a\n    task: b", '3: step 1: "task" stands here twice.'),
    ("expect: {state: done}", '1: expect: state "done" is none of active, completed, error, terminated.'),
    ("expect: {incidents: [{elements: a}]}", "1: expect: an incident is {element: ..., code: ...}."),
    ("expect: {tasks: [{a: 1}]}", '1: expect: "tasks" lists elements by their ids, as texts.'),
    ("expect: {passes: [1]}", '1: expect: "passes" lists elements by their ids, as texts.'),
    ("expect: {absent: [[]]}", '1: expect: "absent" lists names of variables, as texts.'),
    ("start: {with: {a: 2026-01-01}, after: 1}",
     '1: start: "after" is not known here. Known: message, signal, at, wait, condition, with.'),
    ("start: &a {with: *a}", "0: This is not YAML: aliases are not allowed (line 1)."),
    ("start: {with: {a: .inf}}", "0: inf is no number that JSON has."),
    ("start: {with: {1: a}}", "0: The key 1 is no text: write it in quotes."),
])  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    assert told(text) == [said]


def test_everything_wrong_is_said_at_once() -> None:
    assert len(told("stars: 1\nsteps:\n  - tsak: a\n  - task: 7\nexpect: {state: x, never: b}")) == 5


def test_a_date_stays_the_text_it_is() -> None:
    scenario = document.read("p.scenario.yaml", b"start: {with: {day: 2026-01-05}}").scenario
    assert scenario is not None
    assert scenario.start["with"] == {"day": "2026-01-05"}


SEEN = outcome.Seen(
    state="active", path=["a", "b", "a"], flows=(), undone=["x"], variables={"n": 1}, tasks=["t"], jobs=[],
    waiting=["t"], done_jobs=["j", "j"], incidents=[("b", "timeout")],
)  # fmt: skip


@pytest.mark.parametrize(("expected", "said"), [
    ({"state": "active", "path": ["a", "a"], "passes": {"a": 2}, "variables": {"n": 1.0}, "undone": ["x"]}, []),
    ({"state": "completed"}, ["state: expected completed, is active (timeout at b)"]),
    ({"path": ["b", "b"]}, ['path: "b" is missing at its place in [a, b, a]']),
    ({"passes": ["c"]}, ['passes: "c" was never passed']),
    ({"passes": {"a": 1}}, ['passes: "a" expected 1 times, is 2']),
    ({"never": ["b"]}, ['never: "b" was passed']),
    ({"undone": []}, ["undone: expected [], is [x]"]),
    ({"done_jobs": ["j"]}, ["done_jobs: expected [j], is [j, j]: + j"]),
    ({"tasks": ["u"]}, ["tasks: expected [u], is [t]: - u, + t"]),
    ({"variables": {"n": True}}, ["variables: n expected True, is 1"]),
    ({"variables": {"m": 1}}, ["variables: m is missing (expected 1)"]),
    ({"absent": ["n"]}, ["absent: n is there: 1"]),
    ({"incidents": []}, ["incidents: timeout at b was not expected"]),
    ({"incidents": [{"element": "c"}, {"code": "timeout"}]},
     ["incidents: {'element': 'c'} is missing, there is [timeout at b]"]),
])  # fmt: skip
def test_differences_are_told_and_nothing_else(expected: dict[str, object], said: list[str]) -> None:
    assert outcome.differences(expected, SEEN) == said
