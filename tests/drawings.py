"""Drawings for tests, written as a modeler writes them but by a few words."""

from __future__ import annotations

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions"'
    ' targetNamespace="http://handoff.dev/test">'
)


def drawing(key: str, body: str, roots: str = "", executable: bool = True) -> bytes:
    """Return a BPMN file with one process."""
    return (
        f'{HEAD}{roots}<bpmn:process id="{key}" name="{key}" isExecutable="{str(executable).lower()}">'
        f"{body}</bpmn:process></bpmn:definitions>"
    ).encode()


def chain(*nodes: str) -> str:
    """Return sequence flows from each node to the next: `chain("start", "a", "end")`."""
    return "".join(
        f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in zip(nodes, nodes[1:], strict=False)
    )


def service(id: str, type: str, headers: dict[str, str] | None = None, retries: int | None = None) -> str:
    """Return a service task of a job type."""
    times = f' retries="{retries}"' if retries is not None else ""
    lines = "".join(f'<zeebe:header key="{k}" value="{v}"/>' for k, v in (headers or {}).items())
    return (
        f'<bpmn:serviceTask id="{id}" name="{id}"><bpmn:extensionElements>'
        f'<zeebe:taskDefinition type="{type}"{times}/><zeebe:taskHeaders>{lines}</zeebe:taskHeaders>'
        f"</bpmn:extensionElements></bpmn:serviceTask>"
    )


def user(id: str, groups: str = "reviewers") -> str:
    """Return a user task for a group."""
    return (
        f'<bpmn:userTask id="{id}" name="{id}"><bpmn:extensionElements>'
        f'<zeebe:assignmentDefinition candidateGroups="{groups}"/></bpmn:extensionElements></bpmn:userTask>'
    )


START = '<bpmn:startEvent id="start"/>'
END = '<bpmn:endEvent id="end"/>'


def straight(key: str = "straight", type: str = "test.echo") -> bytes:
    """Return start, one service task, end."""
    return drawing(key, START + service("work", type) + END + chain("start", "work", "end"))


def human(key: str = "human") -> bytes:
    """Return start, one user task, end."""
    return drawing(key, START + user("review") + END + chain("start", "review", "end"))
