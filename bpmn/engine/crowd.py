"""Crowds of tokens that only wait: kept in pieces, and read when somebody comes for one of them.

An instance with a thousand open jobs would otherwise be read and written whole for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from bpmn.engine.states import STARTED
from bpmn.language.process import Variables

FROM = 32  #: rows from which on pieces are made
LEAST = 8  #: rows that a piece has at least
SPAN = 32  #: token ids that one piece spans at most


class Row(NamedTuple):
    """One live task of the scope tree; its dicts are never changed in place."""

    id: int
    parent: int | None
    ref: str  #: the process version its node stands in
    node: str  #: name of the node spec: the element id, empty for the scope of a process
    state: int
    data: Variables
    notes: dict[str, Any]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Tasks below one parent that wait for somebody outside and have nothing below themselves."""

    parent: int
    ids: tuple[int, ...]
    key: str  #: hash of the blob they are stored in
    outside: str  #: whom all of them wait for: j (a worker) or u (a person)
    rows: Callable[[], tuple[Row, ...]]


def split(rows: tuple[Row, ...]) -> tuple[tuple[Row, ...], list[tuple[Row, ...]]]:
    """Return the rows that stay, and groups of rows that can become pieces."""
    if len(rows) < FROM:
        return rows, []
    parents = {row.parent for row in rows}
    groups: dict[tuple[int | None, str, str, int], list[Row]] = {}
    for row in rows:
        outside = row.notes.get("o")
        if row.state == STARTED and outside in ("j", "u") and row.id not in parents:
            groups.setdefault((row.parent, row.ref, outside, row.id // SPAN), []).append(row)
    crowds = [tuple(group) for group in groups.values() if len(group) >= LEAST]
    gone = {row.id for crowd in crowds for row in crowd}
    return tuple([row for row in rows if row.id not in gone]), crowds


class Tasks(dict[int, Any]):
    """The tasks of a machine; those in pieces are made when they are asked for."""

    def __init__(self, pieces: tuple[Piece, ...], make: Callable[[Row], Any]) -> None:
        super().__init__()
        self.pieces = {number: piece for piece in pieces for number in piece.ids}
        self.make = make

    def open(self, piece: Piece) -> None:
        """Make the tasks of a piece."""
        for number in piece.ids:
            del self.pieces[number]
        for row in piece.rows():
            self.make(row)

    def open_all(self) -> None:
        """Make the tasks of all pieces."""
        while self.pieces:
            self.open(next(iter(self.pieces.values())))

    def get(self, number: Any, default: Any = None) -> Any:
        """Return a task, out of its piece when it is in one."""
        if number in self.pieces:
            self.open(self.pieces[number])
        return super().get(number, default)

    def __missing__(self, number: int) -> Any:
        self.open(self.pieces[number])
        return self[number]

    def __contains__(self, number: object) -> bool:
        return super().__contains__(number) or number in self.pieces

    def __len__(self) -> int:
        return super().__len__() + len(self.pieces)

    def __iter__(self) -> Iterator[int]:
        self.open_all()
        return super().__iter__()

    def values(self) -> Any:
        """Return all tasks."""
        self.open_all()
        return super().values()

    def items(self) -> Any:
        """Return all tasks with their ids."""
        self.open_all()
        return super().items()

    def living(self) -> list[Any]:
        """Return the tasks that are made already."""
        return list(super().values())

    def untouched(self) -> tuple[Piece, ...]:
        """Return the pieces that nobody asked for, by age."""
        return tuple({piece.key: piece for piece in self.pieces.values()}.values())
