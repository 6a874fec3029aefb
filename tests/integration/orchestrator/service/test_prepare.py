"""What a start finds to be prepared."""

from __future__ import annotations

import pytest
from django.db.migrations.recorder import MigrationRecorder

from orchestrator.service import prepare

pytestmark = pytest.mark.django_db


def test_nothing_is_left_to_prepare_once_all_migrations_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_DEMO", "0")
    assert prepare.is_done()


def test_a_demo_that_is_wanted_and_not_there_is_left_to_prepare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_DEMO", "1")
    assert not prepare.is_done()


def test_one_migration_that_is_not_recorded_is_left_to_prepare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_DEMO", "0")
    last = MigrationRecorder.Migration.objects.filter(app="orchestrator").order_by("name").last()
    assert last is not None
    last.delete()
    assert not prepare.is_done()
