"""Reads the levels of a process: its flow nodes, sequence flows and lanes (BPMN 2.0.2 sections 8.4.9, 10.8).

Levels are read from the inside out with a stack of our own, so nesting costs no recursion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpmn.language import normalise
from bpmn.language.activities import read_call, read_sub_process, read_task
from bpmn.language.events import read_event
from bpmn.language.flows import read_flows
from bpmn.language.lanes import read_lanes
from bpmn.language.nodes import Common, Wiring, read_common
from bpmn.language.process import Body, FlowNode, Gateway, GatewayKind, SequenceFlow
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import (
    CALL,
    DOCUMENTATION,
    EVENTS,
    FLOW_NODES,
    GATEWAYS,
    NOT_EXECUTABLE,
    SUB_PROCESSES,
    TASKS,
    child_text,
    children,
    is_model,
    local,
)
from decisions.edge.xml import Element

LIMIT_ID = 255
LIMIT_NAME = 4000


def read_body(process: Element, sheet: Sheet) -> Body:
    """The process's own level, with the levels of its sub-processes inside."""
    lanes = read_lanes(process)
    levels = list(_levels(process, lanes))
    done: dict[int, Body] = {}
    for level, lane in reversed(levels):
        done[id(level)] = _read_level(level, lanes, lane, done, sheet)
    return done[id(process)]


def _levels(process: Element, lanes: Mapping[str, str]) -> Iterator[tuple[Element, str | None]]:
    """The process and every sub-process below it, outer before inner, each with its lane."""
    waiting: list[tuple[Element, str | None]] = [(process, None)]
    while waiting:
        level, lane = waiting.pop()
        yield level, lane
        for inner in level.children:
            if is_model(inner) and inner.name in SUB_PROCESSES:
                waiting.append((inner, lanes.get(inner.get("id"), lane)))


def _read_level(
    level: Element, lanes: Mapping[str, str], lane: str | None, done: Mapping[int, Body], sheet: Sheet
) -> Body:
    elements = _node_elements(level, sheet)
    flows = read_flows(level, elements, sheet)
    wiring = Wiring(lanes=lanes, lane=lane, incoming=_by_end(flows, "target"), outgoing=_by_end(flows, "source"))
    handlers = {
        local(boundary.get("attachedToRef")): sheet.handlers[boundary.get("id")]
        for boundary in children(level, "boundaryEvent")
        if boundary.get("id") in sheet.handlers
    }
    nodes = {
        key: _read_node(element, read_common(element, wiring, sheet), handlers.get(key), done, sheet)
        for key, element in elements.items()
    }
    return Body(nodes=nodes, flows=flows)


def _by_end(flows: Mapping[str, SequenceFlow], end: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for flow in flows.values():
        found.setdefault(getattr(flow, end), []).append(flow.id)
    return {key: tuple(ids) for key, ids in found.items()}


def _node_elements(level: Element, sheet: Sheet) -> dict[str, Element]:
    """The flow nodes of the level by id; what cannot be one is reported."""
    found: dict[str, Element] = {}
    for element in level.children:
        if not is_model(element) or element.name in DOCUMENTATION:
            continue
        if element.name in FLOW_NODES:
            _add_node(element, found, sheet)
        elif element.name in NOT_EXECUTABLE:
            message = f'A "{element.name}" is kept in the drawing, but cannot be run in a process.'
            sheet.report.error("element_not_executable", element, message)
        else:
            message = f'"{element.name}" is not an element of BPMN 2.0 that can stand here.'
            sheet.report.error("element_unknown", element, message)
    return found


def _add_node(element: Element, found: dict[str, Element], sheet: Sheet) -> None:
    key = element.get("id")
    if not key:
        name = element.get("name")
        sheet.report.error("id_missing", element, f'The {element.name} "{name}" has no id. Give it one.')
    elif len(key) > LIMIT_ID:
        message = f'The id beginning with "{key[:40]}" has {len(key)} characters; at most {LIMIT_ID} are allowed.'
        sheet.report.error("id_too_long", element, message)
    elif key not in found:
        found[key] = element
    if len(element.get("name")) > LIMIT_NAME:
        message = f"The name has {len(element.get('name'))} characters; at most {LIMIT_NAME} are allowed."
        sheet.report.error("name_too_long", element, message)


def _read_node(
    element: Element, common: Common, compensated_by: str | None, done: Mapping[int, Body], sheet: Sheet
) -> FlowNode:
    if element.name in TASKS:
        return read_task(element, common, compensated_by, sheet)
    if element.name in EVENTS:
        return read_event(element, common, sheet)
    if element.name in GATEWAYS:
        return _read_gateway(element, common, sheet)
    if element.name == CALL:
        return read_call(element, common, compensated_by, sheet)
    return read_sub_process(element, common, compensated_by, done[id(element)], sheet)


def _read_gateway(element: Element, common: Common, sheet: Sheet) -> Gateway:
    activation = child_text(element, "activationCondition")
    return Gateway(
        **common,
        kind=GatewayKind(element.name),
        activation_condition=sheet.report.condition(activation, element, "activation condition"),
        instantiate=normalise.boolean(element.get("instantiate"), default=False),
        awaits_all=element.get("eventGatewayType").strip() == "Parallel",
    )
