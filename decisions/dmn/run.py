"""One evaluation of a graph under way: FEEL's run, and what tables and decisions have to tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from decisions.dmn.model import DecisionTable
from decisions.feel.budget import DEFAULT_BUDGET, Budget, Run
from decisions.feel.messages import Message
from decisions.feel.values import Value


class TableHit:
    """What one evaluation of a table did. A plain class: one is made per table and speed counts."""

    __slots__ = ("table", "inputs", "numbers")

    def __init__(self, table: DecisionTable, inputs: Sequence[Value], numbers: Sequence[int]) -> None:
        self.table = table
        #: values of the input expressions, in the order of the columns
        self.inputs = inputs
        #: numbers of the rules that matched, counted from 1
        self.numbers = numbers

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Ids of the rules that matched."""
        rules = self.table.rules
        return tuple(rules[number - 1].place.element for number in self.numbers)


class Step(NamedTuple):
    """One decision of the graph, decided. A named tuple: one is made per decision and speed counts."""

    id: str
    name: str
    #: (name, value) of what the decision requires
    inputs: tuple[tuple[str, Value], ...]
    #: the decision tables that were asked on the way, with the rules that matched
    tables: tuple[TableHit, ...]
    value: Value
    messages: tuple[Message, ...]
    microseconds: float

    @property
    def rules(self) -> tuple[int, ...]:
        """Numbers of the rules that matched, of all tables of the decision."""
        return tuple(number for hit in self.tables for number in hit.numbers)


class DmnRun(Run):
    """A run that remembers tables and decisions."""

    __slots__ = ("hits", "steps_taken")

    def __init__(self, moment: datetime | None = None, budget: Budget = DEFAULT_BUDGET) -> None:
        super().__init__(moment, budget)
        #: of the decision in hand
        self.hits: list[TableHit] = []
        self.steps_taken: list[Step] = []
