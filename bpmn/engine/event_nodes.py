"""Events as nodes: starts, catches, boundary events, event-based gateways (BPMN 2.0.2, 10.5 and 13.4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn.engine import events, expressions, scopes
from bpmn.engine.effects import Happened
from bpmn.engine.nodes import Node
from bpmn.engine.states import WAITING
from bpmn.language.process import Event, EventDefinition, Variables

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


class EventNode(Node):
    """What all events share."""

    element: Event

    @property
    def awaited(self) -> tuple[EventDefinition, ...]:
        """The definitions that come from outside the flow."""
        return tuple(one for one in self.element.definitions if one.trigger in events.AWAITED)

    def enter(self, machine: Machine, task: Token) -> bool:
        self.accept(machine, task, {})
        return True

    def resume(self, machine: Machine, task: Token, at: str) -> bool:
        machine.told.update(task.internal_data.get("tell") or {})
        self.accept(machine, task, task.internal_data.get("res") or {})
        return True


class Start(EventNode):
    """A start event of a process or sub-process; what it waited for has already come."""

    def enter(self, machine: Machine, task: Token) -> bool:
        initiator = self.element.initiator
        if initiator is not None and scopes.owner(task, initiator) is None:
            scopes.put(machine, task, initiator, None)  # nobody in particular started it
        return super().enter(machine, task)


class Catch(EventNode):
    """An intermediate event that waits; without anything to wait for it lets tokens pass."""

    waits_outside = True

    def enter(self, machine: Machine, task: Token) -> bool:
        for mapping in self.element.inputs:
            scopes.put_local(machine, task, mapping.target, expressions.value(machine, task, mapping.source))
        if not self.awaited:
            return super().enter(machine, task)
        events.arm(machine, task, self.awaited)
        machine.entered(task)
        return False

    def fired(self, machine: Machine, task: Token, variables: Variables) -> None:
        events.caught(machine, task, variables)


class Boundary(EventNode):
    """An event attached to an activity: it cancels the activity, or adds a token beside it."""

    subscribes = True
    guards_host = True
    passed_as = Happened.FIRED

    def fired(self, machine: Machine, task: Token, variables: Variables) -> None:
        self.leave_host(machine, task.parent, variables, interrupting=self.element.interrupting)

    def leave_host(
        self,
        machine: Machine,
        host: Token,
        variables: Variables,
        *,
        interrupting: bool,
        tell: dict[str, Any] | None = None,
    ) -> None:
        """Put a token on the way out of the activity `host`."""
        scope = host.parent
        if interrupting:
            machine.remove(host)
        machine.token(self, scope, notes={"at": "end", "res": variables, "tell": tell or {}}, limited=False)


class EventStart(EventNode):
    """The start event of an event sub-process: listens as long as the scope around it lives."""

    subscribes = True
    passed_as = Happened.FIRED

    def fired(self, machine: Machine, task: Token, variables: Variables) -> None:
        self.open(machine, task.parent, variables, interrupting=self.element.interrupting)

    def open(
        self,
        machine: Machine,
        scope: Token,
        variables: Variables,
        *,
        interrupting: bool,
        tell: dict[str, Any] | None = None,
    ) -> None:
        """Start the event sub-process in `scope`; an interrupting one ends everything else there."""
        if interrupting:
            machine.clear(scope, keep_guards=True)
            scope.internal_data["int"] = 1
        notes = {"by": self.element_id, "res": variables, "tell": tell or {}}
        assert self.level is not None
        machine.token(self.level, scope, notes=notes, limited=False)


class EventGateway(Node):
    """An event-based gateway: the first event after it decides (13.4.4)."""

    waits_outside = True

    def enter(self, machine: Machine, task: Token) -> bool:
        for flow in self.outgoing:
            events.subscribe(machine, task, self.graph.nodes[flow.target], via=flow.id)
        machine.entered(task)
        task._set_state(WAITING)
        return False
