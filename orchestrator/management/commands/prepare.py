"""`manage.py prepare`: migrate where that is needed, and load the demo where one is wanted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from orchestrator.config import lifeline
from orchestrator.service import prepare


class Command(BaseCommand):
    """Gets everything ready for the parts; does nothing when it is."""

    help = "Migrate, and load the demo where one is wanted."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, as long as the supervisor that asked for it lives."""
        lifeline.hold_on_to_supervisor()
        prepare.run()
