"""Events at random moments on a drawing that has nearly all of them: the modes agree, nothing is left behind."""

from __future__ import annotations

import random

import pytest

from bpmn.engine import Status, commands
from tests.unit.bpmn.engine.draw import (
    boundary,
    call,
    cancel,
    catch,
    compensate,
    conditional,
    cycle,
    drawing,
    end,
    error,
    escalation,
    event_gateway,
    event_sub,
    flow,
    inc,
    message,
    multi,
    on,
    par,
    process,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    transaction,
    undone_by,
    user,
    xor,
)
from tests.unit.bpmn.engine.play import MODES, Play

TRANSACTION = transaction(
    "tx",
    start("tx-s"),
    service("book"),
    undone_by("book", "unbook"),
    user("ask"),
    xor("tx-g", default="tx-no"),
    end("tx-ok"),
    end("tx-x", cancel()),
    "tx-s > book > ask > tx-g",
    flow("tx-g", "tx-ok", "=fine = true"),
    flow("tx-g", "tx-x", id="tx-no"),
)
WORK = sub(
    "work",
    start("w-s"),
    par("w-f"),
    user("many", multi(cardinality="3")),
    service("job"),
    boundary("job-e", "job", error("E")),
    throw("shout", escalation("X")),
    inc("w-j"),
    "w-s > w-f > many > w-j",
    "w-f > job > w-j > shout",
    "job-e > w-j",
    event_sub("es-m", on("em-s", message("M"), interrupting=False), task("em-t"), "em-s > em-t"),
    event_sub("es-e", on("ee-s", error("F")), throw("undo", compensate()), "ee-s > undo"),
    event_sub("es-c", on("ec-s", conditional("=level > 5"), interrupting=False), user("calm"), "ec-s > calm"),
)
DRAWN = drawing(
    start(),
    par("f"),
    WORK,
    boundary("b-x", "work", escalation("X"), interrupting=False),
    boundary("b-t", "work", timer("PT2H")),
    boundary("b-r", "work", cycle("R2/PT30M"), interrupting=False),
    user("remind"),
    TRANSACTION,
    boundary("b-c", "tx", cancel()),
    event_gateway("eg"),
    catch("eg-s", signal("S")),
    catch("eg-t", timer("PT1H")),
    call("c", "q"),
    inc("j"),
    end("e", signal("S")),
    "s > f > work > j > e",
    "b-x > remind",
    "b-r > remind",
    "b-t > j",
    "f > tx > eg > eg-s > j",
    "eg > eg-t > c > j",
    "b-c > j",
    more=process("q", start("q-s"), service("q-j"), end("q-e"), "q-s > q-j > q-e"),
)


def storm(mode: str, seed: int) -> Play:
    """Do whatever the dice say until the instance ends or the dice are tired."""
    dice = random.Random(seed)
    play = Play(DRAWN, mode=mode).start({"level": 0, "fine": False})
    for _ in range(60):
        if play.status is not Status.ACTIVE:
            break
        _act(play, dice)
    return play


def _act(play: Play, dice: random.Random) -> None:
    act = dice.choice(["task", "task", "task", "job", "job", "wait", "message", "signal", "error", "level", "move"])
    variables = {"level": dice.randrange(10), "fine": dice.random() < 0.5}
    if act == "task" and play.tasks:
        play.do(commands.CompleteTask(token=dice.choice(sorted(play.tasks)), variables=variables))
    elif act == "job" and play.jobs:
        play.do(commands.CompleteJob(token=dice.choice(sorted(play.jobs))))
    elif act == "wait":
        play.wait(dice.choice(["PT5M", "PT40M"]))
    elif act == "message" and any(one.name == "M" for several in play.subscriptions.values() for one in several):
        play.message("M")
    elif act == "signal":
        play.signal("S", by="storm")
    elif act == "error" and play.jobs:
        token = dice.choice(sorted(play.jobs))
        play.do(commands.ThrowError(token=token, code=dice.choice(["E", "F"])))
    elif act == "level":
        play.do(commands.SetVariables(variables=variables))
    elif act == "move" and play.incidents:
        play.do(commands.RetryIncident(token=min(play.incidents)))


@pytest.mark.parametrize("seed", range(40))
def test_a_storm_of_events_is_survived_equally_however_the_state_is_kept(seed: int) -> None:
    plays = [storm(mode, seed) for mode in MODES]

    assert plays[0].story == plays[1].story == plays[2].story
    assert plays[0].variables == plays[1].variables == plays[2].variables


def test_storms_reach_nearly_every_element() -> None:
    passed = sum((storm("memory", seed).passed for seed in range(60)), start=storm("memory", 99).passed)

    drawn = set(Play(DRAWN).world.process("p").body.nodes)
    assert drawn <= set(passed)
    assert {"em-t", "calm", "unbook", "q-j", "tx-x", "job-e", "undo"} <= set(passed)
