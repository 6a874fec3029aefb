"""A throw-away database: SQLite in memory, or one beside the configured PostgreSQL database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection


@contextmanager
def throw_away() -> Iterator[None]:
    """Make an empty, migrated database, use it for this process, and remove it afterwards."""
    connection.settings_dict.setdefault("TEST", {})
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["NAME"] = f"handoff_play_{os.getpid()}"
    before = connection.settings_dict["NAME"]
    creation: Any = connection.creation
    creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        creation.destroy_test_db(before, verbosity=0)


def empty() -> None:
    """Remove every row of our own apps."""
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        for app in ("orchestrator", "humantasks", "decisions", "bpmn"):
            for model in apps.get_app_config(app).get_models(include_auto_created=True):
                table = connection.ops.quote_name(model._meta.db_table)
                if connection.vendor == "postgresql":
                    cursor.execute(f"TRUNCATE {table} CASCADE")
                else:
                    cursor.execute(f"DELETE FROM {table}")
