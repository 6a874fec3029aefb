"""Configuration that is refused, and what of it is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from orchestrator import checks


def ids(check: Callable[..., Any]) -> list[str]:
    return [found.id for found in check()]


@pytest.mark.parametrize("part", ["web", "worker", "beat"])
def test_a_memory_broker_is_refused_for_a_process_of_its_own(settings: Settings, part: str) -> None:
    settings.HANDOFF_EMBEDDED, settings.HANDOFF_PART = True, part
    assert ids(checks.memory_broker_is_for_one_process) == ["handoff.E001"]


@pytest.mark.parametrize("part", ["embedded", ""])
def test_a_memory_broker_is_fine_in_one_process(settings: Settings, part: str) -> None:
    settings.HANDOFF_EMBEDDED, settings.HANDOFF_PART = True, part
    assert ids(checks.memory_broker_is_for_one_process) == []


@pytest.mark.parametrize(
    ("engine", "expected"),
    [("django.db.backends.sqlite3", ["handoff.E002"]), ("django.db.backends.postgresql", [])],
)
def test_sqlite_is_refused_for_processes_of_their_own(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, engine: str, expected: list[str]
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", engine)
    settings.HANDOFF_PART = "worker"
    assert ids(checks.sqlite_is_for_one_process) == expected


def test_a_made_up_key_is_refused_for_processes_that_must_share_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDOFF_SECRET_KEY", raising=False)
    settings.HANDOFF_PART = "web"
    assert ids(checks.processes_share_one_key) == ["handoff.E003"]
    monkeypatch.setenv("HANDOFF_SECRET_KEY", "kept")
    assert ids(checks.processes_share_one_key) == []


def test_a_broker_that_redelivers_before_a_lease_ends_is_refused(settings: Settings) -> None:
    settings.HANDOFF_VISIBILITY_SECONDS = settings.HANDOFF_JOB_LEASE_SECONDS
    assert ids(checks.broker_waits_longer_than_a_lease) == ["handoff.E004"]


def test_debugging_with_a_database_of_ones_own_is_warned_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/handoff")
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["*"]
    assert ids(checks.nothing_for_development_in_production) == ["handoff.W001", "handoff.W002"]
