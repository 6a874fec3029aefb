"""What tests of the running show share: people with roles, uploads, a worker that works now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from orchestrator import deployments, facts
from orchestrator.connectors import functions
from orchestrator.connectors.base import BpmnError, Call, ConnectorError
from orchestrator.runtime import instances
from orchestrator.workers import dispatch


@functions.register("test.echo")
def echo(call: Call) -> dict[str, Any]:
    """Answer with what was asked."""
    return {"echoed": dict(call.variables)}


@functions.register("test.fail")
def fail(call: Call) -> dict[str, Any]:
    """Fail as often as the variable `failures` says."""
    if call.attempt <= call.variables.get("failures", 99):
        raise ConnectorError(f"attempt {call.attempt} failed")
    return {"worked_at_attempt": call.attempt}


@functions.register("test.bpmn_error")
def bpmn_error(call: Call) -> dict[str, Any]:
    """Answer with a business error."""
    raise BpmnError("REFUSED", "not today", {"why": "closed"})


@functions.register("test.bug")
def bug(call: Call) -> dict[str, Any]:
    """Raise what nobody expects."""
    return {"never": 1 / 0}


@pytest.fixture
def sent() -> Iterator[list[UUID]]:
    """Collect the job ids that would be sent to the broker, instead of sending them."""
    from orchestrator.workers import background

    ids: list[UUID] = []

    def collect(*, fact: object, **_: object) -> None:
        if isinstance(fact, facts.JobsReady):
            ids.extend(fact.job_ids)

    facts.told.disconnect(background.on_fact, dispatch_uid="handoff.wake")
    facts.told.connect(collect)
    yield ids
    facts.told.disconnect(collect)
    facts.told.connect(background.on_fact, dispatch_uid="handoff.wake")


@pytest.fixture
def upload() -> Callable[..., deployments.Deployed]:
    """Return a function that uploads files and insists that they are ready."""

    def deploy(*files: bytes, ready: bool = True) -> deployments.Deployed:
        named = [(f"drawing{i}.bpmn", data) for i, data in enumerate(files)]
        deployed = deployments.deploy(files=named, actor=None, now=timezone.now())
        if ready:
            assert all(d["executable"] for d in deployed.definitions), deployed.problems
        return deployed

    return deploy


@pytest.fixture
def start(sent: list[UUID]) -> Callable[..., Any]:
    """Return a function that starts an instance."""

    def begin(key: str, **variables: Any) -> Any:
        return instances.start(key=key, variables=variables, now=timezone.now())

    return begin


@pytest.fixture
def work(sent: list[UUID]) -> Callable[[], int]:
    """Return a function that does every job that was sent, and those they lead to."""

    def do() -> int:
        done = 0
        while sent:
            ids, sent[:] = list(sent), []
            done += dispatch.perform(ids, worker="test")
        return done

    return do


@pytest.fixture
def reviewer() -> User:
    """Return a person of the group `reviewers`."""
    person = User.objects.create_user("rita", password="x")
    group, _ = Group.objects.get_or_create(name="reviewers")
    person.groups.add(group)
    return person


@pytest.fixture
def admin() -> User:
    """Return somebody who may do everything."""
    return User.objects.create_superuser("ada", password="x")
