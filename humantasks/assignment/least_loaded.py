"""Least loaded: whoever has the fewest open tasks."""

from __future__ import annotations

from collections.abc import Sequence

from humantasks.assignment.base import NEVER, Person, Waiting


class LeastLoaded:
    """Gives tasks to the shortest desk."""

    def choose(self, waiting: Waiting, people: Sequence[Person]) -> str | None:
        """Return who has the fewest open tasks; a tie goes to who got their last one longest ago."""
        by_load = sorted(people, key=lambda p: (p.open_tasks, p.last_given_at or NEVER, p.username))
        return by_load[0].username if by_load else None
