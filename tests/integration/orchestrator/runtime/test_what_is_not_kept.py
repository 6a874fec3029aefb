"""Texts and numbers that no column holds: refused with a sentence or an incident, never with a bare error."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bpmn.engine.commands import CompleteJob
from orchestrator import deployments, errors
from orchestrator.connectors.base import ConnectorError
from orchestrator.models import Incident, Instance, Job
from orchestrator.runtime import instances, jobs, messages
from orchestrator.runtime.change import Lease
from orchestrator.workers import dispatch
from tests.drawings import END, START, chain, drawing, service, straight

pytestmark = pytest.mark.django_db
NULLS = {"a": "x\x00y", "deep": [{"b\x00": 1}]}
refused = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps it: make test-real")


def upload(data: bytes) -> None:
    done = deployments.deploy(files=[("d.bpmn", data)], actor=None, now=timezone.now())
    assert done.id, done.problems


def start(key: str, **variables: Any) -> Any:
    return instances.start(key=key, variables=variables, now=timezone.now())


@pytest.fixture
def waiting() -> Any:
    upload(straight(type="outside"))
    return start("straight")


def catching(key: str) -> bytes:
    """Return a process that waits for the message "paid" with a key from its variables."""
    roots = (
        '<bpmn:message id="M" name="paid"><bpmn:extensionElements><zeebe:subscription correlationKey="=k"/>'
        "</bpmn:extensionElements></bpmn:message>"
    )
    wait = (
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition messageRef="M"/>'
        "</bpmn:intermediateCatchEvent>"
    )
    return drawing(key, START + wait + END + chain("start", "wait", "end"), roots=roots)


@pytest.mark.parametrize(
    ("data", "variables", "code"),
    [
        (straight("p", type="=t"), {"t": "x" * 256}, "text_too_long"),
        (straight("p", type="=t"), {"t": "x"}, None),
        (catching("p"), {"k": "x" * 256}, "text_too_long"),
        (catching("p"), {"k": "x" * 255}, None),
    ],
)
def test_a_text_that_an_expression_makes_too_long_is_an_incident(
    data: bytes, variables: dict[str, str], code: str | None
) -> None:
    upload(data)
    instance = start("p", **variables)
    assert list(Incident.objects.filter(instance_id=instance.id).values_list("code", flat=True)) == [code] * bool(code)


def test_a_number_that_an_expression_makes_too_high_is_an_incident() -> None:
    body = START + service("work", "outside").replace("/><zeebe:taskHeaders", ' retries="=n"/><zeebe:taskHeaders')
    upload(drawing("p", body + END + chain("start", "work", "end")))
    start("p", n=40_000)
    assert Incident.objects.get().code == "number_out_of_range"


def test_a_long_name_of_a_task_is_cut_in_its_job() -> None:
    upload(drawing("p", START + service("work", "outside").replace('name="work"', f'name="{"n" * 300}"') + END
                   + chain("start", "work", "end")))  # fmt: skip
    start("p")
    assert Job.objects.get().name == "n" * 255


def mapped(source: str) -> bytes:
    """Return a process whose job ends with an output mapping."""
    output = f"<zeebe:ioMapping><zeebe:output source='{source}' target='a'/></zeebe:ioMapping></bpmn:extensionElements>"
    work = service("work", "log").replace("</bpmn:extensionElements>", output)
    return drawing("p", START + work + END + chain("start", "work", "end"))


def test_a_null_character_that_an_expression_makes_is_an_incident() -> None:
    upload(mapped('="x\\u0000y"'))
    start("p")
    dispatch.perform(list(Job.objects.values_list("id", flat=True)), worker="test")
    assert Incident.objects.get().code == "null_character"


@refused
def test_a_result_that_cannot_be_kept_fails_its_job() -> None:
    upload(mapped('=["x\\u0000y"]'))
    start("p")
    dispatch.perform(list(Job.objects.values_list("id", flat=True)), worker="test")
    found = Incident.objects.get()
    assert (found.code, "cannot keep" in found.message) == ("bad_output", True)


def test_a_worker_s_error_may_hold_a_null_character(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(work: Any) -> None:
        raise ConnectorError("x\x00y", retryable=False, code="odd")

    monkeypatch.setattr(dispatch.service, "perform", broken)
    upload(straight(type="log"))
    start("straight")
    dispatch.perform(list(Job.objects.values_list("id", flat=True)), worker="test")
    assert Incident.objects.get().message == "x\\0y"


@refused
@pytest.mark.parametrize("variables", [{name: value} for name, value in NULLS.items()])
def test_a_null_character_is_refused_by_every_verb_and_nothing_changes(waiting: Any, variables: Any) -> None:
    now = timezone.now()
    before = Instance.objects.values_list("rev", flat=True).get()
    with pytest.raises(errors.BadInput, match="cannot keep"):
        instances.set_variables(instance_id=waiting.id, variables=variables, actor=None, now=now)
    with pytest.raises(errors.BadInput):
        start("straight", **variables)
    with pytest.raises(errors.BadInput):
        messages.publish(name="m", correlation_key=None, variables=variables, now=now, ttl_seconds=60)
    (work,) = jobs.take(job_ids=[Job.objects.get().id], lease=Lease(worker="w", until=now), now=now)
    with pytest.raises(errors.BadInput):
        jobs.complete(work=[(work, CompleteJob(token=work.token, variables=variables))], now=now)
    assert Instance.objects.values_list("rev", flat=True).get() == before
