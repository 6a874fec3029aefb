"""Inboxes that push give new tasks to people."""

from __future__ import annotations

import pytest

from humantasks import inbox
from humantasks.models import HumanTask, Inbox, WorkProfile


@pytest.fixture
def team(person):
    """Return three people of the queue `credit`; the last one is away."""
    people = [person(name, "credit") for name in ("ann", "ben", "cat")]
    WorkProfile.objects.create(user=people[2], is_away=True)
    return people


def test_a_pool_leaves_tasks_in_the_queue(team, task):
    Inbox.objects.create(key="credit")
    assert task().assignee == ""


def test_round_robin_goes_round_those_who_are_there(team, task):
    Inbox.objects.create(key="credit", strategy="round_robin")
    assert [task().assignee for _ in range(4)] == ["ann", "ben", "ann", "ben"]


def test_least_loaded_looks_at_open_tasks_only(team, task, now):
    Inbox.objects.create(key="credit", strategy="least_loaded")
    first, second = task(), task()
    assert {first.assignee, second.assignee} == {"ann", "ben"}
    inbox.complete(task_id=second.id, actor=team[1], variables={}, now=now)
    assert task().assignee == "ben"


def test_several_tasks_of_one_command_are_shared_out(team, told, now):
    Inbox.objects.create(key="credit", strategy="least_loaded")
    specs = [_spec(number, now) for number in range(4)]
    inbox.create(specs=specs, now=now)
    assert sorted(HumanTask.objects.values_list("assignee", flat=True)) == ["ann", "ann", "ben", "ben"]


def test_skills_are_read_from_the_case(team, task):
    Inbox.objects.create(key="credit", strategy="skills", skill_variable="language")
    WorkProfile.objects.create(user=team[1], skills=["french"])
    assert task(variables={"language": "french"}).assignee == "ben"
    assert task(variables={"language": "welsh"}).assignee == ""


@pytest.mark.parametrize("skills", [5, "french", None, {"french": 1}, [["french"]]])
def test_skills_that_are_no_list_of_texts_stop_no_case(team, task, skills):
    Inbox.objects.create(key="credit", strategy="skills", skill_variable="language")
    WorkProfile.objects.create(user=team[1], skills=skills or 0)
    assert task(variables={"language": "french"}).assignee == ("ben" if skills == "french" else "")


def test_a_strategy_there_is_not_leaves_tasks_in_the_queue(team, task):
    Inbox.objects.create(key="credit", strategy="gone")
    assert task().assignee == ""


def _spec(number, now):
    from uuid import uuid4

    return inbox.TaskSpec(
        id=uuid4(), reference=f"i:{number}", kind="user_task", instance_id=uuid4(), process_key="p",
        element="e", name="n", candidate_groups=("credit",), created_at=now,
    )  # fmt: skip
