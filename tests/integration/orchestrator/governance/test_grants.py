"""Who may do what is read by one statement, and is what Django and guardian would say."""

from __future__ import annotations

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from guardian.backends import ObjectPermissionBackend
from guardian.shortcuts import assign_perm

from humantasks.models import Inbox
from orchestrator.governance import roles
from orchestrator.governance.grants import Backend

pytestmark = pytest.mark.django_db


@pytest.fixture
def inboxes() -> list[Inbox]:
    return [Inbox.objects.create(key=key) for key in ("mine", "ours", "theirs")]


@pytest.fixture
def zoe(inboxes: list[Inbox]) -> User:
    """Return somebody with a permission of each way there is: by role, own, own on one object, a group's on one."""
    roles.ensure_roles()
    zoe, helpers = User.objects.create_user("zoe"), Group.objects.create(name="helpers")
    zoe.groups.add(helpers, Group.objects.get(name=roles.Role.OPERATOR))
    assign_perm("humantasks.work_any", zoe)
    assign_perm("work_inbox", zoe, inboxes[0])
    assign_perm("view_inbox", helpers, inboxes[1])
    return zoe


def has(user: User, permission: str, on: Inbox | None) -> bool:
    try:
        return Backend().has_perm(user, permission, on)
    except PermissionDenied:
        return False


def test_it_says_what_django_says_of_every_permission(zoe):
    names = [f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")]
    assert {n for n in names if has(zoe, n, None)} == {n for n in names if ModelBackend().has_perm(zoe, n)} != set()


def test_it_says_what_guardian_says_of_every_object(zoe, inboxes):
    asked = [(f"humantasks.{p}", inbox) for p in ("work_inbox", "view_inbox", "supervise_inbox") for inbox in inboxes]
    allowed = [pair for pair in asked if has(zoe, *pair)]
    assert allowed == [pair for pair in asked if ObjectPermissionBackend().has_perm(zoe, *pair)]
    assert len(allowed) == 2


def test_all_of_it_is_asked_for_once(zoe, inboxes, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert zoe.has_perm("orchestrator.view_job")
        assert zoe.has_module_perms("orchestrator")
        assert not zoe.has_perm("humantasks.supervise_inbox", inboxes[2])


def test_somebody_who_left_has_none(zoe, inboxes):
    zoe.is_active = False
    assert not zoe.has_perm("humantasks.work_any")
    assert not zoe.has_perm("humantasks.work_inbox", inboxes[0])
    assert not zoe.has_module_perms("humantasks")
