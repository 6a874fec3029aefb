"""Skills: whoever has all the skills a case needs, the fewest open tasks first."""

from __future__ import annotations

from collections.abc import Sequence

from humantasks.assignment.base import Person, Waiting
from humantasks.assignment.least_loaded import LeastLoaded


class Skills:
    """Gives tasks to those who know how; nobody who does leaves the task in the queue."""

    def choose(self, waiting: Waiting, people: Sequence[Person]) -> str | None:
        """Return the least loaded person with every needed skill."""
        able = [person for person in people if waiting.skills <= person.skills]
        return LeastLoaded().choose(waiting, able)
