"""An author uploads a drawing and starts it; an operator sees where it stands and retries; in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from humantasks.models import HumanTask
from orchestrator import deployments
from orchestrator.models import Incident, Instance, Job, JobState
from orchestrator.runtime import instances
from orchestrator.workers import dispatch
from tests.acceptance.browser.conftest import WIDE, Visit

FILE = Path(__file__).resolve().parents[2] / "files" / "expense_claim.bpmn"
TABLE = FILE.parents[2] / "orchestrator" / "demo" / "files" / "affordability.dmn"


def deploy() -> None:
    done = deployments.deploy(files=[(FILE.name, FILE.read_bytes())], actor=None, now=timezone.now())
    assert done.id is not None


def run(business_key: str, **variables: object) -> Instance:
    step = instances.start(
        key="expense_claim",
        variables=variables,
        business_key=business_key,
        now=timezone.now(),  # type: ignore[arg-type]
    )
    ready = Job.objects.filter(state=JobState.READY, is_external=False)
    dispatch.perform(list(ready.values_list("id", flat=True)), worker="test")
    return Instance.objects.get(pk=step.id)


def test_an_author_uploads_checks_and_starts(
    person: Callable[..., User], visit: Visit, shoot: Callable[..., None]
) -> None:
    page = visit(person("author"), "/drawings/upload/")
    page.set_input_files("input[type=file]", FILE)
    expect(page.locator("[data-chosen]")).to_have_text("expense_claim.bpmn")
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("Ready to run")).to_be_visible()
    expect(page.locator(".drawing[data-shown=yes] .pin").first).to_be_visible()
    shoot(page, "upload")
    page.get_by_label("Variables, as JSON").fill('{"amount": 20}')
    page.get_by_label("Business key").fill("EX-2026-00007")
    page.get_by_role("button", name="Start an instance of Expense claim").click()
    expect(page.get_by_role("heading", name="EX-2026-00007")).to_be_visible()
    assert Instance.objects.get().business_key == "EX-2026-00007"


def test_an_operator_finds_the_incident_in_the_drawing_and_retries(
    person: Callable[..., User], visit: Visit, shoot: Callable[..., None]
) -> None:
    deploy()
    row = run("EX-2026-00031", amount="a lot", employee="Marta Lindqvist")
    page = visit(person("operator"), "/")
    page.get_by_label("Search cases, instances, drawings").fill("00031")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="EX-2026-00031").click()
    expect(page.locator(".drawing[data-shown=yes] .pin.bad")).to_have_text("incident")
    shoot(page, "incident")
    page.get_by_role("button", name="Retry Over 100?").click()
    expect(page.get_by_role("status")).to_contain_text("tried again")
    assert Incident.objects.filter(instance=row, resolved_at__isnull=False).count() == 1


def test_everything_essential_works_without_javascript(person: Callable[..., User], visit: Visit) -> None:
    deploy()
    run("EX-1", amount="a lot")
    page = visit(person("operator"), "/instances/", script=False)
    page.get_by_role("link", name="EX-1").click()
    page.get_by_role("button", name="Retry Over 100?").click()
    expect(page.get_by_role("status")).to_contain_text("tried again")
    page.locator("summary", has_text="Change").click()
    page.get_by_role("link", name="Cancel the instance").click()
    page.get_by_label("Reason, kept in the history").fill("sent twice")
    page.get_by_role("button", name="Cancel EX-1").click()
    expect(page.get_by_role("heading", name="EX-1")).to_contain_text("Cancelled")


def test_a_problem_points_at_its_element(person: Callable[..., User], visit: Visit) -> None:
    deploy()
    page = visit(person("author"), "/drawings/expense_claim/")
    expect(page.locator(".drawing[data-shown=yes]")).to_be_visible()
    page.get_by_role("link", name="Approve the claim").click()
    expect(page.locator(".drawing g.pointed")).to_have_attribute("data-element-id", "approve")


def test_the_keys_move_and_search(person: Callable[..., User], visit: Visit) -> None:
    deploy()
    first, second = run("EX-1", amount=1), run("EX-2", amount=1)
    page = visit(person("operator"), "/instances/")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="EX-2")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="EX-1")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search cases, instances, drawings")).to_be_focused()
    page.keyboard.type("jk?")
    expect(page.get_by_label("Search cases, instances, drawings")).to_have_value("jk?")
    assert first.started_at < second.started_at


def test_a_new_instance_appears_by_itself_and_leaves_the_focus(person: Callable[..., User], visit: Visit) -> None:
    deploy()
    run("EX-1", amount=1)
    page = visit(person("operator"), "/instances/")
    page.keyboard.press("j")
    run("EX-2", amount=1)
    expect(page.get_by_role("link", name="EX-2")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("link", name="EX-1")).to_be_focused()


def test_those_who_do_not_see_the_page_hear_what_changed_by_itself(person: Callable[..., User], visit: Visit) -> None:
    deploy()
    row = run("EX-1", amount="a lot")
    page = visit(person("operator"), f"/instances/{row.id}/")
    expect(page.locator("#said")).to_be_empty()
    instances.cancel(instance_id=row.id, actor=None, now=timezone.now(), reason="sent twice")
    expect(page.locator("#said")).to_contain_text("EX-1: Cancelled", timeout=10_000)


def test_the_row_with_the_focus_is_framed_whole(person: Callable[..., User], visit: Visit) -> None:
    deploy()
    run("EX-1", amount=500)
    page = visit(person("admin", is_superuser=True), "/inbox/")
    page.keyboard.press("j")
    expect(page.locator("li.task").first).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("path", ["/decisions/", "/profile/"])
def test_the_bar_of_keys_stands_at_the_bottom_of_a_short_page(
    path: str, person: Callable[..., User], visit: Visit
) -> None:
    bar = visit(person("operator"), path).locator(".keys")
    box = bar.bounding_box()
    assert box is None or round(box["y"] + box["height"]) == WIDE["height"]


def test_the_theme_changes_at_once_and_stays(person: Callable[..., User], visit: Visit) -> None:
    page = visit(person("operator"), "/instances/?q=typed")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.goto("/drawings/")
    expect(html).to_have_attribute("data-bs-theme", "dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_system_s_theme_is_followed(theme: str, visit: Visit) -> None:
    expect(visit(None, "/sign-in/", theme=theme).locator("html")).to_have_attribute("data-bs-theme", theme)


PAGES = ["/", "/?process=expense_claim", "/instances/", "/instances/{id}/", "/instances/{id}/cancel/",
         "/instances/{id}/variables/", "/instances/{id}/move/", "/instances/{id}/tokens/",
         "/instances/act/?process=expense_claim", "/drawings/", "/drawings/expense_claim/",
         "/drawings/expense_claim/start/", "/drawings/upload/", "/inbox/", "/inbox/?q=none", "/tasks/{task}/",
         "/decisions/", "/decisions/records/", "/decisions/burden/", "/feel/", "/search/?q=EX", "/search/",
         "/profile/", "/nowhere/"]  # fmt: skip
#: Names that a screen reader would say; an empty one is a control that nobody can find.
NAMELESS = """() => {
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const named = e => e.textContent.trim() || e.ariaLabel || e.title || e.labels?.length;
  return [...document.querySelectorAll(controls)].filter(e => !named(e)).map(e => e.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_the_phone_and_names_its_controls(path: str, person: Callable[..., User], visit: Visit) -> None:
    deploy()
    deployments.deploy(files=[(TABLE.name, TABLE.read_bytes())], actor=None, now=timezone.now())
    row = run("EX-2026-00031", amount="a lot", employee={"name": "Marta Lindqvist", "cost_centre": "C-1"})
    waiting = run("EX-2026-00032", amount=500)
    task = HumanTask.objects.get(instance_id=waiting.id)
    page = visit(person("admin", is_superuser=True), path.format(id=row.id, task=task.id), narrow=True)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(NAMELESS) == []
    assert page.locator("h1").count() == 1
    page.set_viewport_size(WIDE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_admin_opens_without_complaint(visit: Visit) -> None:
    root = User.objects.create_superuser("root")
    page = visit(root, "/admin/")
    page.goto("/admin/orchestrator/auditentry/")
    page.goto("/admin/auth/user/")
    expect(page.get_by_role("link", name="root")).to_be_visible()
    page.goto(f"/admin/auth/user/{root.pk}/change/")
    expect(page.locator(".selector-chosen").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_browser_refuses_inline_code_and_a_test_would_hear_of_it(visit: Visit) -> None:
    page = visit(None, "/sign-in/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=x style=\"color: red\">x</p>')")
    assert page.locator("#x").evaluate("node => getComputedStyle(node).color") != "rgb(255, 0, 0)"
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in complaint for complaint in visit.complaints)
    visit.complaints.clear()
