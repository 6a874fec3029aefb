"""The claim of one supervisor to a home folder: two of them would both run what is in it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

NAME = "running.lock"


class AlreadyRunning(RuntimeError):
    """Another supervisor holds the folder; the text says which process, and what to do."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(folder, holder)
        self.folder = folder
        self.holder = holder

    def __str__(self) -> str:
        who = f" (process {self.holder})" if self.holder else ""
        return (
            f"Handoff already runs on {self.folder}{who}. Nothing was started."
            " End that one first, or give this one a folder of its own: HANDOFF_HOME=/another/folder make up"
        )


def take(folder: Path) -> int:
    """Claim a folder until this process ends, however it ends; return the descriptor that holds the claim.

    Children do not get it: `subprocess` closes every descriptor but the standard ones.

    Raises:
        AlreadyRunning: Another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise AlreadyRunning(folder, holder) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
    return descriptor
