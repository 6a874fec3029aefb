"""Two at once, each with a connection of its own: one wins, the other is told so, nothing happens twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from humantasks import inbox
from humantasks.models import HumanTask
from orchestrator.api.authentication import issue
from orchestrator.models import Activity, Instance
from orchestrator.runtime import instances
from tests import drawings
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_answer_one_task_and_one_wins(upload, start, admin):
    upload(drawings.human())
    step = start("human")
    task = HumanTask.objects.get()
    people = [admin, User.objects.create_superuser("bea", password="x")]
    came_to = at_once(*(
        lambda who=who: inbox.complete(task_id=task.id, actor=who, variables={"by": who.username}, now=timezone.now())
        for who in people
    ))  # fmt: skip
    lost = [each for each in came_to if isinstance(each, Exception)]
    assert [each.code for each in lost] == ["task_closed"]
    assert Instance.objects.get(id=step.id).state == "completed"
    assert Activity.objects.filter(instance_id=step.id, element="end").count() == 1


def test_two_people_claim_one_task_and_the_other_hears_who(upload, start, admin):
    upload(drawings.human())
    start("human")
    task = HumanTask.objects.get()
    people = [admin, User.objects.create_superuser("bea", password="x")]
    came_to = at_once(*(lambda who=who: inbox.claim(task_id=task.id, actor=who, now=timezone.now()) for who in people))
    (lost,) = [each for each in came_to if isinstance(each, Exception)]
    assert (lost.code, lost.by) == ("task_claimed_by_other", HumanTask.objects.get().assignee)


def test_new_data_and_an_answer_to_the_old_at_once_come_one_after_the_other(upload, start, admin):
    upload(drawings.human())
    start("human")
    task, now = HumanTask.objects.get(), timezone.now()
    came_to = at_once(
        lambda: inbox.complete(task_id=task.id, actor=admin, variables={}, fingerprint=task.fingerprint, now=now),
        lambda: inbox.attach_briefing(task_id=task.id, briefing=None, variables={"amount": 9}, now=now),
    )
    (lost,) = [each for each in came_to if isinstance(each, Exception)]
    state = HumanTask.objects.get().state
    assert (lost.code, state) in (("shown_data_changed", "open"), ("task_closed", "completed"))


def test_an_answer_and_a_cancellation_at_once_leave_one_end(upload, start, admin):
    upload(drawings.human())
    step = start("human")
    task = HumanTask.objects.get()
    came_to = at_once(
        lambda: inbox.complete(task_id=task.id, actor=admin, variables={}, now=timezone.now()),
        lambda: instances.cancel(instance_id=step.id, actor=admin, now=timezone.now()),
    )
    lost = [each for each in came_to if isinstance(each, Exception)]
    assert len(lost) == 1, came_to
    assert lost[0].code in ("not_waiting", "already_done", "task_closed", "concurrent_change"), lost
    state = Instance.objects.get(id=step.id).state
    assert (state, HumanTask.objects.get().state) in (("completed", "completed"), ("cancelled", "cancelled"))


def test_one_idempotency_key_sent_five_times_at_once_starts_one_instance(upload, sent, admin):
    upload(drawings.human())
    token = issue(user=admin)

    def send() -> Any:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return client.post("/api/v1/definitions/human/start", {}, HTTP_IDEMPOTENCY_KEY="once").json()["id"]

    assert len(set(at_once(*[send] * 5))) == 1
    assert Instance.objects.count() == 1
