"""Round robin: everybody in turn, by who has waited longest for a task."""

from __future__ import annotations

from collections.abc import Sequence

from humantasks.assignment.base import NEVER, Person, Waiting


class RoundRobin:
    """Gives tasks in turn."""

    def choose(self, waiting: Waiting, people: Sequence[Person]) -> str | None:
        """Return who got their last task longest ago; a tie goes to the fewest open tasks."""
        in_turn = sorted(people, key=lambda p: (p.last_given_at or NEVER, p.open_tasks, p.username))
        return in_turn[0].username if in_turn else None
