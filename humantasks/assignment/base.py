"""The protocol of assignment strategies and the values they decide by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

#: sorts before every moment: whoever was never given a task has waited longest
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works in the inbox and is there today."""

    username: str
    open_tasks: int = 0  #: assigned to them now, in every inbox
    last_given_at: datetime | None = None  #: when they last got a task; None: never
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A task that looks for somebody."""

    queue: str
    priority: int = 50
    skills: frozenset[str] = frozenset()  #: all of them are needed


class Strategy(Protocol):
    """Chooses who is given a task."""

    def choose(self, waiting: Waiting, people: Sequence[Person]) -> str | None:
        """Return the user name of one of `people`, or None: the task stays in the queue to be claimed."""
        ...
