"""Conditional events: they fire when their condition becomes true (BPMN 2.0.2, 10.5.5).

The standard wants a condition false before it can fire again (tables 10.84 and 10.89). Camunda 7 fires at
every change of any variable that finds it true, Camunda 8 at every change of one that it reads, and their
drawings do so here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bpmn.engine import events, expressions
from bpmn.language.process import EventDefinition
from decisions.feel import Expression

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine


def fire(machine: Machine) -> bool:
    """Look at the conditions whose variables changed; True when one became true and fired.

    A condition that is neither true nor false is not true: it waits for variables that are not there yet.
    """
    for number in sorted(machine.conditional):
        task = machine.tasks[number]
        definitions = task.task_spec.awaited
        on = task.internal_data["on"]
        for place, entry in enumerate(on):
            if entry[1] != "conditional":
                continue
            condition = definitions[entry[0]].condition
            was = entry[2]
            hears_all = task.task_spec.graph.conditions_hear_all
            if condition is None or not (was is None or _concerned(machine, definitions[entry[0]], hears_all)):
                continue
            is_true = expressions.run(machine, task, condition).value is True
            entry = [entry[0], "conditional", is_true]
            task.internal_data["on"] = [*on[:place], entry, *on[place + 1 :]]
            if is_true and not was:
                events.fire(machine, task, entry, {})
                return True
            on = task.internal_data["on"]
    return False


def rest(machine: Machine) -> None:
    """Let conditions that are true fire again at the next change, where the drawing's own engine does so."""
    for number in machine.conditional:
        task = machine.tasks[number]
        if task.task_spec.graph.conditions_repeat:
            on = task.internal_data["on"]
            task.internal_data["on"] = [
                [*entry[:2], False] if entry[1] == "conditional" and entry[2] else entry for entry in on
            ]


def _concerned(machine: Machine, definition: EventDefinition, hears_all: bool) -> bool:
    changed = machine.changed
    if definition.changes:
        new, old = "create" in definition.changes, "update" in definition.changes
        changed = {name for name in changed if (new if name in machine.created else old)}
    if definition.variable is not None:
        return definition.variable in changed
    if hears_all:
        return bool(changed)
    names = cast(Expression, definition.condition).possible_names
    return not names or not names.isdisjoint(changed)
