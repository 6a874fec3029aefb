"""`manage.py up`: everything in the foreground."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Becomes the supervisor, which prepares, starts and looks after all parts, and needs no Django."""

    help = "Migrate, load the demo, and run everything in the foreground."
    requires_system_checks: Any = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace this process by `python -m orchestrator.service`."""
        where = ["--host", options["host"], "--port", str(options["port"])]
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "orchestrator.service", *where])
