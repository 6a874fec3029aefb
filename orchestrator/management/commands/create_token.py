"""Makes an API token for a user: `python manage.py create_token USER`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from orchestrator.api.authentication import issue


class Command(BaseCommand):
    """Prints the token once; only its digest is kept."""

    help = "Make an API token for a user and print it; it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare USER and --name."""
        parser.add_argument("user", help="name of the user it acts for")
        parser.add_argument("--name", default="", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the token."""
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f'There is no user "{options["user"]}".')
        self.stdout.write(issue(user=user, name=options["name"]))
