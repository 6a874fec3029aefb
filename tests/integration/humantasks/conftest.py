"""People, tasks and facts, without the orchestrator that usually listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User

from decisions.edge.ids import new_id
from humantasks import cases, facts, inbox
from humantasks.models import HumanTask
from orchestrator.workers import answers

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
SUGGESTION = {
    "route": "suggest",
    "label": "approve",
    "confidence": 0.91,
    "band": [0.86, 0.95],
    "model": "credit-risk 3",
    "policy": "loan 7",
    "reasons": [{"feature": "savings", "text": "Savings cover 6 instalments", "contribution": 0.36}],
}
CONDITIONS = [
    {"code": "confident_alone", "text": "Confidence above 0.95", "expected": "> 0.95", "actual": "0.91",
     "met": False},
    {"code": "rule:amount", "text": "Amount up to 25000", "expected": "<= 25000", "actual": "18400", "met": True},
]  # fmt: skip


@pytest.fixture
def now() -> datetime:
    """Return the moment at which these tests happen."""
    return NOW


@pytest.fixture
def told() -> Iterator[list[object]]:
    """Collect the facts that are told; the orchestrator does not listen meanwhile."""
    heard: list[object] = []

    def collect(*, fact: object, **_: object) -> None:
        heard.append(fact)

    facts.told.disconnect(answers.on_inbox, dispatch_uid="handoff.answers")
    cases.connect(cases.hold_alone)
    facts.told.connect(collect)
    yield heard
    facts.told.disconnect(collect)
    cases.connect(answers.hold)
    facts.told.connect(answers.on_inbox, dispatch_uid="handoff.answers")


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Return a function that makes a user in groups."""

    def make(username: str, *groups: str, **more: Any) -> User:
        user = User.objects.create_user(username, password="secret", **more)
        user.groups.set([Group.objects.get_or_create(name=name)[0] for name in groups])
        return user

    return make


@pytest.fixture
def task(told: list[object], db: None) -> Callable[..., HumanTask]:
    """Return a function that opens a task in the queue `credit`."""

    def make(**more: Any) -> HumanTask:
        spec: dict[str, Any] = {
            "id": new_id(), "reference": str(uuid4()), "kind": "user_task", "instance_id": uuid4(),
            "process_key": "loan", "element": "review", "name": "Review application",
            "candidate_groups": ("credit",), "variables": {"amount": 18400, "purpose": "kitchen"},
            "created_at": NOW,
        }  # fmt: skip
        inbox.create(specs=[inbox.TaskSpec(**{**spec, **more})], now=NOW)
        return HumanTask.objects.order_by("-id").first() or pytest.fail("no task")

    return make


@pytest.fixture
def decision(task: Callable[..., HumanTask]) -> Callable[..., HumanTask]:
    """Return a function that opens a decision with a suggestion."""

    def make(route: str = "suggest", **more: Any) -> HumanTask:
        form = {"decision": "credit", "labels": [{"value": "approve", "text": "Approve"}, "refuse"]}
        suggestion = {**SUGGESTION, "route": route}
        return task(kind="decision", form=form, suggestion=suggestion, conditions=CONDITIONS, record_id=uuid4(), **more)

    return make
