"""The diagram part of a drawing: adds one where there is none, so that pages can show every drawing.

Source: BPMN 2.0.2 section 12 (BPMN DI); DD 1.0 for bounds and way points.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from bpmn.language.elements import bodies_of, nodes_of
from bpmn.language.layout import MARGIN, Bounds, Layout, lay_out
from bpmn.language.process import Drawing, Process, SubProcess
from bpmn.language.reader import read
from bpmn.language.vocabulary import DIAGRAM

_NAMESPACES = (
    f'xmlns:bpmndi="{DIAGRAM}" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)
_POOL_HEAD, _POOL_GAP = 30, 30
_DECLARED = re.compile(r"""^\s*<\?xml\b[^>]*\?>""")
_ENCODING = re.compile(rb"""^[^>]{0,200}?\bencoding\s*=\s*["']([\w.-]+)["']""")
_CLOSING = re.compile(r"</(?:[\w.-]+:)?definitions\s*>\s*$")
_FLOW = re.compile(r"<(?:[\w.-]+:)?sequenceFlow\b[^>]*>")
_ATTRIBUTE = r"""\b{}\s*=\s*["']([^"']*)["']"""


def for_viewer(name: str, data: bytes) -> bytes:
    """The drawing as a viewer can show it: with a diagram, and an id on every sequence flow.

    What has a diagram and all ids comes back as it is. The made ids are those of the model, so tokens and
    counts find their flow.
    """
    drawing = read(name, data).drawing
    if drawing is None:
        return data
    if drawing.has_diagram and not _has_anonymous(drawing):
        return data
    text = _with_ids(_text_of(data))
    if not drawing.has_diagram:
        text = _CLOSING.sub(lambda found: _diagram(drawing) + found[0], text)
    return ('<?xml version="1.0" encoding="UTF-8"?>' + _DECLARED.sub("", text, count=1)).encode()


def _has_anonymous(drawing: Drawing) -> bool:
    bodies = (body for process in drawing.processes for body in bodies_of(process))
    return any(flow.anonymous for body in bodies for flow in body.flows.values())


def _text_of(data: bytes) -> str:
    """The file's text, by its mark or declaration."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    declared = _ENCODING.match(data)
    return data.decode(declared[1].decode() if declared else "utf-8-sig").lstrip("\ufeff")


def _with_ids(text: str) -> str:
    """Write the ids that the reader made for flows without one (see `flows`)."""
    made: Counter[str] = Counter()

    def named(found: re.Match[str]) -> str:
        tag = found[0]
        source, target = (re.search(_ATTRIBUTE.format(end), tag) for end in ("sourceRef", "targetRef"))
        if re.search(_ATTRIBUTE.format("id"), tag) or not source or not target:
            return tag
        base = f"{source[1]}-{target[1]}"
        made[base] += 1
        key = base if made[base] == 1 else f"{base}-{made[base]}"
        return tag.replace("sequenceFlow", f"sequenceFlow id={quoteattr(key)}", 1)

    return _FLOW.sub(named, text)


def _diagram(drawing: Drawing) -> str:
    """One diagram: of the collaboration when there is one, else of each process."""
    by_id = {process.id: process for process in drawing.processes}
    pools = [(pool.id, by_id[pool.process]) for pool in drawing.participants if pool.process in by_id]
    if drawing.collaboration and pools:
        return _plane(drawing.collaboration, "".join(_pools(pools)))
    return "".join(
        _plane(process.id, "".join(_parts(process, lay_out(process), 0, 0))) for process in drawing.processes
    )


def _plane(element: str, inside: str) -> str:
    key = quoteattr(f"diagram_{element}"), quoteattr(f"plane_{element}"), quoteattr(element)
    return (
        f"<bpmndi:BPMNDiagram {_NAMESPACES} id={key[0]}><bpmndi:BPMNPlane id={key[1]} bpmnElement={key[2]}>"
        f"{inside}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )


def _pools(pools: list[tuple[str, Process]]) -> Iterator[str]:
    """The pools one below the other."""
    top = 0
    for pool, process in pools:
        layout = lay_out(process)
        height = layout.height + 2 * MARGIN
        width = layout.width + 2 * MARGIN + _POOL_HEAD
        yield _shape(pool, Bounds(x=0, y=top, width=width, height=height), ' isHorizontal="true"')
        yield from _parts(process, layout, MARGIN + _POOL_HEAD, top + MARGIN)
        top += height + _POOL_GAP


def _parts(process: Process, layout: Layout, x: int, y: int) -> Iterator[str]:
    opened = {node.id for node in nodes_of(process) if isinstance(node, SubProcess)}
    for key, bounds in layout.shapes.items():
        yield _shape(key, bounds.moved(x, y), ' isExpanded="true"' if key in opened else "")
    for key, points in layout.edges.items():
        ways = "".join(f'<di:waypoint x="{px + x}" y="{py + y}"/>' for px, py in points)
        name, element = quoteattr(f"edge_{key}"), quoteattr(key)
        yield f"<bpmndi:BPMNEdge id={name} bpmnElement={element}>{ways}</bpmndi:BPMNEdge>"


def _shape(key: str, bounds: Bounds, more: str) -> str:
    name, element = quoteattr(f"shape_{key}"), quoteattr(key)
    place = f'x="{bounds.x}" y="{bounds.y}" width="{bounds.width}" height="{bounds.height}"'
    return f"<bpmndi:BPMNShape id={name} bpmnElement={element}{more}><dc:Bounds {place}/></bpmndi:BPMNShape>"
