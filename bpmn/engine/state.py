"""The state of one instance between two commands: an immutable value, cheap to keep and to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bpmn.engine import specs
from bpmn.engine.crowd import Piece, Row, Tasks
from bpmn.engine.effects import Effect, Entry, Status
from bpmn.engine.errors import StateUnreadable
from bpmn.engine.host import Host
from bpmn.engine.limits import Budget
from bpmn.engine.machine import Machine, Token
from bpmn.engine.states import CANCELLED, COMPLETED, ERROR, READY, STARTED, WAITING
from bpmn.language.process import Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """What may be shown of a token or subscription."""

    id: int
    parent: int | None
    element: str
    kind: str
    waiting: bool  #: it waits for somebody or something outside
    gathers: bool  #: it waits for more tokens to begin with
    incident: bool
    process: str  #: ref of the process version


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything the engine knows of an instance."""

    ref: str
    seq: int  #: number of the last history entry
    last_id: int
    ran: int = 0  #: nodes passed since the instance last came to rest
    changed: tuple[str, ...] = ()  #: variables written since then
    created: tuple[str, ...] = ()  #: those of them that were not there before
    rows: tuple[Row, ...]  #: oldest first; the first is the scope of the whole process
    keys: Mapping[str, str]  #: process id by ref, for every process version that takes part
    pieces: tuple[Piece, ...] = ()  #: more rows, in crowds that are read only when needed
    known: frozenset[str] = frozenset()  #: blobs that are stored already
    #: codec's memory of large values: id of the object -> the object and its hash
    memo: dict[int, tuple[Any, str]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def variables(self) -> Variables:
        """The variables of the root scope; after the end the last ones."""
        return self.rows[0].data

    @property
    def tokens(self) -> tuple[TokenView, ...]:
        """Everything that lives in the scope tree, oldest first."""
        rows = [*self.rows, *(row for piece in self.pieces for row in piece.rows())]
        return tuple(self._view(row) for row in sorted(rows, key=_id))

    @property
    def unread(self) -> Mapping[int, str]:
        """Those of `tokens` that stand in crowds, which this does not read: whom each waits for, as in `Piece`."""
        return {number: piece.outside for piece in self.pieces for number in piece.ids}

    @property
    def near(self) -> tuple[TokenView, ...]:
        """The others of `tokens`: all but the crowds that only wait."""
        return tuple(self._view(row) for row in self.rows)

    def _view(self, row: Row) -> TokenView:
        outside = "o" in row.notes or (row.kind == "adHocSubProcess" and "n" not in row.notes)
        return TokenView(
            id=row.id,
            parent=row.parent,
            element=row.node or self.keys[row.ref],
            kind=row.kind,
            waiting=row.state == WAITING or (row.state == STARTED and outside),
            gathers="few" in row.notes and row.state == WAITING,
            incident=row.state == ERROR,
            process=row.ref,
        )

    @property
    def status(self) -> Status:
        """Whether the instance lives, has ended, or was cancelled."""
        return {COMPLETED: Status.COMPLETED, CANCELLED: Status.CANCELLED}.get(self.rows[0].state, Status.ACTIVE)

    @property
    def is_undone(self) -> bool:
        """True when work was compensated and none is left that could be: nothing of the instance stands."""
        notes = self.rows[0].notes
        return "undone" in notes and not notes.get("comp")

    @property
    def resting(self) -> bool:
        """False when a budget cut the last step: go on with `Resume`."""
        return not any(row.state == READY or "chk" in row.notes for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What a command did."""

    state: State
    status: Status
    resting: bool  #: False: the budget cut the step; commit and go on with `Resume`
    history: tuple[Entry, ...]
    effects: tuple[Effect, ...]


def thaw(state: State, *, host: Host, now: datetime, budget: Budget) -> Machine:
    """Return a machine that goes on where `state` stands; the state itself stays as it is."""
    machine = Machine(specs.graph_of(host.process(state.ref), state.ref), host=host, now=now, budget=budget)
    machine.seq, machine.last_id, machine.ran = state.seq, state.last_id, state.ran
    machine.changed, machine.created = set(state.changed), set(state.created)
    if state.pieces:
        machine.tasks = Tasks(state.pieces, lambda row: _made(machine, row))
    for row in state.rows:
        task = _made(machine, row)
        if row.parent is not None:
            machine.tasks[row.parent]._children.append(row.id)
        _index(machine, task, row.notes)
    for piece in state.pieces:
        machine.tasks[piece.parent]._children.extend(piece.ids)
    for parent in {piece.parent for piece in state.pieces}:
        machine.tasks[parent]._children.sort()
    machine.task_tree = machine.tasks[state.rows[0].id]
    return machine


def _made(machine: Machine, row: Row) -> Token:
    """Return the task of a row; its parent learns of it from the caller."""
    node = machine.graph(row.ref).nodes.get(row.node)
    if node is None:
        raise StateUnreadable(f'process "{row.ref}" has no element "{row.node}"')
    task = Token(machine, node, None, state=row.state, id=row.id)
    task._parent = row.parent
    task.data = dict(row.data)
    task.internal_data = dict(row.notes)
    return task


def _index(machine: Machine, task: Token, notes: Mapping[str, Any]) -> None:
    if task._state == READY or "chk" in notes:
        machine.queue.append(task.id)
    elif task._state == WAITING:
        if task.task_spec.joins_lazily:
            machine.lazy.add(task.id)
        elif any(entry[1] == "conditional" for entry in notes.get("on", ())):
            machine.conditional.add(task.id)


def freeze(machine: Machine, before: State | None = None) -> State:
    """Return the state a machine has come to; the machine must not be used afterwards."""
    crowd = machine.tasks if isinstance(machine.tasks, Tasks) else None
    tasks = crowd.living() if crowd is not None else list(machine.tasks.values())
    tasks.sort(key=_age)
    rows = tuple([_row(task) for task in tasks])
    return State(
        ref=rows[0].ref,
        seq=machine.seq,
        last_id=machine.last_id,
        ran=machine.ran,
        changed=tuple(sorted(machine.changed)),
        created=tuple(sorted(machine.created)),
        rows=rows,
        keys={row.ref: machine.graphs[row.ref].name for row in rows if not row.node},
        pieces=crowd.untouched() if crowd is not None else (),
        known=before.known if before else frozenset(),
        memo=before.memo if before else {},
    )


def _id(row: Row) -> int:
    return row.id


def _age(task: Token) -> int:
    return task.id


def _row(task: Token) -> Row:
    spec = task.task_spec
    return Row(
        task.id,
        task._parent,
        spec.graph.ref,
        spec.name,
        task._state,
        task.data,
        task.internal_data,
        spec.kind,
    )
