"""`manage.py up`: get everything ready, then start everything in the foreground."""

from __future__ import annotations

import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from orchestrator.config import environment
from orchestrator.service import claim, secrets


class Command(BaseCommand):
    """Migrates, loads the demo where one is wanted, and becomes the supervisor of all parts."""

    help = "Migrate, load the demo, and run everything in the foreground."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, then replace this process by the supervisor, which needs no Django."""
        try:
            held = claim.take(environment.home())
        except claim.AlreadyRunning as error:
            raise CommandError(str(error)) from error
        refuse_taken_port(options["host"], options["port"])
        secrets.ensure(environment.secrets_file())
        call_command("migrate", verbosity=0, interactive=False)
        if environment.is_demo():
            call_command("load_demo")
        sys.stdout.flush()
        where = ["--host", options["host"], "--port", str(options["port"])]
        os.chdir(settings.BASE_DIR)
        where += ["--claim", str(held)]
        os.execv(sys.executable, [sys.executable, "-m", "orchestrator.service", *where])


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CommandError when somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Choose another: make up PORT={port + 1}"
            ) from error
