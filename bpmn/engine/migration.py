"""Moves a living instance to another version of its process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.engine import events
from bpmn.engine.commands import Migrate
from bpmn.engine.effects import Happened, Moved
from bpmn.engine.errors import CommandRefused
from bpmn.engine.graph import Graph
from bpmn.engine.joins import Join
from bpmn.engine.machine import Machine, Token
from bpmn.engine.nodes import Node, label
from bpmn.engine.states import STARTED, WAITING
from bpmn.language.process import Activity as ActivityElement
from bpmn.language.process import Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationProblem:
    """A token that cannot move."""

    token: int
    element: str
    code: str  #: element_missing, element_changed, scope_changed, flow_missing, handler_missing
    message: str


def migrate(machine: Machine, command: Migrate) -> None:
    """Let every token of the root process stand on the same place in the other version.

    Raises:
        CommandRefused: `cannot_migrate`; the message names every token that cannot move.
    """
    before, graph = machine.task_tree.task_spec.graph.ref, machine.graph(command.ref)
    found = tuple(problems(machine, graph, command.mapping))
    if found:
        raise CommandRefused("cannot_migrate", " ".join(problem.message for problem in found))
    moved = _movable(machine)
    for task in moved:
        target = _target(task, graph, command.mapping)
        if target is None or (task.task_spec.subscribes and not _same_events(task.task_spec, target)):
            machine.remove(task)
            continue
        task.task_spec = target
        task.internal_data = _renamed(task.internal_data, command.mapping)
        if "o" in task.internal_data or "inc" in task.internal_data:
            machine.effects.append(Moved(token=task.id, element=target.element_id, process=graph.ref))
    if before != graph.ref:
        root = machine.task_tree
        detail: Variables = {"from": before, "to": graph.ref, "mapping": dict(command.mapping)}
        machine.record_at(root.task_spec, root, Happened.MIGRATED, detail=detail)
    for task in moved:
        if machine.alive(task):
            _arm_new(machine, task)


def problems(machine: Machine, graph: Graph, mapping: Mapping[str, str]) -> Iterator[MigrationProblem]:
    """Return what stands in the way, token by token."""
    for task in _movable(machine):
        target = _target(task, graph, mapping)
        if task.task_spec.subscribes and task._state == WAITING:
            continue
        if target is None:
            yield _problem(task, "element_missing", "does not exist in the other version")
            continue
        if target.kind != task.task_spec.kind or type(target) is not type(task.task_spec):
            yield _problem(task, "element_changed", f"is a {target.kind} in the other version")
        elif _loop(task.task_spec) != _loop(target):
            yield _problem(task, "element_changed", "repeats differently in the other version")
        elif not _same_scope(task, target, mapping):
            yield _problem(task, "scope_changed", "stands in another sub-process in the other version")
        elif "on" in task.internal_data and not _same_events(task.task_spec, target):
            yield _problem(task, "element_changed", "waits for other events in the other version")
        else:
            yield from _details(task, target, graph, mapping)


def _details(task: Token, target: Node, graph: Graph, mapping: Mapping[str, str]) -> Iterator[MigrationProblem]:
    notes = task.internal_data
    via = notes.get("via")
    if isinstance(target, Join) and task._state == WAITING and via is not None:
        came = mapping.get(via, via)
        if came not in target.element.incoming:
            yield _problem(task, "flow_missing", f'came by the flow "{via}", which does not lead there now')
    for name in _handlers(notes.get("comp", ()), notes.get("queue", ())):
        if mapping.get(name, name) not in graph.nodes:
            yield _problem(task, "handler_missing", f'needs the compensation handler "{name}"')


def _handlers(records: Any, queue: Any) -> Iterator[str]:
    for record in records:
        yield from (record[key] for key in ("h", "es", "by") if key in record)
        yield from _handlers(record.get("sub", ()), ())
    for item in queue:
        yield from (item[key] for key in ("node", "by") if key in item)


def _movable(machine: Machine) -> list[Token]:
    ref = machine.task_tree.task_spec.graph.ref
    return [
        task
        for _, task in sorted(machine.tasks.items())
        if task.task_spec.graph.ref == ref and _in_root(task, machine.task_tree)
    ]


def _in_root(task: Token, root: Token) -> bool:
    at = task
    while not at.task_spec.is_process:
        at = at.parent
    return at is root


def _target(task: Token, graph: Graph, mapping: Mapping[str, str]) -> Node | None:
    name = task.task_spec.name
    return graph.nodes.get(mapping.get(name, name) if name else "")


def _same_scope(task: Token, target: Node, mapping: Mapping[str, str]) -> bool:
    level, new = task.task_spec.level, target.level
    if level is None or new is None:
        return level is new
    return (mapping.get(level.name, level.name) if level.name else "") == new.name


def _same_events(node: Node, target: Node) -> bool:
    def triggers(one: Node) -> list[object]:
        return [(d.trigger, d.timer_kind) for d in getattr(one, "awaited", ())]

    return triggers(node) == triggers(target)


def _loop(node: Node) -> tuple[bool, bool] | None:
    element = node.element
    loop = element.loop if isinstance(element, ActivityElement) else None
    return None if loop is None else (loop.multi, loop.sequential)


def _renamed(notes: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    if not mapping:
        return notes
    renamed = dict(notes)
    for key in ("via", "by", "act"):
        if key in renamed:
            renamed[key] = mapping.get(renamed[key], renamed[key])
    for key in ("comp", "queue"):
        if key in renamed:
            renamed[key] = [_renamed_record(record, mapping) for record in renamed[key]]
    for key in ("items", "into", "start"):
        if key in renamed and all(isinstance(name, str) for name in renamed[key]) and "n" not in notes:
            renamed[key] = [mapping.get(name, name) for name in renamed[key]]
    return renamed


def _renamed_record(record: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    renamed = {
        key: mapping.get(value, value) if key in ("act", "h", "es", "by", "node") else value
        for key, value in record.items()
    }
    if "sub" in renamed:
        renamed["sub"] = [_renamed_record(one, mapping) for one in renamed["sub"]]
    return renamed


def _arm_new(machine: Machine, task: Token) -> None:
    """Listen to boundary events and event sub-processes that the other version adds."""
    if task._state != STARTED:
        return
    notes, node = task.internal_data, task.task_spec
    armed = {child.task_spec for child in machine.children(task) if child.task_spec.subscribes}
    wanted = [] if "k" in notes or node.is_process else list(node.boundaries)
    if "n" not in notes and "int" not in notes:
        wanted.extend(node.guards)
    for one in wanted:
        if one not in armed:
            events.subscribe(machine, task, one)


def _problem(task: Token, code: str, text: str) -> MigrationProblem:
    return MigrationProblem(token=task.id, element=task.element, code=code, message=f"{label(task.task_spec)} {text}.")
