"""What all flow nodes have in common, read once: id, name, lane, flows, mappings, properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from bpmn.language.data import read_associations
from bpmn.language.dialects.base import Mappings
from bpmn.language.process import Assignment
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import child_text, local
from decisions.edge.xml import Element


class Common(TypedDict):
    """The fields of `FlowNode`, to be unpacked into one of its kinds."""

    id: str
    name: str
    line: int | None
    lane: str | None
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    default: str | None
    inputs: tuple[Assignment, ...]
    outputs: tuple[Assignment, ...]
    keeps_rest: bool
    properties: Mapping[str, str]
    documentation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What the surroundings of a node say about it."""

    lanes: Mapping[str, str] = field(default_factory=dict)
    lane: str | None = None  #: lane of the enclosing sub-process
    incoming: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outgoing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_common(element: Element, wiring: Wiring, sheet: Sheet) -> Common:
    """The common fields of the flow node."""
    key = element.get("id")
    sheet.check_extensions(element, element)
    mappings = sheet.ask(lambda d: d.mappings(element, sheet.report)) or Mappings()
    associations = read_associations(element, sheet)
    return Common(
        id=key,
        name=element.get("name").strip(),
        line=element.line or None,
        lane=wiring.lanes.get(key, wiring.lane),
        incoming=wiring.incoming.get(key, ()),
        outgoing=wiring.outgoing.get(key, ()),
        default=_default(element, wiring.outgoing.get(key, ()), sheet),
        inputs=(*associations.inputs, *mappings.inputs),
        outputs=(*mappings.outputs, *associations.outputs),
        keeps_rest=bool(associations.outputs),
        properties=sheet.properties(element),
        documentation=child_text(element, "documentation"),
    )


def _default(element: Element, outgoing: tuple[str, ...], sheet: Sheet) -> str | None:
    """The default flow, when it leaves this node."""
    written = element.get("default")
    if not written:
        return None
    for name in (written.strip(), local(written)):
        if name in outgoing:
            return name
    sheet.report.error(
        "default_unknown",
        element,
        f'The default flow "{written}" does not leave this element. Choose one that does.',
    )
    return None
