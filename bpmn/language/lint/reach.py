"""Rules about what a token can reach (BPMN 2.0.2 section 13.2)."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.lint.subject import Finding, Level, Subject, at, has_trigger
from bpmn.language.process import (
    Activity,
    Event,
    FlowNode,
    Gateway,
    GatewayKind,
    Position,
    SubProcess,
    SubProcessKind,
    Task,
    Trigger,
)


def unreachable(subject: Subject) -> Iterator[Finding]:
    """Elements that no token can ever reach."""
    for level in subject.levels:
        if not level.starts() or _is_free(level):
            continue
        reached = reachable(level)
        for node in level.body.nodes.values():
            if node.id not in reached:
                yield at(node, "No token can ever reach this element. Connect it, or remove it.")


def join_never_fires(subject: Subject) -> Iterator[Finding]:
    """A parallel join that waits for a flow on which no token can come."""
    for level in subject.levels:
        if not level.starts() or _is_free(level):
            continue
        reached = reachable(level)
        for gateway in level.of_kind(Gateway):
            if gateway.kind != GatewayKind.PARALLEL or len(gateway.incoming) < 2 or gateway.id not in reached:
                continue
            for flow in gateway.incoming:
                source = level.body.flows[flow].source
                if source not in reached:
                    yield at(
                        gateway,
                        f'The join waits for a token from "{source}", which none can reach: it never fires.',
                    )


def _is_free(level: Level) -> bool:
    return level.owner is not None and level.owner.kind == SubProcessKind.AD_HOC


def reachable(level: Level) -> set[str]:
    """The ids of the nodes that a token of the level may reach."""
    waiting = [node for node in level.body.nodes.values() if begins(node)]
    links = link_targets(level)
    seen = {node.id for node in waiting}
    while waiting:
        node = waiting.pop()
        targets = [flow.target for flow in level.outgoing(node)]
        targets.extend(event.id for event in level.boundaries(node.id))
        targets.extend(_beside(node, links))
        for target in targets:
            if target in level.body.nodes and target not in seen:
                seen.add(target)
                waiting.append(level.body.nodes[target])
    return seen


def _beside(node: FlowNode, links: dict[str, str]) -> list[str]:
    """Where a token goes from a node without a flow: to a link's target, to a compensation handler."""
    if isinstance(node, Activity) and node.compensated_by:
        return [node.compensated_by]
    if isinstance(node, Event) and node.position == Position.THROW:
        return [links[name] for name in _link_names(node) if name in links]
    return []


def link_targets(level: Level) -> dict[str, str]:
    """The catching link events of the level by link name."""
    return {
        name: event.id
        for event in level.of_kind(Event)
        if event.position == Position.CATCH
        for name in _link_names(event)
    }


def _link_names(event: Event) -> list[str]:
    return [
        definition.name.text
        for definition in event.definitions
        if definition.trigger == Trigger.LINK and definition.name is not None
    ]


def begins(node: FlowNode) -> bool:
    """True for nodes where a token of the level appears by itself."""
    if isinstance(node, Event):
        return node.position == Position.START
    if isinstance(node, SubProcess) and node.kind == SubProcessKind.EVENT:
        return True
    return isinstance(node, Task | Gateway) and node.instantiate and not node.incoming


def is_terminating(event: Event) -> bool:
    """True for end events after which nothing of the level goes on."""
    return any(has_trigger(event, trigger) for trigger in (Trigger.TERMINATE, Trigger.ERROR, Trigger.CANCEL))
