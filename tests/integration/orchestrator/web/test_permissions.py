"""Who may open which page and do which act, role by role; object permissions open one process only."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from guardian.shortcuts import assign_perm

from bpmn import selectors as bpmn_selectors
from orchestrator.governance.roles import Role
from orchestrator.models import Instance
from orchestrator.runtime import selectors

pytestmark = pytest.mark.django_db
ALL = set(Role)
SEEING = {Role.AUTHOR, Role.OPERATOR, Role.GOVERNANCE, Role.ADMIN}


def address(page: str, instance: UUID, deployment: UUID) -> str:
    version = bpmn_selectors.versions("expense_claim")[0].id
    return page.format(instance=instance, deployment=deployment, version=version)


PAGES = {
    "/": ALL,
    "/instances/": ALL,
    "/drawings/": ALL,
    "/search/?q=EX": ALL,
    "/profile/": ALL,
    "/instances/{instance}/": SEEING,
    "/instances/{instance}/cancel/": {Role.OPERATOR, Role.ADMIN},
    "/instances/{instance}/variables/": {Role.OPERATOR, Role.ADMIN},
    "/drawings/expense_claim/": SEEING,
    "/drawings/uploads/{deployment}/": SEEING,
    "/drawings/versions/{version}/file/": SEEING,
    "/drawings/versions/{version}/picture/": SEEING,
    "/drawings/upload/": {Role.AUTHOR, Role.ADMIN},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", list(PAGES))
def test_a_role_opens_exactly_its_pages(
    role: Role, page: str, page_of: Callable[..., Client], started: Callable[..., UUID], deployed: UUID
) -> None:
    answer = page_of(role).get(address(page, started(), deployed))
    assert (answer.status_code == 200) is (role in PAGES[page]), answer.status_code
    assert answer.status_code in (200, 403, 404)


@pytest.mark.parametrize("page", list(PAGES))
def test_without_signing_in_every_page_leads_to_the_sign_in(
    page: str, client: Client, started: Callable[..., UUID], deployed: UUID
) -> None:
    answer = client.get(address(page, started(), deployed))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=")


ACTS = {
    "/drawings/expense_claim/start/": {Role.AUTHOR, Role.OPERATOR, Role.ADMIN},
    "/instances/{instance}/cancel/": {Role.OPERATOR, Role.ADMIN},
    "/instances/{instance}/variables/": {Role.OPERATOR, Role.ADMIN},
    "/drawings/upload/": {Role.AUTHOR, Role.ADMIN},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("act", list(ACTS))
def test_a_role_does_exactly_its_acts(
    role: Role, act: str, page_of: Callable[..., Client], started: Callable[..., UUID], deployed: UUID
) -> None:
    answer = page_of(role).post(address(act, started(), deployed), {"variables": '{"amount": 1}'})
    is_refused = answer.status_code in (403, 404)
    assert is_refused is (role not in ACTS[act]), answer.status_code


@pytest.mark.parametrize("act", [*ACTS, "/sign-out/", "/theme/"])
def test_an_act_without_the_form_s_token_is_refused(
    act: str, person: Callable[..., User], started: Callable[..., UUID], deployed: UUID
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("admin"))
    instance = started()
    answer = client.post(address(act, instance, deployed), {"variables": "{}"})
    assert answer.status_code == 403
    assert b"This form was open too long" in answer.content
    assert Instance.objects.count() == 1


@pytest.mark.parametrize(
    "act", ["/instances/{instance}/suspend/", "/incidents/{instance}/retry/", "/sign-out/", "/theme/"]
)
def test_following_a_link_never_acts(
    act: str, page_of: Callable[..., Client], started: Callable[..., UUID], deployed: UUID
) -> None:
    assert page_of("admin").get(address(act, started(), deployed)).status_code == 405


def test_an_object_permission_opens_one_process(person: Callable[..., User], started: Callable[..., UUID]) -> None:
    instance, reviewer = started(), person("reviewer")
    assert not selectors.visible(reviewer).exists()
    assign_perm("bpmn.view_processdefinition", reviewer, bpmn_selectors.definition("expense_claim"))
    fresh = User.objects.get(pk=reviewer.pk)
    assert [row.id for row in selectors.visible(fresh)] == [instance]
    assert selectors.instance_view(instance, fresh).may_operate is False


def test_an_object_permission_of_a_group_reaches_its_members(
    person: Callable[..., User], started: Callable[..., UUID], client: Client
) -> None:
    instance, reviewer = started(), person("reviewer")
    group = Group.objects.create(name="expenses")
    reviewer.groups.add(group)
    assign_perm("bpmn.operate_processdefinition", group, bpmn_selectors.definition("expense_claim"))
    assign_perm("bpmn.view_processdefinition", group, bpmn_selectors.definition("expense_claim"))
    client.force_login(reviewer)
    assert client.post(f"/instances/{instance}/cancel/", {"reason": "twice"}).status_code == 302
    assert Instance.objects.get(pk=instance).state == "cancelled"


def test_the_search_finds_nothing_that_one_may_not_view(
    page_of: Callable[..., Client], started: Callable[..., UUID]
) -> None:
    started(business_key="EX-SECRET")
    answer = page_of("reviewer").get("/search/", {"q": "EX-"})
    assert b"EX-SECRET" not in answer.content
    assert b"Nothing found" in answer.content


def test_the_bell_names_no_incident_that_one_may_not_view(page_of: Callable[..., Client], stuck: UUID) -> None:
    assert b"EX-STUCK" not in page_of("reviewer").get("/profile/").content
    assert b"EX-STUCK" in page_of("operator").get("/profile/").content
