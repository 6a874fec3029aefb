"""A named pipe in the home folder: what other processes of an embedded installation drop in, its one process reads.

The memory broker ends at its process. A command like `start_cases` posts its messages here, so that they are
worked on at once and not when the sweep finds their jobs. As with every broker of Handoff a lost letter only
costs time: nobody reads, the pipe is full, or a long letter was torn by another.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread

NAME = "letterbox"


def post(folder: Path, letter: bytes) -> bool:
    """Drop a letter (a line without its end); tell whether somebody is there to read it."""
    try:
        descriptor = os.open(folder / NAME, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # there is no box, or nobody reads it
        return False
    try:
        return os.write(descriptor, letter + b"\n") > len(letter)
    except OSError:  # it is full, or its reader has just gone
        return False
    finally:
        os.close(descriptor)


def empty(folder: Path, take: Callable[[bytes], None]) -> None:
    """Put up a box and hand over each letter, on a thread of its own, as long as this process lives."""
    path = folder / NAME
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)
    # Open for writing as well: the pipe does not end when the last writer has gone.
    descriptor = os.open(path, os.O_RDWR)
    Thread(target=_run, args=(descriptor, take), name="letterbox", daemon=True).start()


def _run(descriptor: int, take: Callable[[bytes], None]) -> None:
    with open(descriptor, "rb") as lines:
        for line in lines:
            take(line.rstrip(b"\n"))
