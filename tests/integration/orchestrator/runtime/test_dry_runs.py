"""Pairs of versions: the dry run names every token that cannot move, and the move agrees with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from humantasks import inbox
from humantasks.models import HumanTask
from orchestrator import errors
from orchestrator.models import Instance
from orchestrator.runtime import migration
from tests.unit.bpmn.engine.draw import (
    ad_hoc,
    boundary,
    call,
    catch,
    complex_gateway,
    drawing,
    end,
    event_gateway,
    event_sub,
    flow,
    inc,
    message,
    multi,
    on,
    par,
    process,
    script,
    service,
    signal,
    start,
    sub,
    timer,
    undone_by,
    user,
    xor,
)

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two versions, what is done before the move, and what cannot move: element and code, token by token."""

    old: Sequence[str]
    new: Sequence[str]
    done: Sequence[str] = ()
    stuck: Sequence[tuple[str, str]] = ()
    mapping: dict[str, str] | None = None


def gone(*elements: str) -> list[tuple[str, str]]:
    return [(element, "element_missing") for element in elements]


def changed(*elements: str) -> list[tuple[str, str]]:
    return [(element, "element_changed") for element in elements]


ROW = (start(), user("a"), user("b"), end(), "s > a > b > e")
FORK = (start(), par("f"), user("a"), user("b"), par("j"), end(), "s > f > a > j > e", "f > b > j")
SCOPE = (start(), sub("o", start("os"), user("a"), end("oe"), "os > a > oe"), end(), "s > o > e")
WAITING = (start(), catch("w", message("M")), end(), "s > w > e")
RACE = (start(), event_gateway("g"), catch("m", message("M")), catch("t", timer("PT1H")), end(),
        "s > g > m > e", "g > t > e")  # fmt: skip


PAIRS: dict[str, Pair] = {
    "an element is gone": Pair(old=ROW, new=(start(), user("b"), end(), "s > b > e"), stuck=gone("a")),
    "an element after the token is gone": Pair(old=ROW, new=(start(), user("a"), end(), "s > a > e")),
    "an element before the token is gone": Pair(
        old=ROW, new=(start(), user("b"), end(), "s > b > e"), done=["a"]
    ),
    "an element is of another kind": Pair(
        old=ROW, new=(start(), service("a", **{"camunda:topic": "x"}), end(), "s > a > e"), stuck=changed("a")
    ),
    "a name finds the renamed element": Pair(
        old=(start(), user("a", name="Ask"), end(), "s > a > e"),
        new=(start(), user("z", name="Ask"), end(), "s > z > e"),
    ),
    "two of the same name propose nothing": Pair(
        old=(start(), user("a", name="Ask"), end(), "s > a > e"),
        new=(start(), user("y", name="Ask"), user("z", name="Ask"), end(), "s > y > z > e"),
        stuck=gone("a"),
    ),
    "a mapping to another kind does not help": Pair(
        old=ROW, new=(start(), catch("w", message("M")), end(), "s > w > e"), mapping={"a": "w"}, stuck=changed("a")
    ),
    "both branches are gone": Pair(
        old=FORK, new=(start(), user("c"), end(), "s > c > e"), stuck=gone("a", "b")
    ),
    "one branch is gone, and the join that waits for it": Pair(
        old=FORK, new=(start(), user("b"), end(), "s > b > e"), done=["a"], stuck=gone("j")
    ),
    "a join lost the flow by which a token came": Pair(
        old=FORK,
        new=(start(), par("f"), user("x"), user("b"), par("j"), end(), "s > f > x > j > e", "f > b > j"),
        done=["a"],
        stuck=[("j", "flow_missing")],
    ),
    "a join became another gateway": Pair(
        old=FORK,
        new=(start(), par("f"), user("a"), user("b"), xor("j"), end(), "s > f > a > j > e", "f > b > j"),
        done=["a"],
        stuck=changed("j"),
    ),
    "a lazy join lost its flow": Pair(
        old=(start(), inc("f"), user("a"), user("b"), inc("j"), end(), "s > f > a > j > e", "f > b > j"),
        new=(start(), inc("f"), user("x"), user("b"), inc("j"), end(), "s > f > x > j > e", "f > b > j"),
        done=["a"],
        stuck=[("j", "flow_missing")],
    ),
    "a complex gateway is an inclusive one now": Pair(
        old=(start(), par("f"), user("a"), user("b"), complex_gateway("j", "=activationCount > 1"), end(),
             "s > f > a > j > e", "f > b > j"),
        new=(start(), par("f"), user("a"), user("b"), inc("j"), end(), "s > f > a > j > e", "f > b > j"),
        done=["a"],
        stuck=changed("j"),
    ),
    "a sub-process was dissolved": Pair(
        old=SCOPE, new=(start(), user("a"), end(), "s > a > e"), stuck=[*gone("o"), ("a", "scope_changed")]
    ),
    "a task moved into a sub-process": Pair(
        old=ROW, new=SCOPE, stuck=[("a", "scope_changed")]
    ),
    "a sub-process is an ad-hoc one now": Pair(
        old=SCOPE, new=(start(), ad_hoc("o", user("a")), end(), "s > o > e"), stuck=changed("o")
    ),
    "a task repeats now": Pair(
        old=ROW, new=(start(), user("a", multi(cardinality="2")), end(), "s > a > e"), stuck=changed("a")
    ),
    "a repetition is sequential now": Pair(
        old=(start(), user("a", multi(cardinality="2")), end(), "s > a > e"),
        new=(start(), user("a", multi(cardinality="2", sequential=True)), end(), "s > a > e"),
        stuck=changed("a", "a", "a"),
    ),
    "a catch event waits for something else": Pair(
        old=WAITING, new=(start(), catch("w", timer("PT1H")), end(), "s > w > e"), stuck=changed("w")
    ),
    "a message is a signal now": Pair(
        old=WAITING, new=(start(), catch("w", signal("M")), end(), "s > w > e"), stuck=changed("w")
    ),
    "an event gateway lost a way": Pair(
        old=RACE,
        new=(start(), event_gateway("g"), catch("m", message("M")), catch("n", message("N")), end(),
             "s > g > m > e", "g > n > e"),
        stuck=gone("t"),
    ),
    "boundary events come and go without harm": Pair(
        old=(start(), user("a"), boundary("t", "a", timer("PT1H")), end(), "s > a > e", "t > e"),
        new=(start(), user("a"), boundary("m", "a", message("M")), end(), "s > a > e", "m > e"),
    ),
    "event sub-processes come and go without harm": Pair(
        old=(*ROW, event_sub("x", on("xs", message("M")), end("xe"), "xs > xe")),
        new=(*ROW, event_sub("y", on("ys", signal("S")), end("ye"), "ys > ye")),
    ),
    "a compensation handler that may be needed is gone": Pair(
        old=(start(), user("q"), undone_by("q", "undo", kind="userTask"), user("a"), end(), "s > q > a > e"),
        new=(start(), user("q"), user("a"), end(), "s > q > a > e"),
        done=["q"],
        stuck=[("p", "handler_missing")],
    ),
    "a call is a task now": Pair(
        old=(start(), call("c", "called"), end(), "s > c > e"),
        new=(start(), user("c"), end(), "s > c > e"),
        stuck=changed("c"),
    ),
    "a script before the token changed": Pair(
        old=(start(), script("x", "1"), user("a"), end(), "s > x > a > e"),
        new=(start(), script("x", "2"), user("a"), end(), "s > x > a > e"),
    ),
    "flows of the same ends keep a join's token": Pair(
        old=FORK,
        new=(start(), par("f"), user("a"), user("b"), par("j"), end(), "s > f > a", flow("a", "j", id="new"),
             "j > e", "f > b > j"),
        done=["a"],
    ),
}  # fmt: skip

CALLED = process("called", start("cs"), user("cu"), end("ce"), "cs > cu > ce")


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_every_token_that_cannot_move_is_named(
    pair: Pair, upload: Callable[..., Any], start: Callable[..., Any], admin: User
) -> None:
    upload(drawing(*pair.old, more=CALLED).encode(), ready=False)
    instance_id = start("p").id
    for element in pair.done:
        task = HumanTask.objects.get(instance_id=instance_id, element=element, state="open")
        inbox.complete(task_id=task.id, actor=admin, variables={}, now=timezone.now())
    upload(drawing(*pair.new, more=CALLED).encode(), ready=False)
    given: dict[str, Any] = {"instance_id": instance_id, "version_id": UUID(bpmn_definitions.newest_ready("p")),
                             "mapping": pair.mapping, "actor": admin, "now": timezone.now()}  # fmt: skip

    found = migration.dry_run(**given)

    row = Instance.objects.get(id=instance_id)
    assert row.version_id != given["version_id"]
    assert sorted((p.element, p.code) for p in found.problems) == sorted(pair.stuck)
    assert all(re.match(r'"[^"]+" .+\.$', p.message) for p in found.problems)
    if pair.stuck:
        with pytest.raises(errors.CannotMigrate):
            migration.migrate(**given)
        assert Instance.objects.get(id=instance_id).rev == row.rev
    else:
        migration.migrate(**given)
        assert Instance.objects.get(id=instance_id).version_id == given["version_id"]
