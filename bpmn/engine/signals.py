"""Signals: one throw reaches every subscription of that name (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.engine import events
from bpmn.language.process import Variables

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine


def broadcast(machine: Machine, name: str, variables: Variables, *, outside: bool = False) -> int:
    """Give a signal to everybody in the instance who waits for it now; return how many had it.

    Args:
        outside: it was thrown outside the instance, which does not reach who waits for one of the instance.
    """
    heard = 0
    for number in sorted(machine.tasks):
        task = machine.tasks.get(number)
        if task is None:
            continue
        for entry in task.internal_data.get("on") or ():
            if entry[1] == "signal" and entry[2] == name:
                if outside and task.task_spec.awaited[entry[0]].within_instance:
                    continue
                events.fire(machine, task, entry, dict(variables))
                heard += 1
                break
    return heard
