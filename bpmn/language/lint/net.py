"""The token game of one level as a small graph, and rules that make it smaller without changing its sense.

Nodes of the graph choose one way (XOR), take all (AND), any (OR), swallow a token (SINK) or end everything
(KILL). Well-structured parts reduce to nothing, so only what is really entangled must be searched.

Source: the reduction of free-choice workflow nets (Verbeek and van der Aalst), as far as BPMN needs it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import Enum

from bpmn.language.lint.reach import is_terminating, link_targets
from bpmn.language.lint.subject import Level
from bpmn.language.process import Activity, Event, FlowNode, Gateway, GatewayKind, Position, Trigger


class Behaviour(Enum):
    """What a node does with tokens."""

    XOR = "xor"
    AND = "and"
    OR = "or"
    SINK = "sink"
    KILL = "kill"


_GATEWAYS = {
    GatewayKind.EXCLUSIVE: Behaviour.XOR,
    GatewayKind.EVENT_BASED: Behaviour.XOR,
    GatewayKind.PARALLEL: Behaviour.AND,
    GatewayKind.INCLUSIVE: Behaviour.OR,
}


class Net:
    """A multigraph of behaviours; edges carry at most one token each when all is well."""

    def __init__(self) -> None:
        self.behaviour: dict[str, Behaviour] = {}
        self.edges: dict[int, tuple[str, str]] = {}
        self.into: dict[str, set[int]] = {}
        self.out: dict[str, set[int]] = {}
        self._made = 0

    def add(self, node: str, behaviour: Behaviour) -> None:
        """Add a node."""
        self.behaviour[node] = behaviour
        self.into[node], self.out[node] = set(), set()

    def connect(self, source: str, target: str) -> None:
        """Add an edge."""
        self._made = edge = self._made + 1
        self.edges[edge] = (source, target)
        self.out[source].add(edge)
        self.into[target].add(edge)

    def cut(self, edge: int) -> None:
        """Remove an edge."""
        source, target = self.edges.pop(edge)
        self.out[source].discard(edge)
        self.into[target].discard(edge)

    def reduce(self) -> None:
        """Apply the rules until none applies any more."""
        queue = deque(self.behaviour)  # in turn: a node with thousands of ways is looked at once a round
        waiting = set(queue)
        while queue:
            node = queue.popleft()
            waiting.discard(node)
            if node in self.behaviour:
                again = sorted(self._reduce_at(node) - waiting)
                queue.extend(again)
                waiting.update(again)

    def _reduce_at(self, node: str) -> set[str]:
        """Try every rule at the node; the nodes where something may apply now."""
        near = {end for edge in self.into[node] | self.out[node] for end in self.edges[edge]}
        before = len(self.edges)
        self._drop_doubles(node)
        self._drop_loops(node)
        self._drop_sinks(node)
        self._fuse(node)
        if len(self.edges) == before:
            return set()
        return near if node in self.behaviour else near - {node}

    def _drop_doubles(self, node: str) -> None:
        """A split straight into its own join is one edge; so is a choice straight into its merge."""
        ends: dict[str, int] = {}
        for edge in sorted(self.out[node]):
            target = self.edges[edge][1]
            same = self.behaviour[node] == self.behaviour[target]
            if (
                target in ends
                and same
                and self.behaviour[node] in (Behaviour.AND, Behaviour.XOR)
                or target in ends
                and same
                and self._is_whole_block(node, target)
            ):
                self.cut(edge)
            ends.setdefault(target, edge)

    def _is_whole_block(self, split: str, join: str) -> bool:
        """True when an inclusive split and its join share all their edges."""
        return self.out[split] == self.into[join]

    def _drop_loops(self, node: str) -> None:
        """Going back by choice to a merge just passed changes nothing."""
        if self.behaviour[node] != Behaviour.XOR:
            return
        for edge in sorted(self.out[node]):
            target = self.edges[edge][1]
            if len(self.out[node]) < 2 or self.behaviour[target] != Behaviour.XOR:
                continue
            straight = self.out[target] and all(self.edges[other][1] == node for other in self.out[target])
            if target == node or (straight and len(self.into[target]) > 1 and len(self.into[node]) == 1):
                self.cut(edge)

    def _drop_sinks(self, node: str) -> None:
        """A parallel branch that ends at once needs no watching; of those with a step before, one stands for all."""
        if self.behaviour[node] != Behaviour.AND:
            return
        ends = {edge: self.edges[edge][1] for edge in sorted(self.out[node])}
        at_once = [edge for edge, target in ends.items() if self.behaviour[target] == Behaviour.SINK]
        later = [edge for edge, target in ends.items() if self._only_ends(target)]
        for edge in (*at_once, *later[1:]):
            if len(self.out[node]) > 1:
                self.cut(edge)

    def _only_ends(self, node: str) -> bool:
        """True when a single token comes to the node, and can only go on to its end."""
        if self.behaviour[node] != Behaviour.XOR or len(self.into[node]) != 1 or len(self.out[node]) != 1:
            return False
        (way,) = self.out[node]
        return self.behaviour[self.edges[way][1]] == Behaviour.SINK

    def _fuse(self, node: str) -> None:
        """A node with one way in and one way out is part of an edge."""
        if len(self.into[node]) != 1 or len(self.out[node]) != 1:
            return
        (first,), (second,) = self.into[node], self.out[node]
        source, target = self.edges[first][0], self.edges[second][1]
        if source == node or target == node or self.behaviour[target] == Behaviour.SINK:
            return
        self.cut(first)
        self.cut(second)
        del self.behaviour[node], self.into[node], self.out[node]
        self.connect(source, target)


def net_of(level: Level, start: Event) -> Net | None:
    """The level as started by one start event; None when it has gateways whose sense cannot be decided."""
    nodes = _reached_from(level, start)
    if any(isinstance(node, Gateway) and node.kind == GatewayKind.COMPLEX for node in nodes.values()):
        return None
    net = Net()
    links = link_targets(level)
    for node in nodes.values():
        _add_node(net, node)
    for node in nodes.values():
        _connect_node(net, level, node, links)
    _close_ends(net)
    return net


def _reached_from(level: Level, start: Event) -> dict[str, FlowNode]:
    links = link_targets(level)
    seen: dict[str, FlowNode] = {start.id: start}
    waiting: list[FlowNode] = [start]
    while waiting:
        node = waiting.pop()
        for target in (*_targets(level, node, links), *(event.id for event in _exits(level, node))):
            if target not in seen:
                seen[target] = level.body.nodes[target]
                waiting.append(seen[target])
    return seen


def _targets(level: Level, node: FlowNode, links: dict[str, str]) -> list[str]:
    targets = [flow.target for flow in level.outgoing(node)]
    if isinstance(node, Event) and node.position == Position.THROW:
        for definition in node.definitions:
            if definition.trigger == Trigger.LINK and definition.name and definition.name.text in links:
                targets.append(links[definition.name.text])
    return targets


def _exits(level: Level, node: FlowNode) -> list[Event]:
    """The boundary events through which a token may leave the node."""
    return [
        event
        for event in level.boundaries(node.id)
        if not any(definition.trigger == Trigger.COMPENSATION for definition in event.definitions)
    ]


def _add_node(net: Net, node: FlowNode) -> None:
    """The node as a merge; what leaves it is added when it is connected."""
    if isinstance(node, Gateway):
        net.add(node.id, _GATEWAYS[node.kind])
        return
    if isinstance(node, Event) and is_terminating(node):
        net.add(node.id, Behaviour.KILL)
        return
    net.add(node.id, Behaviour.XOR)


def _part(node: str, number: int) -> str:
    """The name of a helper node; no id of a drawing ends in white space."""
    return node + " " * number


def _connect_node(net: Net, level: Level, node: FlowNode, links: dict[str, str]) -> None:
    """The node's ways out: normal flows, interrupting exits instead of them, other exits beside them."""
    targets = _targets(level, node, links)
    source = node.id
    if isinstance(node, Gateway) or net.behaviour[node.id] == Behaviour.KILL:
        _connect_all(net, source, targets)
        return
    exits = _exits(level, node) if isinstance(node, Activity) else []
    source = _connect_beside(net, node.id, [event for event in exits if not event.interrupting])
    for event in exits:
        if event.interrupting:
            net.connect(source, event.id)
    if len(node.outgoing) > 1:
        conditional = any(flow.condition is not None for flow in level.outgoing(node))
        split = _part(node.id, 1)
        net.add(split, Behaviour.OR if conditional else Behaviour.AND)
        net.connect(source, split)
        source = split
    _connect_all(net, source, targets)


def _connect_beside(net: Net, node: str, events: list[Event]) -> str:
    """Exits that may give a token beside the normal one; the node from which the normal one leaves."""
    if not events:
        return node
    fork, normal = _part(node, 2), _part(node, 3)
    net.add(fork, Behaviour.AND)
    net.add(normal, Behaviour.XOR)
    net.connect(node, fork)
    net.connect(fork, normal)
    for number, event in enumerate(events, start=2):
        choice, nothing = _part(node, 2 * number), _part(node, 2 * number + 1)
        net.add(choice, Behaviour.XOR)
        net.add(nothing, Behaviour.SINK)
        net.connect(fork, choice)
        net.connect(choice, event.id)
        net.connect(choice, nothing)
    return normal


def _connect_all(net: Net, source: str, targets: Iterable[str]) -> None:
    for target in targets:
        net.connect(source, target)


def _close_ends(net: Net) -> None:
    """What nothing leaves swallows its tokens."""
    for node, behaviour in list(net.behaviour.items()):
        if not net.out[node] and behaviour in (Behaviour.XOR, Behaviour.OR):
            net.behaviour[node] = Behaviour.SINK
