"""From the drawing through the inbox and on: an answer moves the case, a closed case takes its task away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from humantasks import errors, inbox
from humantasks.models import HumanTask
from orchestrator import deployments
from orchestrator.models import Instance
from orchestrator.runtime import instances
from tests import drawings


@pytest.fixture
def begun(db: None) -> Callable[..., UUID]:
    """Return a function that deploys start, a user task, end and starts it."""
    bpmn_definitions.forget()

    def begin(**variables: object) -> UUID:
        files = [("human.bpmn", drawings.human())]
        deployed = deployments.deploy(files=files, actor=None, now=timezone.now())
        assert all(version["executable"] for version in deployed.definitions), deployed.problems
        return instances.start(key="human", variables=variables, business_key="LN-1", now=timezone.now()).id

    return begin


def test_an_answer_on_the_page_ends_the_case(begun, person):
    instance, client = begun(amount=5), Client()
    client.force_login(person("alice", "reviewers"))
    row = HumanTask.objects.get(instance_id=instance)
    page = client.get(f"/tasks/{row.id}/").content.decode()
    assert "The case waits at review." in page
    picture = client.get(f"/tasks/{row.id}/drawing/").content
    assert b'bpmnElement="review"' in picture, "it can be shown, though its author's file has no diagram"
    answer = client.post(f"/tasks/{row.id}/answer/", {"amount": "7", "shown": row.fingerprint}, follow=True)
    assert "You answered" in answer.content.decode()
    assert Instance.objects.get(id=instance).state == "completed"
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("completed", {"amount": 7})


def test_cancelling_the_case_takes_its_task_out_of_the_inbox(begun, person):
    instance = begun()
    instances.cancel(instance_id=instance, actor=person("root", is_superuser=True), now=timezone.now(), reason="x")
    row = HumanTask.objects.get(instance_id=instance)
    assert row.state == "cancelled"
    client = Client()
    client.force_login(person("alice", "reviewers"))
    assert "This task is gone" in client.get(f"/tasks/{row.id}/").content.decode()


def test_an_answer_that_comes_after_the_case_moved_changes_nothing(begun, person):
    instance = begun()
    row = HumanTask.objects.get(instance_id=instance)
    instances.cancel(instance_id=instance, actor=person("root", is_superuser=True), now=timezone.now(), reason="x")
    with pytest.raises(errors.TaskClosed):
        inbox.complete(task_id=row.id, actor=person("alice", "reviewers"), variables={}, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_the_same_moment_one_wins_and_the_case_moves_once(begun, person):
    instance = begun()
    task_id = HumanTask.objects.get(instance_id=instance).id
    together = threading.Barrier(2)
    outcomes: dict[str, str] = {}

    def answer(actor) -> None:
        try:
            together.wait()
            inbox.complete(task_id=task_id, actor=actor, variables={"by": actor.username}, now=timezone.now())
            outcomes[actor.username] = "won"
        except errors.HumanTasksError as refused:
            outcomes[actor.username] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=[person(name, "reviewers")]) for name in ("alice", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.values()) in (["task_closed", "won"], ["task_claimed_by_other", "won"])
    winner = next(name for name, outcome in outcomes.items() if outcome == "won")
    row = HumanTask.objects.get(id=task_id)
    assert (row.closed_by, row.outcome["by"]) == (winner, winner)
    assert Instance.objects.get(id=instance).state == "completed"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_the_same_moment_one_holds_the_task(begun, person):
    instance = begun()
    task_id = HumanTask.objects.get(instance_id=instance).id
    people = [person(f"p{number}", "reviewers") for number in range(4)]
    together = threading.Barrier(len(people))
    won: list[str] = []

    def take(actor) -> None:
        try:
            together.wait()
            inbox.claim(task_id=task_id, actor=actor, now=timezone.now())
            won.append(actor.username)
        except errors.TaskClaimedByOther:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[actor]) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [HumanTask.objects.get(id=task_id).assignee]
