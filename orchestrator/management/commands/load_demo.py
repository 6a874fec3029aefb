"""`manage.py load_demo`: the demo's users, drawings, rules, model and first cases."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from orchestrator.config import environment
from orchestrator.demo import load
from orchestrator.service import secrets


class Command(BaseCommand):
    """Loads the demo once; a second call does nothing."""

    help = "Load the demo: made-up loan applications that flow through a drawn process."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it unless it is there."""
        if load.is_loaded():
            self.stdout.write("The demo is there already.")
            return
        kept = secrets.ensure(environment.secrets_file())
        passwords = kept["demo_passwords"]
        assert isinstance(passwords, dict)
        load.load(passwords=passwords, say=self.stdout.write, now=timezone.now())
