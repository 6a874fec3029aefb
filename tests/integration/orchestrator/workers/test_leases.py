"""Leases of jobs that take long are renewed while they are held."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection

from orchestrator.runtime import jobs
from orchestrator.workers.leases import Keeper

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_session_waits_between_two_renewals(settings, monkeypatch):
    settings.HANDOFF_JOB_LEASE_SECONDS = 0.03
    was_open: list[bool] = []
    twice = threading.Event()

    def renew(**_) -> None:
        was_open.append(connection.connection is not None)
        connection.ensure_connection()
        if len(was_open) == 2:
            twice.set()

    monkeypatch.setattr(jobs, "renew", renew)
    with Keeper().hold([(uuid4(), 1)]):
        assert twice.wait(20)
    assert was_open[:2] == [False, False]
