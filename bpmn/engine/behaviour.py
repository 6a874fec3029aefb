"""What a multi-instance activity throws when its instances end (BPMN 2.0.2, table 10.29, 13.3.7).

It is thrown while the activity is still open, so its own boundary events can catch it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.engine import events, expressions, propagation, signals
from bpmn.engine.effects import SignalThrown
from bpmn.engine.errors import Incident
from bpmn.engine.nodes import label
from bpmn.engine.propagation import Thrown
from bpmn.language.process import EventDefinition, Loop, LoopEvent, Trigger

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


def throw(machine: Machine, body: Token, loop: Loop) -> bool:
    """Throw what is due for the instances that ended since; False when that ended the activity itself."""
    notes = body.internal_data
    for count in range(notes.get("threw", 0) + 1, notes["done"] + 1):
        notes["threw"] = count
        for event in loop.throws:
            if _is_due(machine, body, event, count):
                _throw(machine, body, event.definition)
            if not machine.alive(body):
                return False
    return True


def _is_due(machine: Machine, body: Token, event: LoopEvent, count: int) -> bool:
    if event.condition is None:
        return count == 1 or not event.first_only
    return expressions.holds(machine, body, event.condition, {"nrOfCompletedInstances": count})


def _throw(machine: Machine, body: Token, definition: EventDefinition) -> None:
    if definition.trigger is Trigger.MESSAGE:
        events.send(machine, body, definition)
    elif definition.trigger is Trigger.SIGNAL:
        name = events.named(machine, body, definition)
        machine.effects.append(SignalThrown(token=body.id, element=body.element, name=name, variables={}))
        signals.broadcast(machine, name, {})
    else:
        _go_outward(machine, body, definition)


def _go_outward(machine: Machine, body: Token, definition: EventDefinition) -> None:
    """Throw an error or escalation; an error that nobody catches is an incident of the activity."""
    code = expressions.text(machine, body, definition.code) or ""
    catcher = propagation.find(machine, body, definition.trigger, code)
    if catcher is not None:
        propagation.catch(machine, catcher, body, Thrown(code=code))
    elif definition.trigger is Trigger.ERROR:
        raise Incident(
            "uncaught_error", f'The error "{code}" of {label(body.task_spec)} is caught nowhere.', {"error": code}
        )
