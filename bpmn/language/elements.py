"""Look-ups over a whole process, sub-processes included."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.process import Body, FlowNode, Process, SubProcess


def bodies_of(process: Process) -> Iterator[Body]:
    """The process's own level and those of its sub-processes, outer before inner."""
    waiting = [process.body]
    while waiting:
        body = waiting.pop()
        yield body
        waiting.extend(node.body for node in body.nodes.values() if isinstance(node, SubProcess))


def nodes_of(process: Process) -> Iterator[FlowNode]:
    """Every flow node."""
    for body in bodies_of(process):
        yield from body.nodes.values()


def element_ids(process: Process) -> frozenset[str]:
    """The ids of the process, its flow nodes and its sequence flows."""
    ids = {process.id}
    for body in bodies_of(process):
        ids.update(body.nodes)
        ids.update(body.flows)
    return frozenset(ids)
