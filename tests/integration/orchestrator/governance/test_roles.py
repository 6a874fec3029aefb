"""The five roles exist after migrating, and what an administrator changed stays."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from orchestrator.governance import roles
from orchestrator.governance.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _roles() -> None:
    roles.ensure_roles(reset=True)


def member(role: Role) -> User:
    user = User.objects.create_user(role.value)
    user.groups.add(Group.objects.get(name=role.value))
    return user


ALLOWED = {
    "orchestrator.deploy": {Role.AUTHOR, Role.ADMIN},
    "bpmn.view_processdefinition": {Role.AUTHOR, Role.OPERATOR, Role.GOVERNANCE, Role.ADMIN},
    "bpmn.start_processdefinition": {Role.AUTHOR, Role.OPERATOR, Role.ADMIN},
    "bpmn.operate_processdefinition": {Role.OPERATOR, Role.ADMIN},
    "bpmn.manage_permissions": {Role.GOVERNANCE, Role.ADMIN},
    "humantasks.manage_permissions": {Role.GOVERNANCE, Role.ADMIN},
    "decisions.publish_policy": {Role.GOVERNANCE, Role.ADMIN},
    "decisions.see_records": {Role.OPERATOR, Role.GOVERNANCE, Role.ADMIN},
    "orchestrator.view_auditentry": {Role.GOVERNANCE, Role.ADMIN},
    "orchestrator.view_secret": {Role.ADMIN},
    "orchestrator.view_job": {Role.OPERATOR, Role.ADMIN},
    "orchestrator.change_secret": {Role.ADMIN},
    "auth.change_user": {Role.ADMIN},
    "orchestrator.change_auditentry": set(),
    "decisions.change_decisionrecord": set(),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(ALLOWED))
def test_a_role_has_exactly_its_permissions(role: Role, permission: str) -> None:
    assert member(role).has_perm(permission) is (role in ALLOWED[permission])


def test_what_an_administrator_took_from_a_role_stays_taken() -> None:
    group = Group.objects.get(name="author")
    group.permissions.clear()
    assert roles.ensure_roles() == []
    assert not group.permissions.exists()


def test_a_role_that_was_deleted_comes_back() -> None:
    Group.objects.get(name="operator").delete()
    assert [group.name for group in roles.ensure_roles()] == ["operator"]
