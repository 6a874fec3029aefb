"""The admin's pages render for every model, hide what must not be seen, and let nobody raise themselves."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import get_user_perms

from bpmn.models import ProcessDefinition
from orchestrator.connectors import connections
from orchestrator.models import ApiToken, AuditEntry, Connection, Secret

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff(*permissions: str, **more: object) -> User:
    user = User.objects.create_user("clerk", is_staff=True, **more)  # type: ignore[arg-type]
    for name in permissions:
        label, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    return user


@pytest.fixture
def root() -> Client:
    return client_of(User.objects.create_superuser("root"))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_renders(model: type, root: Client) -> None:
    opts = model._meta  # type: ignore[attr-defined]
    answer = root.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
    assert answer.status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_form_for_a_new_row_renders_or_is_refused(model: type, root: Client) -> None:
    opts = model._meta  # type: ignore[attr-defined]
    answer = root.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_add"))
    may_add = admin.site._registry[model].has_add_permission(answer.wsgi_request)
    assert answer.status_code == (200 if may_add else 403)


def test_the_index_renders(root: Client) -> None:
    assert root.get("/admin/").status_code == 200


def process() -> ProcessDefinition:
    return ProcessDefinition.objects.create(key="loan", name="Loan", created_at=timezone.now())


def grant_page(row: ProcessDefinition, user: User) -> str:
    return reverse("admin:bpmn_processdefinition_permissions_manage_user", args=[row.pk, user.pk])


def test_changing_a_model_is_not_enough_to_grant_oneself_its_rows() -> None:
    row, clerk = process(), staff("bpmn.view_processdefinition", "bpmn.change_processdefinition")
    answer = client_of(clerk).post(grant_page(row, clerk), {"permissions": ["operate_processdefinition"]})
    assert answer.status_code == 403
    assert not get_user_perms(clerk, row).exists()
    overview = reverse("admin:bpmn_processdefinition_permissions", args=[row.pk])
    assert client_of(clerk).get(overview).status_code == 403


def test_the_pages_of_permissions_speak_to_people() -> None:
    row, root = process(), client_of(User.objects.create_superuser("root"))
    address = reverse("admin:bpmn_processdefinition_permissions", args=[row.pk])
    assert b"The name this person signs in with." in root.get(address).content
    wrong = root.post(address, {"user": "nobody", "submit_manage_user": "1"})
    assert b"Nobody signs in with this name" in wrong.content
    assert b"USERNAME_FIELD" not in wrong.content
    right = root.post(address, {"user": "root", "submit_manage_user": "1"})
    assert "/user-manage/" in right.headers["Location"]


GUARDED = [model for model in MODELS if hasattr(admin.site._registry[model], "obj_perms_manage_view")]


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model._meta.label)
def test_no_app_registers_a_page_of_permissions_without_the_guard(model: type) -> None:
    opts = model._meta  # type: ignore[attr-defined]
    clerk = client_of(staff(f"{opts.app_label}.view_{opts.model_name}", f"{opts.app_label}.change_{opts.model_name}"))
    nobody = "00000000-0000-7000-8000-000000000000"
    pages = {"permissions": [], "permissions_manage_user": [1], "permissions_manage_group": [1]}
    for page, holder in pages.items():
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[nobody, *holder])
        assert clerk.get(address).status_code == 403, page


def test_processes_inboxes_and_decisions_have_such_pages() -> None:
    assert {model._meta.label for model in GUARDED} >= {  # type: ignore[attr-defined]
        "bpmn.ProcessDefinition", "humantasks.Inbox", "decisions.DecisionDefinition",
    }  # fmt: skip


def test_whoever_may_manage_permissions_grants_them_and_the_audit_says_so() -> None:
    row = process()
    clerk = staff("bpmn.view_processdefinition", "bpmn.change_processdefinition", "bpmn.manage_permissions")
    reviewer = User.objects.create_user("reviewer")
    answer = client_of(clerk).post(grant_page(row, reviewer), {"permissions": ["operate_processdefinition"]})
    assert answer.status_code == 302
    assert set(get_user_perms(reviewer, row)) == {"operate_processdefinition"}
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor_name) == ("permissions.changed", "clerk")
    assert entry.detail["granted"] == ["operate_processdefinition"]
    assert entry.detail["holder"] == "user reviewer"


def test_a_secret_goes_in_and_never_comes_out(root: Client) -> None:
    root.post("/admin/orchestrator/secret/add/", {"name": "bank", "value": "s3cret-value"})
    row = Secret.objects.get(name="bank")
    assert connections.secret("bank") == "s3cret-value"
    page = root.get(f"/admin/orchestrator/secret/{row.pk}/change/").content
    assert b"s3cret-value" not in page
    assert "s3cret-value" not in str(AuditEntry.objects.get().detail)


def test_saving_a_secret_without_a_value_keeps_the_one_there_is(root: Client) -> None:
    root.post("/admin/orchestrator/secret/add/", {"name": "bank", "value": "first"})
    row = Secret.objects.get(name="bank")
    root.post(f"/admin/orchestrator/secret/{row.pk}/change/", {"name": "bank", "value": ""})
    assert connections.secret("bank") == "first"


def test_a_token_s_digest_is_not_shown_and_deleting_it_is_kept(root: Client) -> None:
    owner = User.objects.create_user("integrator")
    row = ApiToken.objects.create(user=owner, digest=b"\x07" * 32, name="ci")
    page = root.get(f"/admin/orchestrator/apitoken/{row.pk}/change/")
    assert page.status_code == 200
    assert b"0707" not in page.content
    root.post(f"/admin/orchestrator/apitoken/{row.pk}/delete/", {"post": "yes"})
    assert not ApiToken.objects.exists()
    assert AuditEntry.objects.get().act == "apitoken.deleted"


USERS = ("auth.view_user", "auth.change_user", "auth.view_group", "auth.change_group")


def user_form(user: User, **changed: object) -> dict:
    return {
        "username": user.username, "date_joined_0": "2026-11-21", "date_joined_1": "09:00:00",
        "is_active": "on", "is_staff": "on", **changed,
    }  # fmt: skip


def test_staff_cannot_make_themselves_superuser_or_give_themselves_a_role() -> None:
    clerk = staff(*USERS)
    admins = Group.objects.get(name="admin")
    everything = Permission.objects.get(codename="delete_user")
    client_of(clerk).post(
        reverse("admin:auth_user_change", args=[clerk.pk]),
        user_form(clerk, is_superuser="on", groups=[admins.pk], user_permissions=[everything.pk]),
    )
    clerk = User.objects.get(pk=clerk.pk)
    assert not clerk.is_superuser
    assert not clerk.groups.exists()
    assert not clerk.has_perm("auth.delete_user")


def test_staff_cannot_edit_or_delete_a_superuser() -> None:
    boss = User.objects.create_superuser("boss")
    form = reverse("admin:auth_user_change", args=[boss.pk])
    clerk = client_of(staff(*USERS, "auth.delete_user"))
    clerk.post(form, user_form(boss, username="x"))
    clerk.post(reverse("admin:auth_user_delete", args=[boss.pk]), {"post": "yes"})
    clerk.post(reverse("admin:auth_user_changelist"),
               {"action": "delete_selected", "_selected_action": boss.pk, "post": "yes"})  # fmt: skip
    assert User.objects.filter(username="boss").exists()


def test_staff_cannot_add_permissions_to_a_group_of_their_own() -> None:
    clerk, group = staff(*USERS), Group.objects.create(name="clerks")
    clerk.groups.add(group)
    everything = Permission.objects.get(codename="delete_user")
    form = reverse("admin:auth_group_change", args=[group.pk])
    client_of(clerk).post(form, {"name": "clerks", "permissions": [everything.pk]})
    assert not group.permissions.exists()


def test_history_cannot_be_edited_even_by_a_superuser(root: Client) -> None:
    root.post("/admin/orchestrator/secret/add/", {"name": "bank", "value": "v"})
    entry = AuditEntry.objects.get()
    assert root.get(f"/admin/orchestrator/auditentry/{entry.pk}/change/").status_code == 200
    assert root.post(f"/admin/orchestrator/auditentry/{entry.pk}/change/", {"act": "x"}).status_code == 403
    assert root.post(f"/admin/orchestrator/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_connection_is_names_and_values_or_nothing(root: Client) -> None:
    typed = {"name": "bank", "connector": "http"}
    for wrong in ({"settings": "[1]"}, {"settings": '"x"'}, {"secrets": "[]1"}, {"secrets": '{"bearer_token": 5}'}):
        answer = root.post("/admin/orchestrator/connection/add/", {**typed, **wrong})
        assert (answer.status_code, len(answer.context["errors"])) == (200, 1), wrong
    assert root.post("/admin/orchestrator/connection/add/", typed).status_code == 302
    row = Connection.objects.get()
    assert (row.settings, row.secrets) == ({}, {})
