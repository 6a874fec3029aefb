"""The demo in a browser: a reviewer's inbox and task, an operator's instance; the README's pictures come from here."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from humantasks.models import HumanTask
from orchestrator.demo import load
from orchestrator.models import Job, JobState
from orchestrator.workers import dispatch
from tests.acceptance.browser.conftest import Visit

PEOPLE = ("author", "reviewer", "operator", "governance", "admin")


@pytest.fixture
def demo() -> None:
    """Load the demo and do all its jobs, as its worker would."""
    load.load(passwords=dict.fromkeys(PEOPLE, "secret"), say=lambda words: None, now=timezone.now())
    while ready := list(
        Job.objects.filter(state=JobState.READY, is_external=False, due_at__lte=timezone.now()).values_list(
            "id", flat=True
        )
    ):
        dispatch.perform(ready, worker="test")


@pytest.mark.usefixtures("demo")
def test_the_demo_shows_who_is_asked_why_and_where_it_stands(visit: Visit, shoot: Callable[..., None]) -> None:
    reviewer = User.objects.get(username="reviewer")
    page = visit(reviewer, "/inbox/")
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    before = HumanTask.objects.filter(state="open").count()
    assert before
    shoot(page, "inbox")
    shown = HumanTask.objects.filter(state="open", route="suggest").first()
    assert shown is not None
    page.goto(f"/tasks/{shown.id}/")
    expect(page.locator(".drawing[data-shown=yes] .pin").first).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 1860})  # the whole page, with the bar of keys below it
    shoot(page, "task")

    operator = visit(User.objects.get(username="operator"), f"/instances/{shown.instance_id}/")
    expect(operator.get_by_text(re.compile("Awaiting a person")).first).to_be_visible()
    expect(operator.locator(".drawing[data-shown=yes] .pin").first).to_be_visible()
    shoot(operator, "instance")
    governance = visit(User.objects.get(username="governance"), "/")
    expect(governance.get_by_text("Decided alone")).to_be_visible()
    expect(governance.locator(".drawing[data-shown=yes]")).to_be_visible()
    expect(governance.get_by_text("Why people were needed")).to_be_visible()
    governance.wait_for_load_state("networkidle")
    shoot(governance, "overview")
