"""What must be there before the parts start: tables as the code wants them, and the demo where one is wanted."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from orchestrator.config import environment
from orchestrator.demo import load


def is_done() -> bool:
    """Tell whether nothing is left to prepare; a fraction of what `migrate` costs to find out."""
    return not has_unapplied_migrations() and (load.is_loaded() or not environment.is_demo())


def run() -> None:
    """Prepare what is not there yet; safe to be called again after it was interrupted."""
    if has_unapplied_migrations():
        call_command("migrate", verbosity=0, interactive=False)
    if environment.is_demo() and not load.is_loaded():
        call_command("load_demo")


def has_unapplied_migrations() -> bool:
    """Tell whether the code has migrations that this database does not record."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
