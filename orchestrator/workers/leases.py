"""Keeps the leases of jobs that take long: one thread per process renews what the process holds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from orchestrator.runtime import jobs

log = logging.getLogger(__name__)


class Keeper:
    """Renews every held lease at a third of its length; sleeps on a condition while it holds none."""

    def __init__(self) -> None:
        self._held: dict[UUID, int] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def hold(self, leases: Sequence[tuple[UUID, int]]) -> Iterator[None]:
        """Keep these leases alive while the block runs."""
        with self._changed:
            self._held.update(leases)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                for job_id, _ in leases:
                    self._held.pop(job_id, None)

    def _run(self) -> None:
        pause = settings.HANDOFF_JOB_LEASE_SECONDS / 3
        idle = 0
        while idle < 3:
            with self._changed:
                self._changed.wait(pause)
                held = list(self._held.items())
            idle = 0 if held else idle + 1
            if held:
                self._renew(held)

    def _renew(self, held: list[tuple[UUID, int]]) -> None:
        until = timezone.now() + timedelta(seconds=settings.HANDOFF_JOB_LEASE_SECONDS)
        try:
            jobs.renew(leases=held, until=until)
        except DatabaseError as unreachable:
            # The lease runs out unless the database is back in time; then the job is done again.
            log.warning("Leases could not be renewed: %s", unreachable)
        finally:
            connection.close()  # the next renewal is far away: no session waits for it


KEEPER = Keeper()
