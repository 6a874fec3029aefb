"""Builds the node specs of a process version from its model; built once, shared by every instance."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import cast

from bpmn.engine import activities, containers, event_nodes, joins, throws
from bpmn.engine.graph import Graph
from bpmn.engine.nodes import Exclusive, Node
from bpmn.language.process import (
    Body,
    CallActivity,
    Event,
    FlowNode,
    Gateway,
    GatewayKind,
    Position,
    Process,
    SubProcess,
    SubProcessKind,
    Task,
    TaskKind,
    Trigger,
)

_KEPT = 512
_graphs: OrderedDict[str, Graph] = OrderedDict()
_lock = Lock()


def graph_of(process: Process, ref: str) -> Graph:
    """Return the specs of a process version; the same ones as long as `process` is the same object."""
    with _lock:
        graph = _graphs.get(ref)
        if graph is not None and graph.process is process:
            _graphs.move_to_end(ref)
            return graph
    graph = build(process, ref)
    with _lock:
        _graphs[ref] = graph
        while len(_graphs) > _KEPT:
            _graphs.popitem(last=False)
    return graph


def build(process: Process, ref: str) -> Graph:
    """Make a node spec of every flow node, inside sub-processes too."""
    graph = Graph(process, ref)
    element = FlowNode(id=process.id, name=process.name, line=process.line)
    root = containers.ProcessNode(graph, element, kind="process", name="")
    _fill(graph, root, process.body)
    for node in graph.nodes.values():
        _connect(graph, node)
    for level, body in bodies(process.body):
        _attach(graph, graph.nodes[level], body)
    for node in graph.nodes.values():
        if isinstance(node, joins.Inclusive):
            node.reach = joins.reach_of(graph, node, graph.flows, by_events=True)
            node.paths = joins.reach_of(graph, node, graph.flows, by_events=False)
    return graph


def bodies(body: Body, level: str = "") -> Iterator[tuple[str, Body]]:
    """Return every body with the id of the sub-process it is in."""
    waiting = [(level, body)]
    while waiting:
        level, body = waiting.pop()
        yield level, body
        waiting.extend((node.id, node.body) for node in body.nodes.values() if isinstance(node, SubProcess))


def _fill(graph: Graph, root: Node, body: Body) -> None:
    waiting: list[tuple[Node, Body]] = [(root, body)]
    while waiting:
        level, body = waiting.pop()
        cast(containers.Scope, level).inside = containers.Inside(body)
        graph.flows.update(body.flows)
        inside_event = getattr(level.element, "kind", None) is SubProcessKind.EVENT
        for element in body.nodes.values():
            node = make(graph, element, inside_event=inside_event)
            node.level = level
            if isinstance(element, SubProcess):
                waiting.append((node, element.body))


def make(graph: Graph, element: FlowNode, *, inside_event: bool) -> Node:
    """Return the spec of one flow node."""
    if isinstance(element, Event):
        return _event(graph, element, inside_event)
    if isinstance(element, Gateway):
        made: dict[GatewayKind, type[Node]] = {
            GatewayKind.EXCLUSIVE: Exclusive,
            GatewayKind.PARALLEL: joins.Parallel,
            GatewayKind.INCLUSIVE: joins.Inclusive,
            GatewayKind.COMPLEX: joins.Complex,
            GatewayKind.EVENT_BASED: event_nodes.EventGateway,
        }
        return made[element.kind](graph, element, kind=element.kind.value)
    if isinstance(element, CallActivity):
        return containers.Call(graph, element, kind="callActivity")
    if isinstance(element, SubProcess):
        scope = containers.AdHoc if element.kind is SubProcessKind.AD_HOC else containers.Scope
        return scope(graph, element, kind=element.kind.value)
    task = cast(Task, element)
    return _task(task)(graph, task, kind=task.kind.value)


def _event(graph: Graph, element: Event, inside_event: bool) -> Node:
    made: dict[Position, type[Node]] = {
        Position.START: event_nodes.EventStart if inside_event else event_nodes.Start,
        Position.CATCH: event_nodes.Catch,
        Position.BOUNDARY: event_nodes.Boundary,
        Position.THROW: throws.Throw,
        Position.END: throws.Throw,
    }
    return made[element.position](graph, element, kind=element.position.value)


def _task(task: Task) -> type[activities.Activity]:
    match task.kind:
        case TaskKind.USER:
            return activities.Human
        case TaskKind.RECEIVE:
            return activities.Receive
        case TaskKind.SCRIPT:
            return activities.Job if task.job is not None and task.script is None else activities.Script
        case TaskKind.BUSINESS_RULE:
            return activities.Rule if task.decision is not None else activities.Job
        case TaskKind.SEND:
            return activities.Send if task.message is not None and task.job is None else activities.Job
        case TaskKind.SERVICE:
            return activities.Job
    return activities.PassTask if task.job is None else activities.Job


def _connect(graph: Graph, node: Node) -> None:
    flows = [graph.flows[flow] for flow in node.element.outgoing if flow in graph.flows]
    node.outgoing = tuple(flow for flow in flows if flow.target in graph.nodes)
    node.default = next((flow for flow in node.outgoing if flow.id == node.element.default), None)
    for flow in node.outgoing:
        node.connect(graph.nodes[flow.target])


def _attach(graph: Graph, level: Node, body: Body) -> None:
    """Tie boundary events to activities, event sub-processes to their scope, link throws to link catches."""
    catches = {
        _link(element): element.id
        for element in body.nodes.values()
        if isinstance(element, Event) and element.position is Position.CATCH and _link(element) is not None
    }
    for element in body.nodes.values():
        node = graph.nodes[element.id]
        if isinstance(node, event_nodes.Boundary) and element.attached_to in graph.nodes:  # type: ignore[attr-defined]
            if _has(node.element, Trigger.COMPENSATION):
                continue
            host = graph.nodes[element.attached_to]  # type: ignore[attr-defined]
            host.boundaries = (*host.boundaries, node)
        elif isinstance(node, throws.Throw) and _link(node.element) in catches:
            node.link_target = catches[_link(node.element)] if _link(node.element) is not None else None
        elif isinstance(element, SubProcess) and element.kind is SubProcessKind.EVENT:
            for start in (graph.nodes[one] for one in cast(containers.Scope, node).inside.starts):
                if _has(cast(Event, start.element), Trigger.COMPENSATION):
                    cast(activities.Activity, level).compensation_start = start
                else:
                    level.guards = (*level.guards, start)


def _has(event: Event, trigger: Trigger) -> bool:
    return any(definition.trigger is trigger for definition in event.definitions)


def _link(event: Event) -> str | None:
    for definition in event.definitions:
        if definition.trigger is Trigger.LINK:
            return definition.name.text if definition.name is not None else event.name
    return None
