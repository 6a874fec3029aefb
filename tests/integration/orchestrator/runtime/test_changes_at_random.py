"""Sound processes drawn at random, changed in flight at random: every task is still done as often as drawn."""

from __future__ import annotations

import random
import re
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpmn import definitions as bpmn_definitions
from bpmn.engine import commands
from humantasks import inbox
from humantasks.models import HumanTask
from orchestrator import deployments, errors
from orchestrator.models import Instance, Job, JobState, Subscription, Timer
from orchestrator.runtime import instances, jobs, migration, modification, store, suspension
from orchestrator.runtime.modification import Modification
from tests.unit.bpmn.engine.test_properties import Block, blocks, drawn

pytestmark = pytest.mark.django_db

MOST_ACTS = 400


class Play:
    """One instance, the two versions it can run by, and the acts that people and workers do to it."""

    def __init__(self, xml: str, seed: int, admin: User) -> None:
        self.dice, self.admin = random.Random(seed), admin
        numbers = sorted(set(re.findall(r'Task id="u(\d+)"', xml)))
        self.mappings = [{f"xu{n}": f"u{n}" for n in numbers}, {f"u{n}": f"xu{n}" for n in numbers}]
        self.versions = [_deployed(text) for text in (xml, re.sub(r"\bu(\d+)\b", r"xu\1", xml))]
        self.id = instances.start(key="p", version_id=self.versions[0], variables={}, now=timezone.now()).id
        self.on = 0

    def act(self) -> None:
        """Do something at random; whatever is refused has changed nothing."""
        kinds = [self.work, self.work, self.work, self.move_to_other_version, self.begin_again, self.suspend]
        self.dice.choice(kinds)()

    def work(self) -> None:
        """Do an open task or job; while the instance is suspended neither can be done."""
        suspended = Instance.objects.get(id=self.id).is_suspended
        tasks = list(HumanTask.objects.filter(instance_id=self.id, state="open").order_by("id"))
        leased = jobs.activate(type="t", worker="w", limit=1, lease_seconds=60, now=timezone.now())
        assert not (suspended and leased)
        if leased:
            (work,) = jobs.works([leased[0].id])
            jobs.complete(work=[(work, commands.CompleteJob(token=work.token))], now=timezone.now())
        elif tasks and suspended:
            with pytest.raises(errors.Suspended):
                self.answer(self.dice.choice(tasks))
            self.suspend()
        elif tasks:
            self.answer(self.dice.choice(tasks))
        elif suspended:
            self.suspend()

    def answer(self, task: HumanTask) -> None:
        inbox.complete(task_id=task.id, actor=self.admin, variables={}, now=timezone.now())

    def suspend(self) -> None:
        """Suspend the instance, or resume it."""
        verb = suspension.resume if Instance.objects.get(id=self.id).is_suspended else suspension.suspend
        verb(instance_id=self.id, actor=self.admin, now=timezone.now())

    def move_to_other_version(self) -> None:
        """Move to the version with the other names; flows follow the flow nodes."""
        self.on = 1 - self.on
        migration.migrate(instance_id=self.id, version_id=self.versions[self.on], mapping=self.mappings[self.on],
                          actor=self.admin, now=timezone.now())  # fmt: skip

    def begin_again(self) -> None:
        """Take one token away and put it on the same element; in one of several open scopes that is refused."""
        token = self.dice.choice([token for token in self.tokens() if token.waiting])
        change = Modification(cancel_tokens=[token.id], activate=[token.element])
        with suppress(errors.NotWaiting):
            modification.modify(instance_id=self.id, change=change, actor=self.admin, now=timezone.now())

    def tokens(self) -> list[Any]:
        state = store.read(Instance.objects.get(id=self.id))
        return [token for token in modification.places(state) if token.kind in ("userTask", "serviceTask")]

    def check(self) -> None:
        """Every token that waits has one open row of its own, at its element, and there are no others."""
        row = Instance.objects.get(id=self.id)
        assert row.version_id == self.versions[self.on]
        waiting = Counter((token.id, token.element) for token in self.tokens() if token.waiting)
        tasks = HumanTask.objects.filter(instance_id=self.id, state="open").values_list("reference", "element")
        open_jobs = Job.objects.filter(instance_id=self.id, state__in=(JobState.READY, JobState.RUNNING))
        rows = Counter((int(reference.rpartition(":")[2]), element) for reference, element in tasks)
        rows += Counter(open_jobs.values_list("token", "element"))
        assert rows == waiting
        assert max(rows.values(), default=1) == 1


def _deployed(xml: str) -> UUID:
    done = deployments.deploy(files=[("p.bpmn", xml.encode())], actor=None, now=timezone.now())
    assert all(d["executable"] for d in done.definitions), done.problems
    return UUID(bpmn_definitions.newest_ready("p"))


def _with_jobs(xml: str) -> str:
    """Let workers do every second task."""
    work = r'<serviceTask id="u\1" camunda:type="external" camunda:topic="t"></serviceTask>'
    return re.sub(r'<userTask id="u(\d*[02468])"></userTask>', work, xml)


@given(blocks(2), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_changed_in_flight_every_task_is_done_as_often_as_drawn(
    sent: list[UUID], admin: User, block: Block, seed: int
) -> None:
    xml, expected = drawn(block)
    play = Play(_with_jobs(xml), seed, admin)

    for _ in range(MOST_ACTS):
        if Instance.objects.get(id=play.id).ended_at:
            break
        play.act()
        play.check()

    tasks = HumanTask.objects.filter(instance_id=play.id, state="completed").values_list("element", flat=True)
    done = Job.objects.filter(instance_id=play.id, state=JobState.DONE).values_list("element", flat=True)
    assert Instance.objects.get(id=play.id).state == "completed"
    assert Counter(element.removeprefix("x") for element in [*tasks, *done]) == expected
    assert not Timer.objects.filter(instance_id=play.id).exists()
    assert not Subscription.objects.filter(instance_id=play.id).exists()
