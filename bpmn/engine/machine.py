"""Moves tokens: SpiffWorkflow keeps tasks and their states, this says who is next and where tokens go.

The oldest ready token is first. Every run of a node is one step, and a step can be cut after each of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from time import monotonic

from bpmn.engine import compensation, conditions, joins, loops, signals
from bpmn.engine.effects import Happened, IncidentRaised
from bpmn.engine.errors import Incident
from bpmn.engine.states import ERROR, READY, STARTED
from bpmn.engine.tree import Token, Tree
from bpmn.language.process import SequenceFlow

__all__ = ["Machine", "Token"]


class Machine(Tree):
    """One instance while a command moves it."""

    def settle(self) -> bool:
        """Run until nothing more can happen without the outside; False when the budget ends before."""
        begun = self.steps
        while True:
            task = self._next()
            if task is None:
                if joins.release(self) or conditions.fire(self):
                    continue
                self.ran = 0
                self.changed.clear()
                self.created.clear()
                conditions.rest(self)
                return True
            if self.steps >= self.budget.nodes or (self.steps > begun and monotonic() > self.ends_at):
                heappush(self.queue, task.id)
                return False
            self.steps += 1
            self.ran += 1
            self._step(task)

    def open_root(self) -> None:
        """Enter the scope of the process before anything else moves."""
        task = self._next()
        if task is not None:
            self._step(task)

    def _next(self) -> Token | None:
        while self.queue:
            task = self.tasks.get(heappop(self.queue))
            if task is not None and (task._state == READY or "chk" in task.internal_data):
                return task
        return None

    def _step(self, task: Token) -> None:
        self.wrote, self.told = {}, {}
        try:
            if task._state != READY:
                del task.internal_data["chk"]
                if task._state == STARTED:
                    task.task_spec.check(self, task)
                return
            if self.ran > self.budget.endless:
                self.ran = 0
                raise Incident(
                    "endless_loop",
                    f"More than {self.budget.endless} steps were made without coming to rest.",
                )
            task.internal_data.pop("chk", None)
            if task.task_spec._run(task) and self.alive(task):
                task.complete()
            elif task._state == READY:
                task._set_state(STARTED)
        except Incident as incident:
            self.fail(task, incident)
        while self.broadcasts:
            signals.broadcast(self, *self.broadcasts.pop(0))

    def leave(self, task: Token, flows: Iterable[SequenceFlow]) -> None:
        """Take a finished token away and put tokens on its outgoing flows; none: the token ends."""
        scope, notes = task.parent, task.internal_data
        flows = tuple(flows)
        if not flows and scope is not None and scope.task_spec.is_ad_hoc and "for" not in notes:
            scope.task_spec.gather(self, scope, task)
        if len(self.tasks) - 1 + len(flows) > self.budget.tokens:
            raise Incident(
                "too_many_tokens", f"The instance has more than {self.budget.tokens} tokens at the same time."
            )
        self.record(task, Happened.COMPLETED if "e" in notes else task.task_spec.passed_as)
        self.remove(task, cancelled=False)
        nodes = task.task_spec.graph.nodes
        for flow in flows:
            self.token(nodes[flow.target], scope, via=flow.id)
        if "k" in notes:
            loops.instance_left(self, scope, task)
        elif "for" in notes:
            compensation.handled(self, task)
            self.mark(scope)
        elif scope is not None and (not flows or scope.task_spec.is_ad_hoc):
            self.mark(scope)

    def fail(self, task: Token, incident: Incident) -> None:
        """Leave the token where it is, as an incident."""
        task._set_state(ERROR)
        task.internal_data["inc"] = incident.code
        self.told["code"] = incident.code
        self.record(task, Happened.FAILED)
        self.effects.append(
            IncidentRaised(
                token=task.id,
                element=task.element,
                code=incident.code,
                message=incident.message,
                detail=incident.detail,
            )
        )
