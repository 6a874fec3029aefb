"""Keeps a group of processes running: a crashed one is started again, and the end of all is orderly."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.config import environment, lifeline

#: the first pause before a crashed child is started again; doubled with each crash
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
#: a child that lived so long has recovered: its pauses begin anew
RECOVERED_SECONDS = 20.0
#: how long children may take to end before they are killed
END_SECONDS = 12.0
LOOK_SECONDS = 0.2
#: a child that ends so cannot run as things are: starting it again would not help (EX_CONFIG of sysexits.h)
CANNOT_START = environment.UNUSABLE


@dataclass(slots=True, kw_only=True)
class Child:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_once: bool = False  #: its end is the end of all
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause_seconds: float = FIRST_PAUSE_SECONDS


class Supervisor:
    """Runs children until `stop`, SIGTERM or SIGINT."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        say: Callable[[str], None],
        on_look: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._children = children
        self._say = say
        self._on_look = on_look
        self._clock = clock
        self._ends = threading.Event()
        self._status = 0

    def run(self) -> int:
        """Start the children, keep them running, and end them all when told to; return the exit status."""
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sign, lambda *_: self.stop())
        try:
            while not self._ends.is_set():
                for child in self._children:
                    self._look_after(child)
                self._on_look()
                self._ends.wait(LOOK_SECONDS)
        finally:
            self._end_all()
        return self._status

    def stop(self) -> None:
        """Ask for the end; `run` returns when no child is left."""
        self._ends.set()

    def _look_after(self, child: Child) -> None:
        now = self._clock()
        if child.process is None:
            if now >= child.start_at:
                self._start(child, now)
            return
        code = child.process.poll()
        if code is None:
            return
        _kill_group(child.process)
        if child.is_once or code == CANNOT_START:
            self._status = code
            if code:
                self._say(f"{child.name} cannot go on ({_how(code)}); everything ends.")
            self.stop()
            return
        if now - child.started_at >= RECOVERED_SECONDS:
            child.pause_seconds = FIRST_PAUSE_SECONDS
        self._say(f"{child.name} ended ({_how(code)}); it starts again in {child.pause_seconds:g} s.")
        child.process = None
        child.start_at = now + child.pause_seconds
        child.pause_seconds = min(child.pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def _start(self, child: Child, now: float) -> None:
        variables = {**os.environ, **child.environment, lifeline.SUPERVISOR: str(os.getpid())}
        child.process = subprocess.Popen(child.command, env=variables, stdin=subprocess.DEVNULL, start_new_session=True)
        child.started_at = now

    def _end_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"Process {process.pid} does not end; it is killed.")
            _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what a child has left of its own children; each child leads a group of its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody is left (macOS says so with "not permitted")
    finally:
        if process.poll() is None:
            process.wait(timeout=5)


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
