"""The audit's chain shows what was changed or removed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from orchestrator.governance import audit
from orchestrator.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=UTC)


def write(count: int = 3) -> list[AuditEntry]:
    actor = User.objects.create_user("ines")
    return [
        audit.record(act="secret.changed", subject=f"secret {n}", actor=actor, detail={"n": n}, now=NOW)
        for n in range(count)
    ]


def test_an_untouched_chain_holds() -> None:
    write()
    assert list(audit.breaks()) == []


def test_each_entry_names_the_one_before() -> None:
    first, second, _ = write()
    assert bytes(first.previous) == audit.ORIGIN
    assert bytes(second.previous) == bytes(first.digest)


@pytest.mark.parametrize(
    "change",
    [{"actor_name": "somebody"}, {"act": "other"}, {"subject": "x"}, {"detail": {"n": 9}}, {"actor_id": 99}],
)
def test_a_changed_entry_is_found(change: dict) -> None:
    _, second, _ = write()
    AuditEntry.objects.filter(pk=second.pk).update(**change)
    assert [found.entry_id for found in audit.breaks()] == [second.pk]


def test_a_removed_entry_is_found() -> None:
    _, second, third = write()
    AuditEntry.objects.filter(pk=second.pk).delete()
    assert [found.entry_id for found in audit.breaks()] == [third.pk]


def test_the_command_fails_on_a_broken_chain() -> None:
    first, *_ = write()
    AuditEntry.objects.filter(pk=first.pk).update(subject="x")
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit")
