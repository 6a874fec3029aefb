"""Rules about loops and multi-instance (BPMN 2.0.2 section 10.3.8), and rounds that never rest."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.lint.subject import Finding, Level, Subject, at
from bpmn.language.normalise import constant_number
from bpmn.language.process import Activity, Event, FlowNode, Gateway, GatewayKind, Position, Task, TaskKind

LIMIT_INSTANCES = 100_000
#: starts x flows of a level above which rounds are not looked for
LIMIT_STEPS = 100_000
_PASSING = frozenset({TaskKind.TASK, TaskKind.MANUAL, TaskKind.SCRIPT})


def multi_instance_without_items(subject: Subject) -> Iterator[Finding]:
    """A multi-instance activity that does not say how often."""
    for _, activity in subject.of_kind(Activity):
        loop = activity.loop
        if loop is None or not loop.multi or activity.id in subject.reported:
            continue
        if loop.cardinality is None and loop.collection is None:
            message = "The multi-instance activity does not say how often it runs. Give it a collection or a number."
            yield at(activity, message)


def cardinality_invalid(subject: Subject) -> Iterator[Finding]:
    """A fixed number of instances that is negative, no number, or absurd."""
    for _, activity in subject.of_kind(Activity):
        cardinality = activity.loop.cardinality if activity.loop else None
        if cardinality is None or not cardinality.is_constant:
            continue
        number = constant_number(cardinality)
        if number is None or number < 0 or number != int(number):
            yield at(
                activity,
                f'"{cardinality.text}" is not a number of instances. Write a whole number or an expression.',
            )
        elif number > LIMIT_INSTANCES:
            yield at(
                activity,
                f"{int(number)} instances are more than the {LIMIT_INSTANCES} that one activity may have.",
            )


def loop_endless(subject: Subject) -> Iterator[Finding]:
    """A standard loop without condition and maximum never ends."""
    for _, activity in subject.of_kind(Activity):
        loop = activity.loop
        if loop is None or loop.multi or activity.id in subject.reported:
            continue
        if loop.condition is None and loop.maximum is None:
            yield at(
                activity,
                "The loop has neither a condition nor a maximum; it would never end. Give it one of them.",
            )


def round_without_rest(subject: Subject) -> Iterator[Finding]:
    """From its start a token can only go round, never waiting and never ending."""
    for level in subject.levels:
        starts = level.starts()
        for start in starts if len(starts) * len(level.body.flows) < LIMIT_STEPS else []:
            reached = _reachable(level, start)
            if all(node.outgoing and _passes(node) for node in reached):
                yield at(start, "From here a token goes round for ever without waiting or ending. Draw a way out.")


def _reachable(level: Level, start: FlowNode) -> list[FlowNode]:
    seen, waiting = {start.id: start}, [start]
    while waiting:
        for flow in level.outgoing(waiting.pop()):
            if flow.target not in seen:
                node = level.body.nodes[flow.target]
                seen[node.id] = node
                waiting.append(node)
    return list(seen.values())


def _passes(node: FlowNode) -> bool:
    """True when a token goes through without waiting for anything."""
    if isinstance(node, Event):
        return node.position in (Position.START, Position.THROW)
    if isinstance(node, Gateway):
        return node.kind != GatewayKind.EVENT_BASED
    return isinstance(node, Task) and node.kind in _PASSING
