"""Ends a process when the one that started it is gone, so that none is left behind.

A supervisor that is killed outright can tell nobody. So each child looks whether its parent is still the
one it had; that works on every Unix, and costs one system call a second.
"""

from __future__ import annotations

import os
import signal
import threading
import time

#: environment variable with the process id of the supervisor
SUPERVISOR = "HANDOFF_SUPERVISOR"
#: environment variable that says that this process has forked others, or is one of them
POOL = "HANDOFF_POOL"
LOOK_SECONDS = 1.0
#: how long an orphan may take to end in order
GRACE_SECONDS = 8.0


def hold_on_to_supervisor() -> None:
    """End this process with its supervisor, when it has one."""
    if parent := os.environ.get(SUPERVISOR):
        _watch(int(parent), grace_seconds=GRACE_SECONDS)


def hold_on_to_parent() -> None:
    """End this process at once with the process that forked it: for the members of a pool."""
    _watch(os.getppid(), grace_seconds=0)


def _watch(parent: int, *, grace_seconds: float) -> None:
    threading.Thread(target=_run, args=(parent, grace_seconds), name="lifeline", daemon=True).start()


def _run(parent: int, grace_seconds: float) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    if grace_seconds:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_seconds)
    os._exit(1)
