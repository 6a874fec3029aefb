"""Short words for drawings in tests of the language: the BPMN namespace is the default one."""

from __future__ import annotations

from bpmn.language import judge, read
from bpmn.language.process import Process
from decisions.edge.problems import Problem

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:flowable="http://flowable.org/bpmn" xmlns:activiti="http://activiti.org/bpmn"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' xmlns:handoff="https://handoff.dev/schema/bpmn/1.0" xmlns:tns="http://example.org"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" '
    'targetNamespace="http://example.org">'
)
START = '<startEvent id="start"/>'
END = '<endEvent id="end"/>'


def flow(source: str, target: str, condition: str = "", id: str = "") -> str:
    """A sequence flow, named after its ends."""
    inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{id or f"{source}_{target}"}" {ends}>{inside}</sequenceFlow>'


def chain(*nodes: str) -> str:
    """Flows from each node to the next."""
    return "".join(flow(a, b) for a, b in zip(nodes, nodes[1:], strict=False))


def straight(node: str, key: str = "task") -> str:
    """Start, one node, end."""
    return START + node + END + chain("start", key, "end")


def file_of(body: str, *, roots: str = "", attributes: str = 'isExecutable="true"', more: str = "") -> bytes:
    """A file with one process `p`, root elements before it and more after it."""
    return f'{HEAD}{roots}<process id="p" name="P" {attributes}>{body}</process>{more}</definitions>'.encode()


def process_of(body: str, *, roots: str = "", more: str = "") -> Process:
    """The process as read."""
    drawing = read("test.bpmn", file_of(body, roots=roots, more=more)).drawing
    assert drawing is not None
    return drawing.processes[0]


def problems_of(
    body: str, *, roots: str = "", attributes: str = 'isExecutable="true"', more: str = ""
) -> list[Problem]:
    """Everything wrong with the process."""
    drawing = read("test.bpmn", file_of(body, roots=roots, attributes=attributes, more=more)).drawing
    assert drawing is not None
    return list(judge([drawing])["p"])


def codes_of(body: str, *, roots: str = "", more: str = "") -> set[str]:
    """The codes of everything wrong with the process."""
    return {problem.code for problem in problems_of(body, roots=roots, more=more)}
