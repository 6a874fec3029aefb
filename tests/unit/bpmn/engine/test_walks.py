"""Walks at random through drawings of the shared corpus: all three modes must tell the same story."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest

from bpmn.engine import Budget, CommandRefused, commands, specs
from bpmn.language.reader import read
from tests.unit.bpmn.engine.play import MODES, Play
from tests.unit.bpmn.engine.test_corpus import CORPUS

ABSENT = not CORPUS.exists()
FOLDERS = ("camunda7", "camunda8-zeebe", "flowable", "jbpm", "miwg", "plain")
SHARE = 6  #: every sixth file, by its name; all of them take a few minutes

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(ABSENT, reason="../shared/bpmn-corpus is not there: no walks through its drawings"),
]


def files(share: int = SHARE) -> list[Path]:
    """Return drawings by the hash of their name, so that the choice stays the same."""
    found = [file for folder in FOLDERS for file in (CORPUS / folder).rglob("*") if file.is_file()]
    return sorted(file for file in found if zlib.crc32(file.name.encode()) % share == 0)


def walk(file: Path, process: str, mode: str, seed: int) -> Play:
    """Do what can be done, chosen by dice, for some steps."""
    dice = random.Random(seed)
    play = Play(file, mode=mode, budget=Budget(endless=400, tokens=300, depth=6))
    try:
        play.start({"x": 1, "input": 2, "items": [1, 2], "approved": True}, process=process)
    except CommandRefused:
        play.start({"x": 1}, process=process, at=_any_start(play, process))
    for _ in range(12):
        options = sorted(
            [("task", t) for t in play.tasks]
            + [("job", t) for t in play.jobs]
            + [("timer", t) for t in play.timers]
            + [(one.kind, t) for t, several in play.subscriptions.items() for one in several]
            + [("incident", t) for t in play.incidents]
            + [("error", t) for t in play.jobs]
        )
        if not options:
            break
        kind, token = dice.choice(options)
        play.do(_command(kind, token, play, dice.randrange(3)))
    return play


def _any_start(play: Play, process: str) -> str | None:
    graph = specs.graph_of(play.world.process(process), process)
    return next(iter((*graph.root.inside.starts, *graph.root.inside.sources)), None)


def _command(kind: str, token: int, play: Play, number: int) -> commands.Command:
    variables = {"x": number, "approved": number == 1}
    match kind:
        case "task":
            return commands.CompleteTask(token=token, variables=variables)
        case "job":
            return commands.CompleteJob(token=token, variables=variables)
        case "timer":
            return commands.FireTimer(token=token)
        case "message":
            return commands.DeliverMessage(token=token, variables=variables)
        case "signal":
            return commands.DeliverSignal(name=play.subscriptions[token][0].name, variables=variables)
        case "trigger":
            return commands.TriggerReceive(token=token)
        case "incident":
            return commands.RetryIncident(token=token)
        case "error":
            return commands.ThrowError(token=token, code="E")
    return commands.SetVariables(variables=variables)


@pytest.mark.parametrize("file", [] if ABSENT else files(), ids=lambda file: file.name)
def test_walks_agree_however_the_state_is_kept(file: Path) -> None:
    reading = read(file.name, file.read_bytes())
    for process in reading.drawing.processes if reading.drawing else ():
        for seed in range(2):
            stories = []
            for mode in MODES:
                try:
                    stories.append(walk(file, process.id, mode, seed).story)
                except CommandRefused as refused:
                    stories.append(str(refused))
            assert stories[0] == stories[1] == stories[2]
