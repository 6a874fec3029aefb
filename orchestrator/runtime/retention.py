"""What is kept for a time only: answers to idempotency keys, and sessions of who has gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from orchestrator.models import IdempotentAnswer

#: How long a repeated `Idempotency-Key` gets its first answer.
ANSWERS_KEPT_FOR = timedelta(days=7)


def forget(*, now: datetime) -> None:
    """Remove what has been kept long enough."""
    IdempotentAnswer.objects.filter(created_at__lt=now - ANSWERS_KEPT_FOR).delete()
    Session.objects.filter(expire_date__lt=now).delete()
