"""The scope tree of an instance, and what is told of it: history and effects.

The task tree is the tree of scopes, not a history: a token's parent is its scope, a boundary subscription's
parent is its host. A finished task is removed at once; what it did is an entry of history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from heapq import heappush
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from SpiffWorkflow.task import Task
from SpiffWorkflow.workflow import Workflow

from bpmn.engine import specs
from bpmn.engine.effects import Closed, Effect, Entry, Happened, IncidentClosed, UserTaskOpened
from bpmn.engine.errors import Incident
from bpmn.engine.host import Host
from bpmn.engine.limits import Budget
from bpmn.engine.states import CANCELLED, FUTURE, READY
from bpmn.language.process import JSON, Variables

if TYPE_CHECKING:
    from bpmn.engine.graph import Graph
    from bpmn.engine.machine import Machine
    from bpmn.engine.nodes import Node

#: what a token's note `o` says about who knows it: the first letter, and the word of `Closed.what`
_OUTSIDE = {"j": "job", "u": "task", "t": "timer", "s": "subscription"}


class Token(Task):
    """A SpiffWorkflow task in the scope tree.

    `data` holds the variables of the scope it is, `internal_data` (JSON) what the engine notes about it:
    at: what a READY token does next (None: enter)      via: the sequence flow it came by
    e: its ENTERED entry is written                     o: somebody outside knows that it waits
    chk: look whether this scope is finished            inc: code of its incident
    few, all: it waits for more tokens to begin with, or has them (activities.py)
    res: variables that came from outside               on: what it waits for (events.py)
    k, n, done, next, items, last, out: loops.py             comp, queue, for: compensation.py
    """

    task_spec: Node
    workflow: Machine
    id: int

    def _set_state(self, value: int) -> None:
        """Change the state; the log line of every change would cost more than the change."""
        self._state = value

    @property
    def element(self) -> str:
        """The id of the flow node in the drawing."""
        return self.task_spec.element_id


class Tree(Workflow):
    """The tasks of one instance while a command moves it, and what that makes."""

    tasks: dict[int, Token]
    task_tree: Token

    def __init__(self, graph: Graph, *, host: Host, now: datetime, budget: Budget) -> None:
        super().__init__(graph, deserializing=True)
        self.host = host
        self.now = now
        self.budget = budget
        #: of the clock that only runs forward; what comes of an instance does not depend on where it was cut
        self.ends_at = monotonic() + budget.seconds
        self.seq = 0
        self.last_id = 0
        self.ran = 0
        self.steps = 0
        self.queue: list[int] = []
        self.lazy: set[int] = set()
        self.conditional: set[int] = set()
        self.changed: set[str] = set()
        self.created: set[str] = set()
        self.broadcasts: list[tuple[str, Variables]] = []
        self.history: list[Entry] = []
        self.effects: list[Effect] = []
        self.wrote: Variables = {}
        self.told: dict[str, JSON] = {}
        self.graphs: dict[str, Graph] = {graph.ref: graph}

    # -- what SpiffWorkflow would do to its own kind of tree ------------------------------------

    def _task_completed_notify(self, task: Task) -> None:
        """Do nothing: the parent of a task is its scope, not its predecessor."""

    def update_waiting_tasks(self) -> None:
        """Do nothing: waiting tokens are told, not polled."""

    # -- the tree ------------------------------------------------------------------------------

    def token(
        self,
        node: Node,
        parent: Token | None,
        *,
        via: str | None = None,
        notes: Mapping[str, Any] | None = None,
        data: Variables | None = None,
        limited: bool = True,
    ) -> Token:
        """Put a token on a node; it will be entered when its turn comes."""
        task = self.leaf(node, parent, limited=limited)
        if notes:
            task.internal_data.update(notes)
        if via is not None:
            task.internal_data["via"] = via
        if data:
            task.data.update(data)
        self.awake(task)
        return task

    def leaf(self, node: Node, parent: Token | None, *, limited: bool = True) -> Token:
        """Put a task below `parent` that nobody runs yet.

        Args:
            limited: False for what an event starts: there is no token that could be the incident.
        Raises:
            Incident: `too_many_tokens`.
        """
        if limited and len(self.tasks) >= self.budget.tokens:
            raise Incident(
                "too_many_tokens", f"The instance has more than {self.budget.tokens} tokens at the same time."
            )
        self.last_id += 1
        return Token(self, node, parent, state=FUTURE, id=self.last_id)

    def children(self, task: Token) -> Iterator[Token]:
        """Return the tasks right below, oldest first."""
        tasks = self.tasks
        return (tasks[child] for child in task._children)

    def awake(self, task: Token, at: str | None = None) -> None:
        """Let a task run at its turn; `at` says what it then does."""
        if at is not None:
            task.internal_data["at"] = at
        task._set_state(READY)
        heappush(self.queue, task.id)

    def mark(self, scope: Token) -> None:
        """Ask, at the scope's turn, whether it is finished."""
        if "chk" not in scope.internal_data:
            scope.internal_data["chk"] = 1
            heappush(self.queue, scope.id)

    def remove(self, task: Token, *, cancelled: bool = True) -> None:
        """Take a task and everything below out of the tree; `cancelled` is about the task itself."""
        if task._children:
            subtree = list(self.children(task))
            for member in subtree:
                subtree.extend(self.children(member))
            for member in reversed(subtree):
                self._forget(member, True)
        self._forget(task, cancelled)
        parent = task.parent
        if parent is not None:
            parent._children.remove(task.id)

    def clear(self, scope: Token, *, keep_guards: bool = False) -> None:
        """Remove everything below a scope; `keep_guards` leaves the boundary subscriptions of its host."""
        for child in list(self.children(scope)):
            if not (keep_guards and child.task_spec.guards_host):
                self.remove(child)

    def _forget(self, task: Token, cancelled: bool) -> None:
        notes = task.internal_data
        if cancelled and "e" in notes:
            self.record(task, Happened.CANCELLED)
        if "inc" in notes:
            self.effects.append(IncidentClosed(token=task.id))
        if "o" in notes:
            self.close_outside(task, cancelled)
        if cancelled:
            task._set_state(CANCELLED)
        task._children = []
        self.lazy.discard(task.id)
        self.conditional.discard(task.id)
        del self.tasks[task.id]

    def alive(self, task: Token) -> bool:
        """Return whether the task is still in the tree."""
        return self.tasks.get(task.id) is task

    def close_outside(self, task: Token, cancelled: bool) -> None:
        """Tell the outside that nothing of this token waits for it any more."""
        for letter in task.internal_data.pop("o"):
            what = _OUTSIDE[letter]
            self.effects.append(Closed(token=task.id, element=task.element, cancelled=cancelled, what=what))

    # -- what is told --------------------------------------------------------------------------

    def tell(self, texts: Iterable[str]) -> None:
        """Keep messages of expressions for the history entry of this step."""
        told = cast("list[JSON]", self.told.setdefault("messages", []))
        told.extend(text for text in texts if text not in told)

    def entered(self, task: Token) -> None:
        """Write that a token waits here now."""
        if "e" not in task.internal_data:
            self.record(task, Happened.ENTERED)
            task.internal_data["e"] = 1

    def record(self, task: Token, happened: Happened) -> None:
        """Write one line of history."""
        spec, notes = task.task_spec, task.internal_data
        if spec.is_process or "quiet" in notes:
            return
        wrote, told = ({}, {}) if happened is Happened.CANCELLED else (self.wrote, self.told)
        if "k" in notes:
            told["loopCounter"] = notes["k"] + spec.first_counter
        self.seq += 1
        self.history.append(
            Entry(
                seq=self.seq,
                token=task.id,
                parent=task._parent,
                element=spec.element_id,
                kind=spec.kind if "n" not in notes else spec.loop_kind,
                happened=happened,
                process=spec.graph.ref,
                via=notes.get("via"),
                wrote=wrote,
                detail=told,
            )
        )
        if happened is not Happened.CANCELLED:
            self.wrote, self.told = {}, {}

    def record_at(
        self, node: Node, task: Token, happened: Happened, wrote: Variables | None = None,
        detail: Mapping[str, JSON] | None = None,
    ) -> None:  # fmt: skip
        """Write a line about another node than the one the token stands on."""
        self.seq += 1
        self.history.append(
            Entry(
                seq=self.seq,
                token=task.id,
                parent=task._parent,
                element=node.element_id,
                kind=node.kind,
                happened=happened,
                process=node.graph.ref,
                wrote=wrote or {},
                detail=detail or {},
            )
        )

    def graph(self, ref: str) -> Graph:
        """Return the specs of a process version that takes part in this instance."""
        if ref not in self.graphs:
            self.graphs[ref] = specs.graph_of(self.host.process(ref), ref)
        return self.graphs[ref]

    def open_outside(self, task: Token, effect: Effect) -> None:
        """Tell the outside that a token waits for it."""
        task.internal_data["o"] = "u" if isinstance(effect, UserTaskOpened) else "j"
        if isinstance(effect, UserTaskOpened) and not effect.candidate_groups and effect.lane:
            nobody = effect.assignee is None and not effect.candidate_users
            effect = replace(effect, candidate_groups=(effect.lane,)) if nobody else effect
        self.effects.append(effect)
