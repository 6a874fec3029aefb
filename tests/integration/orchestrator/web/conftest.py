"""People in each role, a deployed process, and instances of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from orchestrator import deployments
from orchestrator.models import Job, JobState
from orchestrator.runtime import instances
from orchestrator.workers import dispatch

FILES = Path(__file__).resolve().parents[3] / "files"
KEY = "expense_claim"


@pytest.fixture(autouse=True)
def _no_cached_models() -> None:
    bpmn_definitions.forget()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make a user with roles; the name is the first role's."""

    def make(*names: str, **more: object) -> User:
        user = User.objects.create_user(names[0] if names else "nobody", **more)  # type: ignore[arg-type]
        user.groups.set(Group.objects.filter(name__in=names))
        return user

    return make


@pytest.fixture
def page_of(person: Callable[..., User]) -> Callable[..., Client]:
    """Return the browser of somebody in these roles."""

    def make(*names: str, **more: object) -> Client:
        client = Client()
        client.force_login(person(*names, **more))
        return client

    return make


@pytest.fixture
def deployed(db: None) -> UUID:
    """Deploy the expense claim; returns the deployment's id."""
    data = (FILES / "expense_claim.bpmn").read_bytes()
    done = deployments.deploy(files=[("expense_claim.bpmn", data)], actor=None, now=timezone.now())
    assert done.id is not None, done.problems
    return done.id


@pytest.fixture
def started(deployed: UUID) -> Callable[..., UUID]:
    """Start an expense claim."""

    def start(business_key: str = "EX-1", **variables: object) -> UUID:
        step = instances.start(
            key=KEY, variables=variables or {"amount": 50}, business_key=business_key, now=timezone.now()
        )
        return step.id

    return start


@pytest.fixture
def perform() -> Callable[[], int]:
    """Do every job that waits, as a worker would."""

    def do() -> int:
        ready = Job.objects.filter(state=JobState.READY, is_external=False)
        return dispatch.perform(list(ready.values_list("id", flat=True)), worker="test")

    return do


@pytest.fixture
def stuck(started: Callable[..., UUID], perform: Callable[[], int]) -> UUID:
    """An expense claim with an incident: its amount cannot be compared."""
    instance = started(business_key="EX-STUCK", amount="a lot")
    perform()
    return instance
