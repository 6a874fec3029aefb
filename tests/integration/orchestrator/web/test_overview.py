"""The overview: where the time goes on the drawing, also while nothing went through its newest version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from orchestrator import deployments
from orchestrator.insight import heat
from tests.integration.orchestrator.web.conftest import FILES, KEY

pytestmark = pytest.mark.django_db


def deploy_again() -> None:
    data = (FILES / "expense_claim.bpmn").read_bytes().replace(b"Over 100?", b"More than 100?")
    deployments.deploy(files=[("expense_claim.bpmn", data)], actor=None, now=timezone.now())


def shown() -> heat.Heat:
    found = heat.of_process(KEY, since=timezone.now() - timedelta(days=1))
    assert found is not None
    return found


def test_a_version_that_no_case_has_met_shows_the_one_before(
    started: Callable[..., UUID], perform: Callable[[], int], page_of: Callable[..., Client]
) -> None:
    started(amount=500)
    perform()
    before = shown()
    assert before.notice == ""
    deploy_again()
    assert (shown().version_id, shown().state) == (before.version_id, before.state)
    page = page_of("operator").get(f"/?process={KEY}").content.decode()
    assert "Version 1 is shown: no case has gone through version 2 in this time." in page


def test_the_newest_version_is_shown_from_its_first_case(started: Callable[..., UUID]) -> None:
    started(amount=500)
    deploy_again()
    started(business_key="EX-2", amount=500)
    assert shown().notice == ""
    assert "1 at Record the claim" in shown().sentence


def test_without_any_case_the_newest_version_is_shown_empty(deployed: UUID) -> None:
    deploy_again()
    assert shown().notice == ""
    assert shown().state == {"heat": [], "pins": []}


def test_the_drawing_says_where_cases_are_now(started: Callable[..., UUID], perform: Callable[[], int]) -> None:
    for number in (1, 2):
        started(business_key=f"EX-{number}", amount=500)
    perform()
    assert ["approve", "2 here", ""] in shown().state["pins"]
    assert "2 at Approve the claim" in shown().sentence
