"""Gateways that bring tokens together: parallel, inclusive, complex (BPMN 2.0.2, 13.4.1, 13.4.3, 13.4.5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bpmn.engine import expressions
from bpmn.engine.effects import Happened
from bpmn.engine.graph import Graph
from bpmn.engine.nodes import Node
from bpmn.engine.states import WAITING
from bpmn.language.process import Gateway, SequenceFlow

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


class Join(Node):
    """A gateway whose tokens wait for each other, one per incoming flow."""

    element: Gateway

    @property
    def merges(self) -> bool:
        """Whether tokens come by more than one flow."""
        return len(self.element.incoming) > 1

    def waiting(self, machine: Machine, scope: Token) -> list[Token]:
        """Return the tokens that wait here in a scope, oldest first."""
        return [
            child
            for child in machine.children(scope)
            if child.task_spec is self and child._state == WAITING and "reset" not in child.internal_data
        ]

    def by_flow(self, tokens: Iterable[Token]) -> dict[str, Token]:
        """Return the oldest token of each incoming flow; one that came by none stands for a missing one."""
        found: dict[str, Token] = {}
        strays: list[Token] = []
        for token in tokens:
            via = token.internal_data.get("via")
            if via is None:
                strays.append(token)
            else:
                found.setdefault(via, token)
        for flow, stray in zip((one for one in self.element.incoming if one not in found), strays, strict=False):
            found[flow] = stray
        return found

    def wait(self, machine: Machine, task: Token) -> bool:
        """Let a token wait."""
        machine.entered(task)
        task._set_state(WAITING)
        return False

    def consume(self, machine: Machine, tokens: Iterable[Token]) -> None:
        """Take tokens that were joined into another one."""
        for token in list(tokens):
            machine.record(token, Happened.COMPLETED)
            machine.remove(token, cancelled=False)


class Parallel(Join):
    """A parallel gateway: takes one token from every incoming flow, gives one to every outgoing flow."""

    def enter(self, machine: Machine, task: Token) -> bool:
        if not self.merges:
            return True
        tokens = self.by_flow([task, *self.waiting(machine, task.parent)])
        if len(tokens) < len(self.element.incoming):
            return self.wait(machine, task)
        self.consume(machine, (token for token in tokens.values() if token is not task))
        return True

    def flows(self, machine: Machine, task: Token) -> tuple[SequenceFlow, ...]:
        return self.outgoing


class Inclusive(Join):
    """An inclusive gateway: waits as long as a token can still come by a flow that has none."""

    joins_lazily = True
    #: per incoming flow, the nodes from which it can be reached without passing this gateway
    reach: dict[str, frozenset[str]]
    #: the same along sequence flows only, without the boundary events of an activity
    paths: dict[str, frozenset[str]]

    def enter(self, machine: Machine, task: Token) -> bool:
        if not self.merges:
            return True
        machine.lazy.add(task.id)
        return self.wait(machine, task)

    def ready(self, machine: Machine, scope: Token, tokens: dict[str, Token]) -> bool:
        """Return whether the waiting tokens may go on (13.4.3), or as the drawing's own engine has it."""
        if not self.graph.joins_wait_for_all:
            return not self.expects(machine, scope, set(tokens))
        if self.graph.joins_fire_when_full and len(self.waiting(machine, scope)) >= len(self.element.incoming):
            return True
        return not self.expects(machine, scope, set())

    def release(self, machine: Machine, scope: Token) -> bool:
        """Let the waiting tokens of a scope go on if they may; True when they do."""
        tokens = self.by_flow(self.waiting(machine, scope))
        if not tokens or not self.ready(machine, scope, tokens):
            return False
        first = min(tokens.values(), key=lambda token: token.id)
        joined = self.waiting(machine, scope) if self.graph.joins_wait_for_all else tokens.values()
        self.consume(machine, (token for token in joined if token is not first))
        machine.lazy.discard(first.id)
        machine.awake(first, "join")
        return True

    def expects(self, machine: Machine, scope: Token, filled: set[str]) -> bool:
        """Return whether some token can reach an incoming flow without one, and none that has one."""
        empty = [flow for flow in self.element.incoming if flow not in filled]
        for child in machine.children(scope):
            if child.task_spec is self or (child.task_spec.subscribes and child._state == WAITING):
                continue
            at = child.task_spec.element_id
            if any(at in self.reach[flow] for flow in empty) and not any(at in self.paths[flow] for flow in filled):
                return True
        return False


class Complex(Inclusive):
    """A complex gateway: starts when its activation condition holds, then waits for the rest to reset.

    After a reset only flows with a condition, or the default, can get another token: a flow without a
    condition has had its token at the start.
    """

    def enter(self, machine: Machine, task: Token) -> bool:
        if not self.merges:
            task.internal_data["see"] = self._see(1, start=True)
            return True
        return super().enter(machine, task)

    def ready(self, machine: Machine, scope: Token, tokens: dict[str, Token]) -> bool:
        condition = self.element.activation_condition
        if self._reset(machine, scope) is not None:
            return False
        if condition is None:
            return super().ready(machine, scope, tokens)
        count = len(self.waiting(machine, scope))
        first = min(tokens.values(), key=lambda token: token.id)
        result = expressions.run(machine, first, condition, self._see(count, start=True))
        return result.value is True

    def release(self, machine: Machine, scope: Token) -> bool:
        tokens = self.by_flow(self.waiting(machine, scope))
        reset = self._reset(machine, scope)
        if reset is not None:
            return self._release_reset(machine, scope, reset, tokens)
        if not tokens or not self.ready(machine, scope, tokens):
            return False
        count = len(self.waiting(machine, scope))
        missing = [flow for flow in self.element.incoming if flow not in tokens]
        first = min(tokens.values(), key=lambda token: token.id)
        self.consume(machine, (token for token in tokens.values() if token is not first))
        machine.lazy.discard(first.id)
        first.internal_data["see"] = self._see(count, start=True)
        machine.awake(first, "join")
        if missing:
            self._await_reset(machine, scope, sorted(tokens))
        return True

    def _release_reset(self, machine: Machine, scope: Token, reset: Token, tokens: dict[str, Token]) -> bool:
        had = set(reset.internal_data["reset"])
        came = {flow: token for flow, token in tokens.items() if flow not in had}
        if self.expects(machine, scope, had | set(came)):
            return False
        self.consume(machine, came.values())
        machine.lazy.discard(reset.id)
        del reset.internal_data["reset"]
        reset.internal_data.update(see=self._see(len(came), start=False), quiet=1)
        machine.awake(reset, "reset")
        return True

    def _await_reset(self, machine: Machine, scope: Token, had: list[str]) -> None:
        task = machine.leaf(self, scope, limited=False)
        task.internal_data["reset"] = had
        task._set_state(WAITING)
        machine.lazy.add(task.id)

    def _reset(self, machine: Machine, scope: Token) -> Token | None:
        return next(
            (child for child in machine.children(scope) if child.task_spec is self and "reset" in child.internal_data),
            None,
        )

    @staticmethod
    def _see(count: int, *, start: bool) -> dict[str, Any]:
        return {"activationCount": count, "waitingForStart": start}

    def flows(self, machine: Machine, task: Token) -> tuple[SequenceFlow, ...]:
        if "quiet" not in task.internal_data:
            return super().flows(machine, task)
        see = task.internal_data["see"]
        taken = tuple(
            flow
            for flow in self.outgoing
            if flow.condition is not None and expressions.holds(machine, task, flow.condition, see)
        )
        return taken or ((self.default,) if self.default is not None else ())


def release(machine: Machine) -> bool:
    """Look, when nothing else can move, at gateways that wait for what may come; True when one fires."""
    looked: set[tuple[int, str]] = set()
    for number in sorted(machine.lazy):
        task = machine.tasks[number]
        place = (task._parent, task.element)
        if place in looked:
            continue
        looked.add(place)
        if task.task_spec.release(machine, task.parent):
            return True
    return False


def reach_of(
    graph: Graph, gateway: Inclusive, flows: dict[str, SequenceFlow], *, by_events: bool
) -> dict[str, frozenset[str]]:
    """Return, per incoming flow, the nodes from which a token can come by it without passing the gateway.

    Args:
        by_events: an activity may also be left by its boundary events.
    """
    before: dict[str, set[str]] = {}
    for flow in flows.values():
        before.setdefault(flow.target, set()).add(flow.source)
    for node in graph.nodes.values() if by_events else ():
        for boundary in node.boundaries:
            before.setdefault(boundary.element_id, set()).add(node.element_id)
    for target, sources in links(graph).items():
        before.setdefault(target, set()).update(sources)
    return {
        flow: frozenset(_backwards(flows[flow].source, before, gateway.element_id))
        for flow in gateway.element.incoming
        if flow in flows
    }


def _backwards(start: str, before: dict[str, set[str]], stop: str) -> set[str]:
    if start == stop:
        return set()
    found, queue = {start}, [start]
    while queue:
        for source in before.get(queue.pop(), ()):
            if source != stop and source not in found:
                found.add(source)
                queue.append(source)
    return found


def links(graph: Graph) -> dict[str, set[str]]:
    """Return, per link catch event, the link throw events that lead to it."""
    found: dict[str, set[str]] = {}
    for node in graph.nodes.values():
        target = getattr(node, "link_target", None)
        if target is not None:
            found.setdefault(target, set()).add(node.element_id)
    return found
