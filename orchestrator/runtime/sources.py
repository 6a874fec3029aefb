"""What a drawing declares about a task's briefing: properties or headers `briefing.NAME`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpmn import definitions as bpmn_definitions
from bpmn.language.process import Body, FlowNode, SubProcess

PREFIX = "briefing."


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One declared source: `Credit bureau | http:https://bureau.example/{customer}`."""

    name: str
    label: str
    kind: str  #: http | function | decisions
    target: str


def of_element(ref: str, element: str) -> tuple[Declared, ...]:
    """Return the sources that a process version declares at an element."""
    node = _find(bpmn_definitions.process(ref).body, element)
    return read(node.properties) if node else ()


def read(properties: Mapping[str, str]) -> tuple[Declared, ...]:
    """Return the sources among the properties of a task or the headers of a job, in their order."""
    return tuple(
        _declared(name.removeprefix(PREFIX), text) for name, text in properties.items() if name.startswith(PREFIX)
    )


def _declared(name: str, text: str) -> Declared:
    label, bar, rest = text.partition("|")
    source = (rest if bar else text).strip()
    kind, _, target = source.partition(":")
    return Declared(
        name=name, label=label.strip() if bar else name.replace("_", " ").capitalize(),
        kind=kind.strip(), target=target.strip(),
    )  # fmt: skip


def _find(body: Body, element: str) -> FlowNode | None:
    rest = [body]
    while rest:
        inside = rest.pop()
        if found := inside.nodes.get(element):
            return found
        rest += [node.body for node in inside.nodes.values() if isinstance(node, SubProcess)]
    return None
