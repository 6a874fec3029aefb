"""The web processes of an installation with a database and a broker of its own."""

from __future__ import annotations

import os

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from orchestrator.config import lifeline

#: a browser keeps connections open, and granian waits for them: after so long it does not
KILL_SECONDS = 8


def run(*, host: str, port: int, processes: int, threads: int) -> None:
    """Answer requests until SIGTERM or SIGINT."""
    os.environ[lifeline.POOL] = "1"
    Granian(
        "orchestrator.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()
