"""Limits of one evaluation, and the run that keeps count against them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from .errors import BudgetExceeded
from .messages import Message, Severity
from .values.temporal import DateTime

#: Messages kept per evaluation; a loop may produce the same one a million times.
MAX_MESSAGES = 100
#: Steps between two looks at the clock.
_CLOCK_EVERY = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one evaluation may use before it ends as null with the code `budget_exceeded`."""

    #: Iterations and calls.
    steps: int = 1_000_000
    #: Items of one list.
    list_size: int = 1_000_000
    #: Characters of one string.
    string_size: int = 5_000_000
    #: Nested calls of functions that the expression defines.
    depth: int = 100
    #: Wall time; also the limit of one regular expression.
    seconds: float = 5.0


DEFAULT_BUDGET = Budget()


class Run:
    """One evaluation under way: its messages, its clock and what is left of its budget."""

    __slots__ = ("messages", "moment", "position", "budget", "_left", "_look", "_deadline", "_depth", "strict")

    def __init__(self, moment: datetime | None = None, budget: Budget = DEFAULT_BUDGET, strict: bool = False) -> None:
        self.messages: list[Message] = []
        self.moment = moment
        self.budget = budget
        #: Where the call stands that is being made; built-ins report there.
        self.position: int | None = None
        #: An unknown name is an error (JUEL), not a warning (FEEL).
        self.strict = strict
        self._left = budget.steps
        self._look = budget.steps
        self._deadline = 0.0
        self._depth = 0

    @property
    def now(self) -> DateTime | None:
        """The moment of the evaluation; translated when asked for, for most expressions never ask."""
        return None if self.moment is None else DateTime.of_datetime(self.moment)

    def report(self, severity: Severity, code: str, text: str, position: int | None = None) -> None:
        """Add a message."""
        if len(self.messages) < MAX_MESSAGES:
            self.messages.append(Message(severity, code, text, self.position if position is None else position))

    def error(self, code: str, text: str, position: int | None = None) -> Any:
        """Add an error and answer null: `return run.error(...)` is how FEEL fails."""
        if len(self.messages) < MAX_MESSAGES:
            where = self.position if position is None else position
            told = f"{text}, at {where}" if where is not None else text
            self.messages.append(Message("error", code, told, where))
        return None

    def step(self, count: int = 1) -> None:
        """Pay for `count` iterations or calls."""
        self._left -= count
        if self._left < self._look:
            self._check()

    def _check(self) -> None:
        if self._left < 0:
            raise BudgetExceeded("steps", self.budget.steps)
        instant = monotonic()
        if not self._deadline:
            self._deadline = instant + self.budget.seconds
        elif instant > self._deadline:
            raise BudgetExceeded("seconds", self.budget.seconds)
        self._look = self._left - _CLOCK_EVERY

    def seconds_left(self) -> float:
        """Give the seconds one regular expression may still take."""
        self._check()
        return max(0.001, self._deadline - monotonic())

    def check_list(self, size: int) -> None:
        """Refuse a list that is too long before it is built."""
        if size > self.budget.list_size:
            raise BudgetExceeded("list items", self.budget.list_size)

    def check_string(self, size: int) -> None:
        """Refuse a string that is too long before it is built."""
        if size > self.budget.string_size:
            raise BudgetExceeded("characters", self.budget.string_size)

    def enter(self) -> None:
        """Go one call deeper."""
        self._depth += 1
        if self._depth > self.budget.depth:
            raise BudgetExceeded("nested calls", self.budget.depth)
        self.step()

    def leave(self) -> None:
        """Come back from a call."""
        self._depth -= 1
