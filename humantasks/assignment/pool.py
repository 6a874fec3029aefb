"""Pool: tasks stay in the queue until somebody claims them."""

from __future__ import annotations

from collections.abc import Sequence

from humantasks.assignment.base import Person, Waiting


class Pool:
    """Gives tasks to nobody."""

    def choose(self, waiting: Waiting, people: Sequence[Person]) -> str | None:
        """Return None."""
        return None
