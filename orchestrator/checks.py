"""Configuration that would lose work or leak, found at every start (`manage.py check` shows it, too)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.checks import register as register_check

from orchestrator.config import environment

#: the parts that run as processes of their own
SEPARATE_PARTS = frozenset({"web", "worker", "beat"})


def memory_broker_is_for_one_process(**_: Any) -> list[CheckMessage]:
    """A worker process of its own never hears of a message in another process's memory."""
    if not settings.HANDOFF_EMBEDDED or settings.HANDOFF_PART not in SEPARATE_PARTS:
        return []
    return [
        Error(
            f"The part `{settings.HANDOFF_PART}` cannot reach the others: the broker is in their memory.",
            hint="Set BROKER_URL (redis://... or amqp://...), or run all in one process: manage.py up.",
            id="handoff.E001",
        )
    ]


def sqlite_is_for_one_process(**_: Any) -> list[CheckMessage]:
    """Several writing processes on one SQLite file wait for each other and lose against the clock."""
    is_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if not is_sqlite or settings.HANDOFF_PART not in SEPARATE_PARTS:
        return []
    return [
        Error(
            "SQLite is for the one-process installation only.",
            hint="Set DATABASE_URL (postgresql://...), or unset BROKER_URL to run all in one process.",
            id="handoff.E002",
        )
    ]


def processes_share_one_key(**_: Any) -> list[CheckMessage]:
    """Without a key of the installation each process would sign sessions with a key of its own."""
    is_kept = "HANDOFF_SECRET_KEY" in os.environ or environment.secrets_file().exists()
    if is_kept or settings.HANDOFF_PART not in SEPARATE_PARTS:
        return []
    return [
        Error(
            "Every process has made up a secret key of its own.",
            hint="Set HANDOFF_SECRET_KEY to the same random text for all of them.",
            id="handoff.E003",
        )
    ]


def nothing_for_development_in_production(**_: Any) -> list[CheckMessage]:
    """What helps a developer tells a stranger too much."""
    found: list[CheckMessage] = []
    if "DATABASE_URL" not in os.environ:
        return found
    if settings.DEBUG:
        found.append(Warning("HANDOFF_DEBUG is on with DATABASE_URL set.", hint="Unset it.", id="handoff.W001"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Warning("Every host name is allowed.", hint="Name them.", id="handoff.W002"))
    return found


def broker_waits_longer_than_a_lease(**_: Any) -> list[CheckMessage]:
    """A message given to a second worker while the first still holds the lease is work for nothing."""
    if settings.HANDOFF_VISIBILITY_SECONDS > settings.HANDOFF_JOB_LEASE_SECONDS:
        return []
    return [
        Error(
            "HANDOFF_VISIBILITY_SECONDS must be above HANDOFF_JOB_LEASE_SECONDS.",
            hint="The default of 3600 seconds suits jobs of up to an hour.",
            id="handoff.E004",
        )
    ]


CHECKS: Sequence[Any] = (
    memory_broker_is_for_one_process,
    sqlite_is_for_one_process,
    processes_share_one_key,
    nothing_for_development_in_production,
    broker_waits_longer_than_a_lease,
)


def register() -> None:
    """Let Django run the checks above with its own."""
    for check in CHECKS:
        register_check(check)
