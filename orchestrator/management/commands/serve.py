"""`manage.py serve PART`: one part of the installation in this process, in the foreground."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, SystemCheckError
from django.db import DatabaseError

from orchestrator.config import celery, lifeline
from orchestrator.service import prepare
from orchestrator.service.supervisor import CANNOT_START

PARTS = ("embedded", "web", "worker", "beat")
#: A process has one web server, and imports no other.
EMBEDDED = "orchestrator.service.embedded"
WEB = "orchestrator.service.web"


class Command(BaseCommand):
    """Runs `embedded` (all in one process), or `web`, `worker` or `beat`, until SIGTERM."""

    help = "Run one part of the installation: embedded (all in one process), web, worker or beat."
    requires_system_checks: Any = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the part and how large it is."""
        parser.add_argument("part", choices=PARTS)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--processes", type=int, default=0, help="of web or worker; default: one web, a worker per core"
        )
        parser.add_argument("--threads", type=int, default=4, help="of each web process")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the configuration for this part, then run it."""
        part = options["part"]
        os.environ["HANDOFF_PART"] = settings.HANDOFF_PART = part
        try:
            self.check()
        except SystemCheckError as error:
            error.returncode = CANNOT_START
            raise
        gc.freeze()  # what is loaded by now stays: looking for garbage in it would stop all threads for 0.1 s
        lifeline.hold_on_to_supervisor()
        host, port, processes = options["host"], options["port"], options["processes"]
        if part == "embedded":
            ensure_prepared()
            embedded = import_module(EMBEDDED)
            embedded.leave(embedded.run(host=host, port=port))
        elif part == "web":
            import_module(WEB).run(host=host, port=port, processes=processes or 1, threads=options["threads"])
        elif part == "worker":
            celery.run_worker(concurrency=processes or os.cpu_count() or 2)
        else:
            celery.run_beat()


def ensure_prepared() -> None:
    """Prepare in another process, which takes the memory that training needs away with it; nothing when done."""
    try:
        if prepare.is_done():
            return
    except DatabaseError as unusable:
        raise CommandError(f"The database cannot be used: {unusable}", returncode=CANNOT_START) from unusable
    command = [sys.executable, "manage.py", "prepare"]
    held = {**os.environ, lifeline.SUPERVISOR: str(os.getpid())}
    if subprocess.run(command, cwd=settings.BASE_DIR, env=held, check=False).returncode:
        sys.exit(CANNOT_START)
