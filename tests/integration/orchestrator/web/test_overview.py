"""The overview: its numbers, and where the time goes on the drawing, whatever version cases went through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from orchestrator import deployments
from orchestrator.insight import heat, overview
from orchestrator.models import Instance
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


def numbers(person: Callable[..., User], period: str, now: datetime) -> overview.Overview:
    return overview.overview(person("operator"), process=KEY, period=period, now=now)


def test_each_bar_counts_what_started_and_ended_in_it(
    started: Callable[..., UUID], person: Callable[..., User]
) -> None:
    now = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    for hours, took in ((1, None), (1, 600), (30, 60), (30, 7200), (500, 60)):
        begun = now - timedelta(hours=hours)
        row = Instance.objects.filter(id=started(business_key=f"EX-{hours}-{took}", amount=5))
        ended = {"ended_at": begun + timedelta(seconds=took), "state": "completed"} if took else {}
        row.update(started_at=begun, **ended)
    found = numbers(person, "7", now)
    assert [(bar.started, bar.ended, bar.open) for bar in found.series[-3:]] == [(0, 0, 0), (2, 2, 0), (2, 1, 1)]
    assert (found.started, found.open, found.median_seconds) == (4, 1, 600)
    assert [bar.median_seconds for bar in found.series[-2:]] == [3630, 600]


@pytest.mark.parametrize(("period", "bars"), [("7", 7), ("1", 24)])
@pytest.mark.parametrize("now", [datetime(2026, 3, 29, 12, 5, tzinfo=UTC), datetime(2026, 10, 25, 12, 5, tzinfo=UTC)])
def test_bars_are_whole_where_clocks_are_turned(
    now: datetime, period: str, bars: int, person: Callable[..., User], started: Callable[..., UUID]
) -> None:
    begun = now - timedelta(hours=12)
    Instance.objects.filter(id=started(amount=5)).update(started_at=begun)
    with timezone.override("Europe/Berlin"):
        found = numbers(person, period, now)
    begins = [bar.begins_at for bar in found.series]
    assert len(begins) in (bars, bars + 1)
    assert {(at.minute, at.hour if period == "7" else 0) for at in begins} == {(0, 0)}
    assert (found.started, sum(bar.started for bar in found.series)) == (1, 1)


def test_it_is_said_when_not_all_tokens_are_counted(
    started: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heat, "_OPEN", 1)
    started(amount=500)
    assert shown().notice == ""
    started(business_key="EX-2", amount=500)
    assert shown().notice == "Tokens are counted in the newest 1 open cases."
