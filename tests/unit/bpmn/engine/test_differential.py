"""Where stock SpiffWorkflow is right, both must agree: rows of tasks, exclusive and parallel gateways."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from tests.unit.bpmn.engine.draw import drawing, end, flow, par, start, user, xor
from tests.unit.bpmn.engine.play import Play

DRAWINGS = {
    "a row": (start(), user("a"), user("b"), user("c"), end(), "s > a > b > c > e"),
    "a split and a join": (
        start(),
        par("f"),
        user("a"),
        user("b"),
        user("c"),
        par("j"),
        user("z"),
        end(),
        "s > f > a > j > z > e",
        "f > b > c > j",
    ),
    "a split in a split": (
        start(),
        par("f"),
        user("a"),
        par("f2"),
        user("b"),
        user("c"),
        par("j2"),
        par("j"),
        user("z"),
        end(),
        "s > f > a > j > z > e",
        "f > f2 > b > j2 > j",
        "f2 > c > j2",
    ),
    "a decision": (
        start(),
        xor("g", default="g-c"),
        user("a"),
        user("b"),
        user("c"),
        xor("m"),
        user("z"),
        end(),
        "s > g",
        flow("g", "a", "x == 1"),
        flow("g", "b", "x == 2"),
        flow("g", "c"),
        "a > m > z > e",
        "b > m",
        "c > m",
    ),
    "a decision in a branch": (
        start(),
        par("f"),
        user("a"),
        xor("g", default="g-c"),
        user("b"),
        user("c"),
        xor("m"),
        par("j"),
        user("z"),
        end(),
        "s > f > a > j > z > e",
        "f > g",
        flow("g", "b", "x == 1"),
        flow("g", "c"),
        "b > m > j",
        "c > m",
    ),
}


def ours(xml: str, x: int, seed: int) -> list[list[str]]:
    """Return the open tasks after every step, tasks completed in the order the seed decides."""
    dice, play = random.Random(seed), Play(xml.replace("==", "=").replace("x =", "=x =")).start({"x": x})
    seen = [play.open]
    while play.open:
        play.complete(dice.choice(play.open))
        seen.append(play.open)
    assert play.done
    return seen


def stock(xml: str, x: int, seed: int) -> list[list[str]]:
    """Return the same from SpiffWorkflow's own BPMN layer."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(xml.encode())))
    workflow = BpmnWorkflow(parser.get_spec("p"))
    workflow.data["x"] = x
    workflow.task_tree.data["x"] = x
    dice, seen = random.Random(seed), []
    while True:
        workflow.do_engine_steps()
        ready: list[Any] = [t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.manual]
        names = sorted(task.task_spec.bpmn_id for task in ready)
        seen.append(names)
        if not names:
            return seen
        chosen = dice.choice(names)
        next(task for task in ready if task.task_spec.bpmn_id == chosen).run()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("x", [1, 2, 3])
@pytest.mark.parametrize("name", DRAWINGS)
def test_both_open_the_same_tasks_at_every_step(name: str, x: int, seed: int) -> None:
    xml = drawing(*DRAWINGS[name])

    mine, theirs = ours(xml, x, seed), stock(xml, x, seed)

    assert mine == theirs
