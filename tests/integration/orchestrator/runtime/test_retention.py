"""What is kept for a time only goes when its time is over, and not before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from orchestrator.models import IdempotentAnswer
from orchestrator.workers import background

pytestmark = pytest.mark.django_db


def test_answers_go_after_a_week_and_sessions_when_they_are_over(admin: User) -> None:
    now = timezone.now()
    for key, days in (("old", 8), ("new", 6)):
        kept = IdempotentAnswer.objects.create(user=admin, key=key, request="POST /", status=200)
        IdempotentAnswer.objects.filter(id=kept.id).update(created_at=now - timedelta(days=days))
        Session.objects.create(session_key=key, expire_date=now + timedelta(days=7 - days))
    background.clean()
    assert [kept.key for kept in IdempotentAnswer.objects.all()] == ["new"]
    assert [kept.session_key for kept in Session.objects.all()] == ["new"]
