"""Reads lanes: which lane a flow node stands in, innermost first (BPMN 2.0.2 section 10.8)."""

from __future__ import annotations

from collections.abc import Mapping

from bpmn.language.vocabulary import children, local
from decisions.edge.xml import Element


def read_lanes(process: Element) -> Mapping[str, str]:
    """Flow node id -> name of its innermost lane; lane sets inside sub-processes count too."""
    found: dict[str, str] = {}
    for lane in _lanes(process):
        name = lane.get("name").strip() or lane.get("id")
        for reference in children(lane, "flowNodeRef"):
            found[local(reference.text)] = name
    return found


def _lanes(process: Element) -> list[Element]:
    """Every lane, outer before inner, so that the inner one has the last word."""
    return [element for element in process.iter() if element.name == "lane"]
