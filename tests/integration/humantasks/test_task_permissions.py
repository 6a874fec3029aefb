"""Who sees and does which tasks: groups, object permissions, roles; in querysets, verbs and REST alike."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from guardian.shortcuts import assign_perm

from humantasks import errors, inbox, listing, permissions, selectors
from humantasks.models import Inbox
from orchestrator.governance import roles


def sees(user: User, row) -> bool:
    """Tell whether lists and single reads show a task, and insist that they agree."""
    permissions.forget(user)
    listed = selectors.visible_to(user).filter(id=row.id).exists()
    in_sql = row in listing.page(user, listing.Narrowed(instance_id=row.instance_id), most=2)
    assert listed == permissions.may_see(user, row) == in_sql
    return listed


def does(user: User, row) -> bool:
    """Tell whether a person may do a task, and insist that list and verb agree."""
    permissions.forget(user)
    listed = permissions.workable(user, type(row).objects.filter(id=row.id)).exists()
    assert listed == permissions.may_work(user, row)
    return listed


@pytest.mark.parametrize(
    ("spec", "groups", "seen"),
    [
        ({}, ("credit",), True),
        ({}, ("other",), False),
        ({"candidate_groups": ("seniors", "credit")}, ("credit",), True),
        ({"candidate_groups": (), "candidate_users": ("zoe",)}, (), True),
        ({"candidate_groups": (), "assignee": "zoe"}, (), True),
        ({"candidate_groups": (), "assignee": "alice"}, ("credit",), False),
        ({"candidate_groups": ()}, ("reviewer",), True),
        ({"candidate_groups": ()}, ("credit",), False),
    ],
)
def test_whoever_the_drawing_names_sees_and_does_the_task(task, person, spec, groups, seen):
    row, zoe = task(**spec), person("zoe", *groups)
    assert (sees(zoe, row), does(zoe, row)) == (seen, seen)


@pytest.mark.parametrize(
    ("permission", "seen", "done"),
    [("view_inbox", True, False), ("work_inbox", True, True), ("supervise_inbox", True, False)],
)
@pytest.mark.parametrize("by_group", [False, True])
def test_object_permissions_open_one_inbox_and_no_other(task, person, permission, seen, done, by_group):
    row, elsewhere, zoe = task(), task(candidate_groups=("other",)), person("zoe", "helpers")
    credit = Inbox.objects.create(key="credit")
    assign_perm(permission, Group.objects.get(name="helpers") if by_group else zoe, credit)
    assert (sees(zoe, row), does(zoe, row)) == (seen, done)
    assert not sees(zoe, elsewhere)


@pytest.mark.parametrize(
    ("role", "seen", "done"),
    [
        ("author", False, False),
        ("reviewer", False, False),
        ("operator", True, False),
        ("governance", True, False),
        ("admin", True, True),
    ],
)
def test_what_each_role_sees_and_does_of_a_queue_that_is_not_theirs(task, person, role, seen, done):
    roles.ensure_roles()
    row, someone = task(), person("someone", role)
    assert (sees(someone, row), does(someone, row)) == (seen, done)


@pytest.mark.parametrize(("role", "status"), [("author", 404), ("operator", 403), ("reviewer", 404)])
@pytest.mark.parametrize("act", ["claim", "complete", "unclaim"])
def test_rest_refuses_what_is_not_allowed(task, person, role, status, act):
    roles.ensure_roles()
    row, client = task(), Client()
    client.force_login(person("someone", role))
    answer = client.post(f"/api/v1/tasks/{row.id}/{act}", {}, content_type="application/json")
    if (act, role) == ("unclaim", "operator"):
        status = 403
    assert answer.status_code == status, answer.content


def test_rest_shows_nothing_of_what_is_sealed(decision, person, told):
    client = Client()
    client.force_login(person("alice", "credit"))
    row = decision("escalate")
    answer = client.get("/api/v1/tasks?state=open")
    (found,) = answer.json()["results"]
    assert (found["id"], found["suggestion"]) == (str(row.id), None)
    assert not [word for word in ("0.91", "Savings", "confident_alone") if word in answer.content.decode()]


def test_an_operator_passes_on_what_another_holds(task, person, now):
    roles.ensure_roles()
    row, alice = task(), person("alice", "credit")
    inbox.claim(task_id=row.id, actor=alice, now=now)
    assert inbox.pass_on(task_id=row.id, actor=person("olga", "operator"), to_user="alice", now=now)


def test_somebody_who_left_does_nothing(task, person, now):
    row = task(assignee="zoe")
    zoe = person("zoe", "credit", is_active=False)
    assert (sees(zoe, row), does(zoe, row)) == (False, False)
    with pytest.raises(errors.TaskNotFound):
        inbox.complete(task_id=row.id, actor=zoe, variables={}, now=now)


def test_a_member_of_the_queue_is_let_in_by_one_query(task, person, django_assert_num_queries):
    row, alice = task(), person("alice", "credit")
    with django_assert_num_queries(1):
        assert permissions.may_work(alice, row)
        assert permissions.may_work(alice, row)


def test_a_list_costs_the_same_for_many_tasks(task, person, django_assert_max_num_queries):
    alice = person("alice", "credit")
    for _ in range(5):
        task()
    with django_assert_max_num_queries(6):
        assert len([selectors.to_rest(row) for row in selectors.visible_to(alice)]) == 5
