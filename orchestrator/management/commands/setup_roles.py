"""`manage.py setup_roles`: make the groups author, reviewer, operator, governance and admin."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orchestrator.governance import roles


class Command(BaseCommand):
    """Make the missing roles; with --reset give all of them back what the product says."""

    help = "Make the roles that are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --reset."""
        parser.add_argument("--reset", action="store_true", help="also set existing roles anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say which roles were made or set."""
        touched = roles.ensure_roles(reset=options["reset"])
        names = ", ".join(group.name for group in touched)
        self.stdout.write(f"Set: {names}." if names else "All roles were there; nothing was changed.")
