"""Proposes which element of another process version takes the place of which: by id, then by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bpmn.language.process import Body, FlowNode, Process, SequenceFlow, SubProcess
from orchestrator.runtime import traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A mapping from the ids of one version to those of another; what keeps its id does not stand in it."""

    mapping: Mapping[str, str]
    #: ids of flow nodes of the old version that have no like in the new one
    missing: tuple[str, ...]


def propose(old: Process, new: Process, chosen: Mapping[str, str] | None = None) -> Proposal:
    """Return the mapping that suggests itself.

    A flow node goes to the one of the same id and kind, else to the only one of the same name and kind that
    no id claims. A sequence flow goes to that of the same id, else to the only one between the same nodes.

    Args:
        chosen: new id by old id, by somebody who knows better; flows follow it.
    """
    before = {node.id: node for node in traces.nodes(old.body)}
    after = {node.id: node for node in traces.nodes(new.body)}
    kept = {id for id, node in before.items() if id in after and _kind(after[id]) == _kind(node)}
    free = _only(node for id, node in after.items() if id not in kept)
    asking = _only(node for id, node in before.items() if id not in kept)
    renamed = {node.id: free[sign].id for sign, node in asking.items() if sign in free}
    renamed |= chosen or {}
    missing = tuple(id for id in before if id not in kept and id not in renamed)
    return Proposal(mapping={**_flows(old, new, renamed), **renamed}, missing=missing)


def _only(nodes: Iterable[FlowNode]) -> dict[tuple[str, str], FlowNode]:
    """Return by kind and name the flow nodes that are the only ones of theirs."""
    found = list(nodes)
    counted = Counter((_kind(node), node.name) for node in found)
    return {(_kind(n), n.name): n for n in found if n.name and counted[_kind(n), n.name] == 1}


def _kind(node: FlowNode) -> str:
    return traces.kind_in_words(node)


def _flows(old: Process, new: Process, renamed: Mapping[str, str]) -> dict[str, str]:
    after = _all_flows(new.body)
    between = Counter((flow.source, flow.target) for flow in after.values())
    unique = {(f.source, f.target): f.id for f in after.values() if between[f.source, f.target] == 1}
    mapping = {}
    for flow in _all_flows(old.body).values():
        ends = renamed.get(flow.source, flow.source), renamed.get(flow.target, flow.target)
        if flow.id not in after and ends in unique:
            mapping[flow.id] = unique[ends]
    return mapping


def _all_flows(body: Body) -> dict[str, SequenceFlow]:
    found = dict(body.flows)
    for node in body.nodes.values():
        if isinstance(node, SubProcess):
            found |= _all_flows(node.body)
    return found
