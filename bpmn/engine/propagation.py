"""Errors and escalations go outward, from the thrower through its scopes, calls included (13.5.3, 13.5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bpmn.engine import events, expressions, scopes
from bpmn.engine.errors import Incident
from bpmn.engine.event_nodes import Boundary, EventStart
from bpmn.engine.nodes import label
from bpmn.language.process import EventDefinition, Trigger, Variables

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """An error or escalation on its way."""

    code: str
    message: str = ""
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catcher:
    """Who catches: an event attached to the activity `level`, or an event sub-process of that scope."""

    level: Token
    node: Boundary | EventStart
    definition: EventDefinition

    @property
    def interrupts(self) -> bool:
        """Whether what runs at the level ends; errors always end it."""
        return self.definition.trigger is Trigger.ERROR or self.node.element.interrupting


def find(machine: Machine, thrower: Token, trigger: Trigger, code: str) -> Catcher | None:
    """Return the nearest catcher: event sub-process before boundary event, its own code before every code."""
    below, level = thrower, thrower
    while level is not None:
        for nodes in _listeners(level, below):
            catcher = _best(machine, level, nodes, trigger, code)
            if catcher is not None:
                return catcher
        below, level = level, level.parent
    return None


def _listeners(level: Token, below: Token) -> Iterator[tuple[Boundary | EventStart, ...]]:
    """Yield who listens at a level; an event sub-process hears nothing that comes out of itself."""
    notes, spec = level.internal_data, level.task_spec
    if spec.guards and "n" not in notes and ("int" not in notes or spec.graph.handlers_guard_each_other):
        yield tuple(start for start in spec.guards if start.level is not below.task_spec)
    if spec.boundaries and "k" not in notes:
        yield spec.boundaries


def _best(
    machine: Machine, level: Token, nodes: tuple[Boundary | EventStart, ...], trigger: Trigger, code: str
) -> Catcher | None:
    catch_all = None
    for node in nodes:
        for definition in node.element.definitions:
            if definition.trigger is not trigger:
                continue
            wanted = expressions.text(machine, level, definition.code)
            if wanted and wanted == code:
                return Catcher(level=level, node=node, definition=definition)
            if not wanted and catch_all is None:
                catch_all = Catcher(level=level, node=node, definition=definition)
    return catch_all


def catch(machine: Machine, catcher: Catcher, thrower: Token, thrown: Thrown) -> None:
    """Go on where the error or escalation is caught."""
    definition = catcher.definition
    _hand_back(machine, thrower, catcher.level)
    carried = dict(events.received(definition, thrown.variables))
    if definition.code_variable:
        carried[definition.code_variable] = thrown.code
    if definition.message_variable:
        carried[definition.message_variable] = thrown.message
    tell: dict[str, str] = {definition.trigger.value: thrown.code}
    if thrown.message:
        tell["message"] = thrown.message
    if isinstance(catcher.node, Boundary):
        catcher.node.leave_host(machine, catcher.level, carried, interrupting=catcher.interrupts, tell=tell)
    else:
        catcher.node.open(machine, catcher.level, carried, interrupting=catcher.interrupts, tell=tell)


def throw_error(machine: Machine, thrower: Token, thrown: Thrown) -> None:
    """Let the nearest catcher have an error.

    Raises:
        Incident: `uncaught_error`.
    """
    catcher = find(machine, thrower, Trigger.ERROR, thrown.code)
    if catcher is None:
        said = f'The error "{thrown.code}" of {label(thrower.task_spec)} is caught nowhere.'
        raise Incident("uncaught_error", said, {"error": thrown.code})
    catch(machine, catcher, thrower, thrown)


def _hand_back(machine: Machine, thrower: Token, level: Token) -> None:
    """Write what the calls that are left on the way hand back, where their drawings are used to that."""
    at = thrower
    while at is not level:
        if at.task_spec.is_process and at.parent.task_spec.graph.hands_back_on_errors:
            for name, value in at.parent.task_spec.handed_back(machine, at.parent).items():
                scopes.put(machine, at.parent, name, value)
        at = at.parent
