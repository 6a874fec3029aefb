"""What every dialect promises; a new one is tested by putting `<name>.bpmn` into tests/contracts/dialects.

The sample holds a job of type `pay` called `work` and a user task of the group `office` called `review`, as the
dialect writes them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpmn.language import judge, read, readiness
from bpmn.language.dialects.base import Dialect
from bpmn.language.dialects.registry import DIALECTS, LAST
from bpmn.language.process import Drawing, Loop, Task, Trigger
from bpmn.language.report import Report
from decisions.edge.xml import parse

SAMPLES = Path(__file__).parent / "dialects"
ALL = (*DIALECTS, LAST)
by_name = pytest.mark.parametrize("dialect", ALL, ids=lambda dialect: dialect.name)


def sample(dialect: Dialect) -> Drawing:
    drawing = read(dialect.name, (SAMPLES / f"{dialect.name}.bpmn").read_bytes()).drawing
    assert drawing is not None
    return drawing


@by_name
def test_its_sample_is_read_as_its_own_and_can_run(dialect: Dialect) -> None:
    drawing = sample(dialect)
    problems = judge([drawing])["sample"]
    assert readiness(drawing.processes[0], problems).executable
    assert "extension_unknown" not in {problem.code for problem in problems}
    assert drawing.dialect == (dialect.name if dialect.name != "handoff" else "plain")


@by_name
def test_its_words_for_work_and_people_arrive_in_the_model(dialect: Dialect) -> None:
    nodes = sample(dialect).processes[0].body.nodes
    work, review = nodes["work"], nodes["review"]
    assert isinstance(work, Task)
    assert isinstance(review, Task)
    assert work.job is not None
    assert work.job.type.text == "pay"
    groups = review.user.candidate_groups if review.user else None
    assert (groups.text if groups else review.lane) == "office"


@by_name
def test_it_answers_every_question_about_any_element(dialect: Dialect) -> None:
    report = Report("any")
    for path in SAMPLES.glob("*.bpmn"):
        for element in parse(path.read_bytes()).root.iter():
            for question in (
                "process", "job", "job_errors", "skip", "decision", "script", "mappings", "call", "ad_hoc",
                "data_value", "implied_event",
            ):  # fmt: skip
                getattr(dialect, question)(element, report)
            dialect.user(element, {}, report)
            dialect.form(element, {}, report)
            dialect.loop(element, element, Loop(multi=True), report)
            for trigger in Trigger:
                dialect.event(element, trigger, element, report)
            assert isinstance(dialect.properties(element), dict)
            dialect.initiator(element)
            dialect.runs_associations()
            dialect.script_result(element)


def test_no_two_dialects_claim_one_namespace_or_name() -> None:
    namespaces = [namespace for dialect in ALL for namespace in dialect.namespaces]
    assert len(set(namespaces)) == len(namespaces)
    assert len({dialect.name for dialect in ALL}) == len(ALL)
