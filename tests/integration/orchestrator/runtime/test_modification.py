"""Changing the tokens of an instance: cancel here, start there, begin again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from humantasks.models import HumanTask
from orchestrator import errors
from orchestrator.models import AuditEntry, Instance, Job, Timer
from orchestrator.runtime import modification
from orchestrator.runtime.modification import Modification
from tests.drawings import END, START, chain, drawing, service, user

pytestmark = pytest.mark.django_db(transaction=True)

TIMEOUT = (
    '<bpmn:boundaryEvent id="late" attachedToRef="ask"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    '<bpmn:endEvent id="too_late"/>'
)


@pytest.fixture
def asked(upload: Callable[..., Any], start: Callable[..., Any]) -> UUID:
    """Return an instance that waits for a person, a timer beside it."""
    body = START + user("ask") + TIMEOUT + service("pay", "test.echo") + user("check") + END
    flows = chain("start", "ask", "pay", "check", "end") + chain("late", "too_late")
    upload(drawing("asked", body + flows))
    instance_id: UUID = start("asked", amount=1).id
    return instance_id


def modify(instance_id: UUID, actor: User, **change: Any) -> None:
    modification.modify(instance_id=instance_id, change=Modification(**change), actor=actor, now=timezone.now())


def open_tasks(instance_id: UUID) -> list[str]:
    return list(HumanTask.objects.filter(instance_id=instance_id, state="open").values_list("element", flat=True))


def test_cancelling_here_and_starting_there(asked: UUID, work: Callable[[], int], admin: User) -> None:
    modify(asked, admin, cancel=["ask"], activate=["pay"], variables={"amount": 2})

    assert open_tasks(asked) == []
    assert not Timer.objects.filter(instance_id=asked).exists()
    assert Job.objects.get(instance_id=asked).variables["amount"] == 2
    work()
    assert open_tasks(asked) == ["check"]


def test_starting_one_more_leaves_the_others(asked: UUID, admin: User) -> None:
    modify(asked, admin, activate=["check"])
    assert sorted(open_tasks(asked)) == ["ask", "check"]


def test_cancelling_the_last_token_ends_it(asked: UUID, admin: User) -> None:
    modify(asked, admin, cancel=["ask"])
    assert Instance.objects.get(id=asked).state == "completed"


def test_beginning_again_takes_every_token_away(asked: UUID, admin: User) -> None:
    modify(asked, admin, activate=["check", "pay"])

    modification.restart(instance_id=asked, element="ask", actor=admin, now=timezone.now())

    assert open_tasks(asked) == ["ask"]
    assert set(Job.objects.filter(instance_id=asked).values_list("state", flat=True)) == {"cancelled"}
    assert Timer.objects.filter(instance_id=asked).count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cancel": ["check"]}, 'No token stands on "check"'),
        ({"cancel_tokens": [99]}, "no token 99"),
        ({"activate": ["nowhere"]}, 'no element "nowhere"'),
        ({"activate": ["late"]}, 'late" cannot be activated'),
        ({"cancel": ["ask"], "activate": ["nowhere"]}, 'no element "nowhere"'),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(
    change: dict[str, Any], said: str, asked: UUID, admin: User
) -> None:
    with pytest.raises(errors.NotWaiting, match=said):
        modify(asked, admin, **change)
    assert open_tasks(asked) == ["ask"]
    assert not AuditEntry.objects.exists()


def test_nothing_to_change_is_bad_input(asked: UUID, admin: User) -> None:
    with pytest.raises(errors.BadInput):
        modify(asked, admin)


def test_the_audit_keeps_names_and_no_values(asked: UUID, admin: User) -> None:
    modify(asked, admin, cancel=["ask"], activate=["check"], variables={"salary": 90000})
    entry = AuditEntry.objects.get(act="instance.modified")
    assert entry.detail == {"cancelled": ["ask"], "cancelled_tokens": [], "activated": ["check"],
                            "variables": ["salary"]}  # fmt: skip


def test_only_who_may_operate_the_process_modifies(asked: UUID, reviewer: User) -> None:
    with pytest.raises(errors.NotFound):
        modify(asked, reviewer, cancel=["ask"])
    with pytest.raises(errors.NotFound):
        modification.restart(instance_id=asked, element="ask", actor=reviewer, now=timezone.now())
