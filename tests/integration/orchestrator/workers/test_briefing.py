"""A person reads what was known when the task opened: gathered first, frozen, failures shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from humantasks.models import HumanTask, TaskState
from orchestrator import facts
from orchestrator.connectors import functions
from orchestrator.connectors.base import Call, ConnectorError
from orchestrator.workers import briefing
from tests import drawings

pytestmark = pytest.mark.django_db(transaction=True)


@functions.register("test.income")
def income(call: Call) -> dict:
    """Look up what somebody earns."""
    return {"net_income": 2870, "customer": call.variables["customer"]}


@functions.register("test.down")
def down(call: Call) -> dict:
    """Be out of order."""
    raise ConnectorError("core banking is down")


def reviewing(**sources: str) -> bytes:
    lines = "".join(f'<zeebe:property name="briefing.{name}" value="{text}"/>' for name, text in sources.items())
    end = "</bpmn:extensionElements>"
    task = drawings.user("review").replace(end, f"<zeebe:properties>{lines}</zeebe:properties>{end}")
    return drawings.drawing("briefed", drawings.START + task + drawings.END + drawings.chain("start", "review", "end"))


def items(task: HumanTask) -> dict:
    return {item["name"]: item for item in task.briefing["items"]}


def test_a_task_opens_when_its_context_is_gathered(upload, start):
    upload(reviewing(bureau="Credit bureau | function:test.income"))
    start("briefed", customer="Marta")
    task = HumanTask.objects.get()
    assert task.state == TaskState.PREPARING
    briefing.prepare(task_id=task.id, now=timezone.now())
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    found = items(task)["bureau.net_income"]
    assert (found["value"], found["source"], found["status"]) == (2870, "Credit bureau", "ok")
    assert items(task)["customer"]["source"] == "Case"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("function:test.down", "core banking is down"),
        ("function:nobody", "no function"),
        ("http:http://127.0.0.1:1/{customer}", "not among the hosts"),
        ("carrier-pigeon:x", "a source is http, function or decisions"),
    ],
)
def test_a_source_that_fails_is_shown_as_failed_and_the_task_opens(upload, start, source, says):
    upload(reviewing(bank=f"Core banking | {source}"))
    start("briefed", customer="Marta")
    briefing.prepare(task_id=HumanTask.objects.get().id, now=timezone.now())
    task = HumanTask.objects.get()
    found = items(task)["bank"]
    assert (task.state, found["status"]) == (TaskState.OPEN, "failed")
    assert says in found["error"]


def test_a_lost_gathering_is_found_by_the_sweeper(upload, start):
    upload(reviewing(bureau="function:test.income"))
    start("briefed", customer="Marta")
    briefing.sweep(now=timezone.now())
    assert HumanTask.objects.get().state == TaskState.PREPARING
    briefing.sweep(now=timezone.now() + timedelta(minutes=1))
    assert HumanTask.objects.get().state == TaskState.OPEN


def test_the_worker_is_asked_after_the_commit(upload, start, sent):
    asked = []
    facts.told.connect(lambda fact, **_: asked.append(fact), weak=False, dispatch_uid="test.asked")
    upload(reviewing(bureau="function:test.income"))
    start("briefed", customer="Marta")
    facts.told.disconnect(dispatch_uid="test.asked")
    assert [f.task_ids for f in asked if isinstance(f, facts.TasksToBrief)] == [[HumanTask.objects.get().id]]
