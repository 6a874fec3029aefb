"""Runs the executable cases of the shared corpus in all three modes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bpmn.engine import CommandRefused
from tests.unit.bpmn.engine.play import MODES, Play

CORPUS = Path(__file__).parents[5] / "shared" / "bpmn-corpus"
REFUSALS = {"refused", "refused_or_warned", "refused_or_error"}
ABSENT = not (CORPUS / "cases.json").exists()

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(ABSENT, reason="../shared/bpmn-corpus is not there: its cases are not run"),
]


def _cases() -> list[Any]:
    if ABSENT:
        return []
    found = json.loads((CORPUS / "cases.json").read_text())
    return [pytest.param(case, id=case["id"]) for case in found if case["expect"]["state"] not in REFUSALS]


def run(case: dict[str, Any], mode: str) -> Play:
    """Play a case; raises AssertionError where it differs from what is expected."""
    auto = case.get("job_results") or {} if case.get("jobs") == "auto" else None
    play = Play(*(CORPUS / file for file in case["files"]), mode=mode, auto=auto)
    wrong = case["expect"]["state"] == "error"
    start = {key: value for key, value in case["start"].items() if key in ("message", "signal")}
    play.start(case.get("variables"), process=case["process_id"], **start)
    for number, step in enumerate(case["steps"]):
        try:
            _step(play, step)
        except CommandRefused:
            if wrong and number == len(case["steps"]) - 1:
                return play
            raise
    _judge(play, case["expect"])
    return play


def _step(play: Play, step: dict[str, Any]) -> None:
    variables = step.get("variables") or {}
    if "expect_user_tasks" in step:
        assert play.open == sorted(step["expect_user_tasks"])
    if "expect_waiting_includes" in step:
        assert not Counter(step["expect_waiting_includes"]) - Counter(play.waiting)
    for element, meta in (step.get("expect_task_meta") or {}).items():
        task = play.tasks[play.task(element)]
        for name, value in meta.items():
            found = getattr(task, name)
            assert (sorted(found) if isinstance(found, tuple) else found) == value
    if "complete" in step:
        play.complete(step["complete"], **variables)
    if "complete_job" in step:
        play.job(step["complete_job"], **variables)
    if "trigger" in step:
        play.trigger(step["trigger"], **variables)
    if "message" in step:
        play.message(step["message"], step.get("correlation_key"), **variables)
    if "signal" in step:
        play.signal(step["signal"], **variables)
    if "advance_time" in step:
        play.wait(step["advance_time"])


def _judge(play: Play, expected: dict[str, Any]) -> None:
    state = "error" if play.incidents else "completed" if play.done else "active"
    assert state == expected["state"], (play.codes, play.waiting)
    if "job_trace" in expected:
        assert Counter(play.trace) == Counter(expected["job_trace"])
    for name, value in (expected.get("variables") or {}).items():
        assert play.variables[name] == value
        assert isinstance(play.variables[name], bool) == isinstance(value, bool)
    for name in expected.get("variables_absent") or ():
        assert name not in play.variables


@pytest.mark.parametrize("case", _cases())
def test_every_mode_runs_the_case_as_its_engine_does(case: dict[str, Any]) -> None:
    stories = [run(case, mode).story for mode in MODES]

    assert stories[0] == stories[1] == stories[2]
