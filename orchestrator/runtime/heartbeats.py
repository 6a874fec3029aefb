"""When each part of the installation (web, worker, beat) last said that it is up."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from orchestrator.models import Heartbeat

log = logging.getLogger(__name__)

BEAT = "beat"
WORKER = "worker"
#: how often a part says that it is up
PULSE_SECONDS = 5.0
#: after how long without a word it counts as down
SILENT_SECONDS = 15
#: after how long its row is removed
FORGOTTEN_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which parts are up."""

    #: at least one worker is connected to the broker
    worker: bool
    beat: bool


def beat(*, part: str) -> None:
    """Note that `part` is up now. A database that does not answer is logged: the part itself lives on.

    The connection is given back: this runs in threads that do nothing else, and the parent of a pool of
    processes must not hold one when it forks.
    """
    now = timezone.now()
    try:
        Heartbeat.objects.update_or_create(part=part, defaults={"at": now})
        Heartbeat.objects.filter(at__lt=now - timedelta(seconds=FORGOTTEN_SECONDS)).delete()
    except DatabaseError as error:
        log.warning("%s cannot say that it is up: %s", part, error)
    finally:
        _give_back_connection()


def forget(*, part: str) -> None:
    """Note that `part` has ended on purpose."""
    try:
        Heartbeat.objects.filter(part=part).delete()
    except DatabaseError as error:
        log.warning("%s cannot say that it has ended: %s", part, error)
    finally:
        _give_back_connection()


def up(*, now: datetime) -> Parts:
    """Return which parts have said that they are up within the last seconds."""
    recent = Heartbeat.objects.filter(at__gte=now - timedelta(seconds=SILENT_SECONDS))
    kinds = {part.split(":", 1)[0] for part in recent.values_list("part", flat=True)}
    return Parts(worker=WORKER in kinds, beat=BEAT in kinds)


def _give_back_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()
