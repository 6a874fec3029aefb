"""Conditional events: they fire when their condition becomes true (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.engine import events, expressions

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
            if condition is None or not (was is None or _concerned(machine, condition.possible_names)):
                continue
            is_true = expressions.run(machine, task, condition).value is True
            entry = [entry[0], "conditional", is_true]
            task.internal_data["on"] = [*on[:place], entry, *on[place + 1 :]]
            if is_true and not was:
                events.fire(machine, task, entry, {})
                return True
            on = task.internal_data["on"]
    return False


def _concerned(machine: Machine, names: frozenset[str]) -> bool:
    return not names or not names.isdisjoint(machine.changed)
