"""The supervisor, with real short-lived processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from orchestrator.service.supervisor import CANNOT_START, Child, Supervisor

FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]
STUBBORN = "import signal, sys; signal.signal(15, signal.SIG_IGN); open(sys.argv[1], 'w').close(); signal.pause()"
CRASHES = [sys.executable, "-c", "raise SystemExit(3)"]


@pytest.fixture(autouse=True)
def _keep_signal_handlers():
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for sign, handler in before.items():
        signal.signal(sign, handler)


def supervise(child: Child, *, until, said: list[str] | None = None) -> None:
    """Run until `until(child)` is true, looked at as often as the supervisor looks."""
    supervisor = Supervisor(
        [child],
        say=(said if said is not None else []).append,
        on_look=lambda: supervisor.stop() if until(child) else None,
    )
    supervisor.run()


def test_no_process_is_left_after_the_end() -> None:
    child = Child(name="web", command=FOREVER)
    pids: list[int] = []
    supervise(child, until=lambda it: pids.append(it.process.pid) or True)
    assert not psutil.pid_exists(pids[0])


def test_a_child_that_ignores_sigterm_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("orchestrator.service.supervisor.END_SECONDS", 0.3)
    ready, said = tmp_path / "ready", []
    child = Child(name="web", command=[sys.executable, "-c", STUBBORN, str(ready)])
    supervise(child, until=lambda _: ready.exists(), said=said)
    assert child.process.returncode == -signal.SIGKILL
    assert "does not end" in said[-1]


def test_a_killed_child_is_started_again() -> None:
    child, seen, said = Child(name="worker", command=FOREVER), [], []

    def second_is_there(it: Child) -> bool:
        if it.process is None:
            return False
        if not seen:
            os.kill(it.process.pid, signal.SIGKILL)
        seen.append(it.process.pid)
        return seen[0] != it.process.pid

    supervise(child, until=second_is_there, said=said)
    assert said == ["worker ended (killed by SIGKILL); it starts again in 0.5 s."]


def test_pauses_grow_while_a_child_keeps_crashing() -> None:
    child, said = Child(name="beat", command=CRASHES), []
    supervise(child, until=lambda _: len(said) >= 2, said=said)
    assert said[:2] == [
        "beat ended (exit status 3); it starts again in 0.5 s.",
        "beat ended (exit status 3); it starts again in 1 s.",
    ]


LEAVES_A_CHILD = """
import os, subprocess, sys
left = subprocess.Popen(["sleep", "1000"])
with open(sys.argv[1], "w") as file:
    file.write(str(left.pid))
os._exit(1)
"""


def test_grandchildren_of_a_crashed_child_are_killed_with_it(tmp_path: Path) -> None:
    note, said = tmp_path / "pid", []
    child = Child(name="web", command=[sys.executable, "-c", LEAVES_A_CHILD, str(note)])
    supervise(child, until=lambda _: bool(said), said=said)
    pid = int(note.read_text())
    assert is_soon_gone(pid)


def is_soon_gone(pid: int) -> bool:
    """Tell whether the process ends within five seconds; a zombie nobody has read the status of counts."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
    return False


def test_a_child_that_cannot_start_is_not_started_again_and_ends_all() -> None:
    said: list[str] = []
    child = Child(name="web", command=[sys.executable, "-c", f"raise SystemExit({CANNOT_START})"])
    assert Supervisor([child, Child(name="beat", command=FOREVER)], say=said.append).run() == CANNOT_START
    assert said == ["web cannot go on (exit status 78); everything ends."]


@pytest.mark.parametrize("status", [0, 3])
def test_the_end_of_a_child_that_runs_once_is_the_end(status: int) -> None:
    child = Child(name="prepare", command=[sys.executable, "-c", f"raise SystemExit({status})"], is_once=True)
    assert Supervisor([child], say=lambda _: None).run() == status
