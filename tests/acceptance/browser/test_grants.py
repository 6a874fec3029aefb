"""What an administrator grants in the admin, the person has at once; and a reviewer's day without a mouse."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import Group, User
from django.urls import reverse
from playwright.sync_api import expect

from bpmn.models import ProcessDefinition
from humantasks.models import HumanTask
from tests.acceptance.browser.conftest import Visit
from tests.acceptance.browser.test_operator_journey import deploy, run


def test_a_permission_granted_in_the_admin_takes_effect(person: Callable[..., User], visit: Visit) -> None:
    deploy()
    run("EX-1", amount="a lot")
    clerk = visit(person("reviewer"), "/instances/")
    expect(clerk.get_by_text("Nothing runs yet")).to_be_visible()
    row = ProcessDefinition.objects.get(key="expense_claim")
    address = reverse("admin:bpmn_processdefinition_permissions", args=[row.pk])
    admin = visit(User.objects.create_superuser("root"), address)
    admin.get_by_label("Person").fill("reviewer")
    admin.get_by_role("button", name="Manage user").click()
    wanted = ["Can view process definition", "Can operate instances: retry, cancel, change"]
    admin.locator("#id_permissions_from").select_option(label=wanted)
    admin.locator(".selector-add").click()
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("Permissions saved.")).to_be_visible()
    clerk.reload()
    clerk.get_by_role("link", name="EX-1").click()
    expect(clerk.get_by_role("button", name="Retry Over 100?")).to_be_visible()


def test_a_reviewer_answers_without_a_mouse(person: Callable[..., User], visit: Visit) -> None:
    deploy()
    waiting = [run("EX-1", amount=500), run("EX-2", amount=700)]
    reviewer = person("reviewer")
    reviewer.groups.add(Group.objects.get_or_create(name="reviewer")[0])
    page = visit(reviewer, "/inbox/")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Approve the claim", level=1)).to_be_visible()
    page.locator("form textarea, form input:not([type=hidden])").first.wait_for()
    page.keyboard.press("m")
    page.keyboard.type("Seen the receipt.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Seen the receipt.")).to_be_visible()
    page.locator("form[action$='/answer/'] button").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").or_(page.get_by_text("Answered")).first).to_be_visible()
    done = HumanTask.objects.filter(instance_id__in=[row.id for row in waiting], state="completed")
    assert done.count() == 1
