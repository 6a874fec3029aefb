"""`GET /healthz`: whether web, worker and beat are up, and what is down, for probes and for people.

Answers within two seconds whatever is wrong: the looks at database and broker run beside the request,
and a look that does not come back counts as "down".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookTimedOut
from typing import Generic, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orchestrator.config import celery
from orchestrator.runtime import heartbeats
from orchestrator.runtime.heartbeats import Parts

Seen = TypeVar("Seen")
#: how long one answer waits for the looks at database and broker
PATIENCE_SECONDS = 1.5


class Look(Generic[Seen]):
    """A look at something that may hang: one at a time, on a thread of its own."""

    def __init__(self, look: Callable[[], Seen]) -> None:
        self._look = look
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")
        self._pending: Future[Seen] | None = None

    def begin(self) -> None:
        """Look now, unless the last look has not come back."""
        if self._pending is None or self._pending.done():
            self._pending = self._executor.submit(self._look)

    def seen(self, *, within_seconds: float) -> Seen | None:
        """Return what was seen, or None when the look does not come back in time."""
        if self._pending is None:
            return None
        try:
            return self._pending.result(timeout=within_seconds)
        except LookTimedOut:
            return None


def parts_in_database() -> Parts | None:
    """Return which parts are up, or None when the database does not answer."""
    try:
        return heartbeats.up(now=timezone.now())
    except DatabaseError:
        return None
    finally:
        connection.close()


database_look: Look[Parts | None] = Look(parts_in_database)
broker_look = Look(celery.broker_answers)


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything is up, 503 otherwise, with a word on each part either way."""
    database_look.begin()
    broker_look.begin()
    until = time.monotonic() + PATIENCE_SECONDS
    parts = database_look.seen(within_seconds=PATIENCE_SECONDS)
    is_reached = broker_look.seen(within_seconds=max(0.3, until - time.monotonic()))
    up = {
        "web": True,
        "worker": parts is not None and parts.worker,
        "beat": parts is not None and parts.beat,
        "database": parts is not None,
        "broker": is_reached is True,
    }
    is_whole = all(up.values())
    said = {part: "up" if is_up else "down" for part, is_up in up.items()}
    answer = JsonResponse({"status": "up" if is_whole else "degraded", **said}, status=200 if is_whole else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # a probe asks every few seconds
    return answer
