"""Events that do something to the rest of the instance or to the world: throw and end events (13.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.engine import compensation, events, expressions, loops, propagation, scopes
from bpmn.engine.activities import open_job
from bpmn.engine.effects import SignalThrown
from bpmn.engine.errors import Incident
from bpmn.engine.event_nodes import EventNode
from bpmn.engine.nodes import label
from bpmn.engine.propagation import Thrown
from bpmn.language.process import Ends, EventDefinition, SequenceFlow, Trigger

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


class Throw(EventNode):
    """An intermediate throw event or an end event; several definitions are thrown one after the other."""

    #: link throw: id of the link catch event it leads to
    link_target: str | None = None

    def enter(self, machine: Machine, task: Token) -> bool:
        for mapping in self.element.inputs:
            scopes.put_local(machine, task, mapping.target, expressions.value(machine, task, mapping.source))
        if self.element.job is not None:
            open_job(machine, task, self, self.element.job)
            machine.entered(task)
            return False
        done = self._throw_all(machine, task)
        if done:
            self.accept(machine, task, {})
        return done

    def resume(self, machine: Machine, task: Token, at: str) -> bool:
        if at != "undo":
            return super().resume(machine, task, at)
        if not compensation.proceed(machine, task):
            return False
        if any(definition.trigger is Trigger.CANCEL for definition in self.element.definitions):
            return compensation.cancelled(machine, task)
        return True

    def _throw_all(self, machine: Machine, task: Token) -> bool:
        done = True
        for definition in self.element.definitions:
            done = self.throw(machine, task, definition) and done
        return done

    def throw(self, machine: Machine, task: Token, definition: EventDefinition) -> bool:
        """Throw one definition; False when the token waits for what it started, or is gone with it."""
        if not machine.alive(task):
            return False
        match definition.trigger:
            case Trigger.MESSAGE:
                events.send(machine, task, definition)
            case Trigger.SIGNAL:
                self._signal(machine, task, definition)
            case Trigger.ESCALATION:
                return self._escalate(machine, task, definition)
            case Trigger.ERROR:
                return self._fail(machine, task, definition)
            case Trigger.COMPENSATION:
                return compensation.throw(machine, task, definition.activity, wait=definition.wait_for_completion)
            case Trigger.CANCEL:
                return compensation.cancel(machine, task)
            case Trigger.TERMINATE:
                return self._terminate(machine, task, definition.ends)
        return True

    def _signal(self, machine: Machine, task: Token, definition: EventDefinition) -> None:
        name = events.named(machine, task, definition)
        carried = scopes.visible(task) if definition.carries_all else events.carried(machine, task, definition)
        for mapping in definition.payload:
            carried[mapping.target] = expressions.value(machine, task, mapping.source)
        machine.broadcasts.append((name, carried))
        if not definition.within_instance:
            thrown = SignalThrown(token=task.id, element=self.element_id, name=name, variables=carried)
            machine.effects.append(thrown)

    def _escalate(self, machine: Machine, task: Token, definition: EventDefinition) -> bool:
        code = _code(machine, task, definition)
        catcher = propagation.find(machine, task, Trigger.ESCALATION, code)
        if catcher is None:
            return True
        if catcher.interrupts:
            machine.record(task, self.passed_as)
        propagation.catch(
            machine, catcher, task, Thrown(code=code, variables=events.carried(machine, task, definition))
        )
        return machine.alive(task)

    def _fail(self, machine: Machine, task: Token, definition: EventDefinition) -> bool:
        code = _code(machine, task, definition)
        catcher = propagation.find(machine, task, Trigger.ERROR, code)
        if catcher is None:
            raise Incident("uncaught_error", f'The error "{code}" of {label(self)} is caught nowhere.', {"error": code})
        machine.record(task, self.passed_as)
        said = expressions.text(machine, task, definition.message) or ""
        carried = events.carried(machine, task, definition)
        propagation.catch(machine, catcher, task, Thrown(code=code, message=said, variables=carried))
        return False

    def _terminate(self, machine: Machine, task: Token, ends: Ends) -> bool:
        """End everything else in the scope, or in what a vendor's drawing means; that then is finished."""
        scope = task.parent
        if ends is Ends.INSTANCE:
            scope = machine.task_tree
        elif ends is Ends.LOOP and (body := loops.body_of(scope)) is not None:
            machine.record(task, self.passed_as)
            loops.end(machine, body)
            return False
        machine.record(task, self.passed_as)
        machine.clear(scope, keep_guards=True)
        machine.mark(scope)
        return False

    def flows(self, machine: Machine, task: Token) -> tuple[SequenceFlow, ...]:
        if self.link_target is not None:
            return (SequenceFlow(id=f"link {self.element_id}", source=self.element_id, target=self.link_target),)
        return super().flows(machine, task)


def _code(machine: Machine, task: Token, definition: EventDefinition) -> str:
    """Return the code that is thrown.

    Raises:
        Incident: `event_without_code`.
    """
    code = expressions.text(machine, task, definition.code)
    if not code:
        raise Incident("event_without_code", f"The {definition.trigger.value} of {label(task.task_spec)} has no code.")
    return code
