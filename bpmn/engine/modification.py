"""Changes an instance in flight: takes tokens away and puts tokens on elements, whatever the flow says."""

from __future__ import annotations

from bpmn.engine import compensation, loops, scopes
from bpmn.engine.commands import Modify
from bpmn.engine.effects import Happened
from bpmn.engine.errors import CommandRefused
from bpmn.engine.machine import Machine, Token
from bpmn.engine.nodes import Node
from bpmn.engine.states import ERROR, STARTED


def modify(machine: Machine, command: Modify) -> None:
    """Cancel, set variables, activate, in this order.

    Raises:
        CommandRefused: `unknown_token`, `unknown_element`, `not_a_place` or `ambiguous_scope`.
    """
    cancelled = _to_cancel(machine, command)
    for name, value in command.variables.items():
        scopes.put(machine, machine.task_tree, name, value)
    if command.variables:
        root = machine.task_tree
        machine.record_at(root.task_spec, root, Happened.WROTE, wrote=dict(command.variables))
        machine.wrote = {}
    parents = []
    for task in cancelled:
        if not machine.alive(task):
            continue
        parent = task.parent
        machine.remove(task)
        if "k" in task.internal_data:
            loops.instance_left(machine, parent, task)
        elif "for" in task.internal_data:
            compensation.let_go(machine, task)
        else:
            parents.append(parent)
    for element in command.activate:
        activate(machine, element)
    for parent in parents:
        if parent is not None and machine.alive(parent):
            machine.mark(parent)


def _to_cancel(machine: Machine, command: Modify) -> list[Token]:
    found = []
    for number in command.cancel_tokens:
        task = machine.tasks.get(number)
        if task is None or task.task_spec.is_process or task.task_spec.subscribes:
            raise CommandRefused("unknown_token", f"There is no token {number} that could be cancelled.")
        found.append(task)
    for element in command.cancel_elements:
        at = [
            task
            for task in machine.tasks.values()
            if task.element == element
            and not task.task_spec.is_process
            and not task.task_spec.subscribes
            and "k" not in task.internal_data
        ]
        if not at:
            raise CommandRefused("unknown_element", f'No token stands on "{element}".')
        found.extend(at)
    return found


def activate(machine: Machine, element: str) -> None:
    """Put a token on an element, opening the sub-processes around it that are not open yet.

    Raises:
        CommandRefused: `unknown_element`, `not_a_place` or `ambiguous_scope`.
    """
    graph = machine.task_tree.task_spec.graph
    node = graph.nodes.get(element)
    if node is None or node.is_process:
        raise CommandRefused("unknown_element", f'The process has no element "{element}".')
    if node.subscribes or getattr(node.element, "for_compensation", False):
        raise CommandRefused("not_a_place", f'"{element}" cannot be activated: no sequence flow leads there.')
    if node.kind == "eventSubProcess":
        raise CommandRefused("not_a_place", f'"{element}" is started by its event only.')
    path: list[Node] = [node]
    while True:
        level = path[0].level
        assert level is not None
        open_scopes = _open_scopes(machine, level)
        if len(open_scopes) > 1:
            raise CommandRefused(
                "ambiguous_scope",
                f'"{level.element_id}" is open {len(open_scopes)} times; name a token instead.',
            )
        if open_scopes:
            break
        path.insert(0, level)
    names = [one.element_id for one in path]
    scope = open_scopes[0]
    machine.token(path[0], scope, notes={"into": names[1:]} if names[1:] else None)


def _open_scopes(machine: Machine, level: Node) -> list[Token]:
    return [
        task
        for task in machine.tasks.values()
        if task.task_spec is level and task._state in (STARTED, ERROR) and "n" not in task.internal_data
    ]
