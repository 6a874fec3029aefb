"""The embedded installation: web, worker and beat as threads of one process."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.utils import timezone
from waitress.server import create_server

from orchestrator.config import memory_broker
from orchestrator.config.celery import EmbeddedBeat, EmbeddedWorker
from orchestrator.config.wsgi import application
from orchestrator.runtime import jobs

log = logging.getLogger(__name__)

WEB_THREADS = 6
WORKER_THREADS = 4
LOOK_SECONDS = 0.5
#: how long running jobs may take when the process is told to end; later they are taken up from the table
END_SECONDS = 5.0


class EmbeddedWeb(threading.Thread):
    """The web server, its requests in threads of its own."""

    def __init__(self, *, host: str, port: int) -> None:
        super().__init__(name="web", daemon=True)
        self._server: Any = create_server(
            application,
            host=host,
            port=port,
            threads=WEB_THREADS,
            ident=None,
            # What proxies say is for lockout.client_address to judge; of nobody but them it is not even read.
            clear_untrusted_proxy_headers=not settings.HANDOFF_PROXIES,
        )
        self._is_stopped = False

    def run(self) -> None:
        """Answer requests until `stop`."""
        try:
            self._server.run()
        except OSError:  # a connection that ends just then wakes a server that is closed
            if not self._is_stopped:
                raise

    def stop(self) -> None:
        """Close the door; requests under way are answered."""
        self._is_stopped = True
        self._server.close()


def run(*, host: str, port: int, on_ready: Callable[[], None] = lambda: None) -> int:
    """Run web, worker and beat until SIGTERM or SIGINT; return the exit status.

    What a killed process had taken or was told of is taken up again at once: nobody else can have it.
    A thread that ends by itself ends the process: its supervisor starts a whole one, which is simpler
    to trust than half of one.
    """
    ends = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: ends.set())
    memory_broker.listen()
    jobs.take_back_all(now=timezone.now())
    worker = EmbeddedWorker(concurrency=WORKER_THREADS)
    parts: list[EmbeddedWeb | EmbeddedWorker | EmbeddedBeat] = [
        EmbeddedWeb(host=host, port=port),
        worker,
        EmbeddedBeat(),
    ]
    for part in parts:
        part.start()
    jobs.sweep(now=timezone.now())
    on_ready()
    while not ends.wait(LOOK_SECONDS):
        if dead := [part.name for part in parts if not part.is_alive()]:
            log.error("%s ended by itself; the process ends with it.", ", ".join(dead))
            return 1
    for part in reversed(parts):
        part.stop()
    worker.join(timeout=END_SECONDS)  # the others have nothing that could be lost
    if worker.is_alive():
        log.warning("Jobs still run after %g s; they are taken up again at the next start.", END_SECONDS)
    return 0


def leave(status: int) -> NoReturn:
    """End this process now: all is stored, and an ordinary exit tears down for a second what is gone anyway.

    It would also wait for the threads of jobs that `run` has given up.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
