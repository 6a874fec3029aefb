"""What measurements stand on: servers for their time, and Django set up on a migrated database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command

from tests.services.postgres import Postgres
from tests.services.redis import Redis


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Stand on PostgreSQL alone, with the in-memory broker."""
    with Postgres(durable=True) as server:
        _set_up(DATABASE_URL=server.url)
        yield server


@contextmanager
def postgres_and_redis() -> Iterator[tuple[Postgres, Redis]]:
    """Stand on PostgreSQL and Redis, for parts in processes of their own."""
    with Postgres(durable=True) as server, Redis() as broker:
        _set_up(
            DATABASE_URL=server.url, BROKER_URL=broker.url, HANDOFF_SECRET_KEY="bench",
            HANDOFF_FUNCTION_MODULES="tests.bench.functions",
        )  # fmt: skip
        yield server, broker


def _set_up(**variables: str) -> None:
    os.environ.update(
        variables, HANDOFF_LOG_LEVEL="WARNING", DJANGO_SETTINGS_MODULE="orchestrator.config.settings"
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)
