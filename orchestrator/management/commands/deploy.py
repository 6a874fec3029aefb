"""Uploads a bundle from the command line: `python manage.py deploy FILE...`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orchestrator import deployments


class Command(BaseCommand):
    """Prints the readiness report; exit status 1 when nothing was stored."""

    help = "Upload drawings, tables, forms and scenarios as one bundle, and print the readiness report."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare FILE... and --dry-run."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".bpmn, .dmn, .form, .scenario.yaml")
        parser.add_argument("--dry-run", action="store_true", help="report only, store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Deploy the files."""
        try:
            files = [(path.name, path.read_bytes()) for path in options["files"]]
        except OSError as unreadable:
            raise CommandError(f"{unreadable.filename} cannot be read: {unreadable.strerror}") from unreadable
        deployed = deployments.deploy(files=files, actor=None, now=timezone.now(), dry_run=options["dry_run"])
        for found in deployed.problems:
            place = f"{found.file}:{found.line}" if found.line else found.file
            where = " ".join(filter(None, (place, found.element)))
            self.stdout.write(f"{found.severity}: {where}: {found.message} [{found.code}]")
        for line in deployed.definitions:
            state = "ready" if line["executable"] else f"draft: {line['why_not']}"
            self.stdout.write(f"{line['key']} version {line['version']}: {state}")
        if deployed.id is None and not options["dry_run"]:
            raise CommandError("Nothing was stored.")
