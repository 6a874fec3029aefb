"""CPU seconds of this process, of others by pid, and of a PostgreSQL server with all its backends."""

from __future__ import annotations

import os
import resource
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def own() -> float:
    """Return user and system seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def alone(pid: int) -> float:
    """Return user and system seconds of a process without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / TICKS


def tree(pid: int) -> float:
    """Return user and system seconds of a process, of its living children and of those it has waited for."""
    found = 0.0
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended between listing and reading
        number = int(entry.name)
        children.setdefault(int(fields[1]), []).append(number)
        used[number] = sum(map(int, fields[11:15])) / TICKS
    rest = [pid]
    while rest:
        number = rest.pop()
        found += used.get(number, 0.0)
        rest += children.get(number, [])
    return found


class Meter:
    """Sums what several processes use between two moments."""

    def __init__(self, *pids: int) -> None:
        self.pids = pids
        self.looking = 0.0  # seconds that this process used to look, which are nobody's work

    def now(self) -> float:
        """Return seconds used so far: this process and the given trees, without what looking costs."""
        worked = own()
        theirs = sum(tree(pid) for pid in self.pids)
        mine = worked - self.looking
        self.looking += own() - worked
        return mine + theirs
