"""An operator watches an instance move, repairs it and changes it in flight; in a browser."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from bpmn import definitions as bpmn_definitions
from bpmn.engine import commands
from humantasks import inbox
from humantasks.models import HumanTask
from orchestrator import deployments
from orchestrator.models import Instance, InstanceState, Job, JobState
from orchestrator.runtime import instances, jobs, store
from tests.acceptance.browser.conftest import Visit
from tests.acceptance.browser.test_operator_journey import deploy as deploy_expenses
from tests.acceptance.browser.test_operator_journey import run
from tests.drawings import END, START, chain, drawing, user


def deploy(*tasks: str) -> UUID:
    """Deploy a row of user tasks as the newest version of the process "row"."""
    body = START + "".join(user(id) for id in tasks) + END + chain("start", *tasks, "end")
    deployments.deploy(files=[("row.bpmn", drawing("row", body))], actor=None, now=timezone.now())
    return UUID(bpmn_definitions.newest_ready("row"))


def start(business_key: str = "R-1") -> UUID:
    return instances.start(key="row", variables={}, business_key=business_key, now=timezone.now()).id


def answer(instance_id: UUID) -> None:
    task = HumanTask.objects.get(instance_id=instance_id, state="open")
    actor = User.objects.get(username="operator")
    inbox.complete(task_id=task.id, actor=actor, variables={}, now=timezone.now())


def pay_out() -> None:
    """Do the payout, as the outside worker that has its type would."""
    now = timezone.now()
    ids = list(Job.objects.filter(type="payout", state=JobState.READY).values_list("id", flat=True))
    (work,) = jobs.take(job_ids=ids, lease=store.lease_for("payroll", now), now=now)
    done = commands.CompleteJob(token=work.token, variables={})
    jobs.complete(work=[(work, done)], now=now)


def pinned(page: Page, element: str) -> None:
    """Wait until the drawing shows a token at an element, and nowhere else."""
    expect(page.locator(".drawing[data-shown=yes] .djs-overlays .pin:not(.quiet)")).to_have_count(1)
    expect(page.locator(f'.djs-overlays[data-container-id="{element}"] .pin')).to_have_text("here")


@pytest.fixture
def row() -> UUID:
    """Return an instance that waits at the first of three user tasks."""
    deploy("ask", "check", "sign")
    return start()


@pytest.fixture
def operator(person: Callable[..., User]) -> User:
    return person("operator", is_superuser=True)


def test_the_token_moves_without_a_reload(row: UUID, operator: User, visit: Visit) -> None:
    page = visit(operator, f"/instances/{row}/")
    pinned(page, "ask")
    page.evaluate("window.untouched = document.querySelector('.drawing svg')")
    answer(row)
    pinned(page, "check")
    expect(page.get_by_text("check reached")).to_be_visible()
    assert page.evaluate("window.untouched?.isConnected"), "the drawing was kept, so that what somebody moved stays"
    answer(row)
    answer(row)
    expect(page.locator("h1")).to_contain_text("Completed")
    expect(page.locator("#live")).not_to_have_attribute("hx-get", "")


def test_what_somebody_opened_stays_open(row: UUID, operator: User, visit: Visit) -> None:
    page = visit(operator, f"/instances/{row}/")
    page.locator("summary", has_text="Change").click()
    answer(row)
    page.wait_for_timeout(3000)
    expect(page.get_by_role("link", name="Cancel the instance")).to_be_visible()
    page.keyboard.press("Escape")
    pinned(page, "check")


def test_an_incident_is_retried_to_success(person: Callable[..., User], visit: Visit) -> None:
    deploy_expenses()
    stuck = run("EX-9", amount="a lot", employee="Marta Lindqvist")
    page = visit(person("operator"), f"/instances/{stuck.id}/")
    page.get_by_role("link", name="Correct variables, then retry").click()
    page.get_by_label("Variables to change, as JSON").fill('{"amount": 20')
    page.get_by_role("button", name="Change, then retry").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    page.get_by_label("Variables to change, as JSON").fill('{"amount": 20}')
    page.get_by_role("button", name="Change, then retry").click()
    page.wait_for_url("**/instances/*/")
    expect(page.locator(".note.bad")).to_have_count(0)
    pay_out()
    expect(page.locator("h1")).to_contain_text("Completed")


def test_tokens_are_chosen_in_the_drawing(row: UUID, operator: User, visit: Visit) -> None:
    page = visit(operator, f"/instances/{row}/tokens/")
    expect(page.locator(".drawing[data-shown=yes]")).to_be_visible()
    page.locator('.djs-element[data-element-id="ask"]').click()
    page.locator('.djs-element[data-element-id="sign"]').click()
    expect(page.locator('.djs-element.going[data-element-id="ask"]')).to_be_visible()
    expect(page.locator('.djs-element.coming[data-element-id="sign"]')).to_be_visible()
    page.get_by_role("button", name="Change the tokens").click()
    pinned(page, "sign")


def test_an_instance_begins_again(row: UUID, operator: User, visit: Visit) -> None:
    answer(row)
    page = visit(operator, f"/instances/{row}/tokens/", narrow=True)
    page.get_by_label("Begin again at", exact=True).select_option("ask")
    page.get_by_role("button", name="Begin R-1 again there").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("R-1 begins again")
    assert HumanTask.objects.get(instance_id=row, state="open").element == "ask"


def test_an_instance_moves_with_a_mapping_after_a_dry_run(row: UUID, operator: User, visit: Visit) -> None:
    deploy("enquire", "check", "sign")
    page = visit(operator, f"/instances/{row}/")
    page.locator("summary", has_text="Change").click()
    page.get_by_role("link", name="Move to another version").click()
    expect(page.get_by_text("It cannot move yet")).to_be_visible()
    page.get_by_label("ask becomes").select_option("enquire")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("Every token has its place in version 2")).to_be_visible()
    pinned(page, "enquire")
    page.get_by_role("button", name="Move R-1 to version 2").click()
    expect(page.get_by_role("link", name="version 2")).to_be_visible()


def test_several_instances_are_suspended_after_a_look_at_what_would_happen(operator: User, visit: Visit) -> None:
    deploy("ask")
    keys = [start("R-1"), start("R-2")]
    page = visit(operator, "/instances/?process=row", narrow=True)
    page.get_by_role("link", name="Act on all that fit").click()
    expect(page.get_by_label("Version to move to")).to_be_hidden()
    page.get_by_label("What to do to each").select_option("migrate")
    expect(page.get_by_label("Version to move to")).to_be_visible()
    page.get_by_label("What to do to each").select_option("suspend")
    page.get_by_role("button", name="Look at what would happen").click()
    expect(page.get_by_text("nothing was changed yet")).to_be_visible()
    page.get_by_role("button", name="Suspend 2 instances").click()
    expect(page.get_by_role("heading", name="Suspended: 2", exact=True)).to_be_visible()
    assert all(Instance.objects.get(id=key).is_suspended for key in keys)


def test_the_whole_repair_is_done_by_keyboard(person: Callable[..., User], visit: Visit) -> None:
    deploy_expenses()
    run("EX-9", amount="a lot", employee="Marta Lindqvist")
    page = visit(person("operator"), "/instances/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    retry = page.get_by_role("link", name="Correct variables, then retry")
    expect(retry).to_be_visible()
    tab_to(page, retry)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Variables to change, as JSON")).to_be_focused()
    page.keyboard.type('{"amount": 20}')
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/instances/*/")
    pay_out()
    expect(page.locator("h1")).to_contain_text("Completed")
    assert Instance.objects.get(business_key="EX-9").state == InstanceState.COMPLETED


def tab_to(page: Page, wanted: object, most: int = 60) -> None:
    """Press Tab until something has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):  # type: ignore[attr-defined]
            return
    pytest.fail("it cannot be reached by Tab")
