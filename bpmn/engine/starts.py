"""Which start events of a process wait for what, so that the runtime can listen for new instances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bpmn.engine import timers
from bpmn.engine.expressions import as_text
from bpmn.language.process import (
    Event,
    EventDefinition,
    FlowNode,
    Gateway,
    Position,
    Process,
    Task,
    TimerKind,
    Trigger,
)
from decisions.feel import Expression, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent:
    """One way of starting a process."""

    element: str  #: what `start` takes as `start_event`
    trigger: Trigger | None  #: None: no trigger needed
    interrupting: bool = True
    name: str | None = None  #: message or signal
    timer_kind: TimerKind | None = None
    timer: str | None = None  #: date, duration or cycle; see `first_due`
    condition: Expression | None = None


def start_events(process: Process, *, now: datetime | None = None) -> tuple[StartEvent, ...]:
    """Return the start events of a process, in drawing order.

    A process drawn without any can be started as it is: its own id stands for that.

    Args:
        process: a process as read.
        now: for expressions in names and times; they can use no variables here.
    """
    return tuple(_found(process, now))


def _found(process: Process, now: datetime | None) -> Iterator[StartEvent]:
    nodes = process.body.nodes
    if not any(_starts(node) for node in nodes.values()):
        yield StartEvent(element=process.id, trigger=None)
    for node in nodes.values():
        if isinstance(node, Event) and node.position is Position.START:
            if not node.definitions:
                yield StartEvent(element=node.id, trigger=None)
            for definition in node.definitions:
                yield _start(node, definition, now)
        elif isinstance(node, Task) and node.instantiate and node.message is not None:
            yield _start(node, node.message, now)
        elif isinstance(node, Gateway) and node.instantiate:
            targets = [nodes[process.body.flows[flow].target] for flow in node.outgoing]
            for target in targets:
                for definition in _awaited(target):
                    yield _start(target, definition, now)


def _starts(node: FlowNode) -> bool:
    if isinstance(node, Event):
        return node.position is Position.START
    return isinstance(node, (Task, Gateway)) and node.instantiate


def _awaited(node: FlowNode) -> tuple[EventDefinition, ...]:
    if isinstance(node, Event):
        return node.definitions
    return (node.message,) if isinstance(node, Task) and node.message is not None else ()


def _start(node: FlowNode, definition: EventDefinition, now: datetime | None) -> StartEvent:
    return StartEvent(
        element=node.id,
        trigger=definition.trigger,
        name=_text(definition.name, now),
        timer_kind=definition.timer_kind,
        timer=_text(definition.timer, now),
        condition=definition.condition,
    )


def _text(expression: Expression | None, now: datetime | None) -> str | None:
    if expression is None:
        return None
    return as_text(to_json(expression.evaluate({}, now=now).value))


def first_due(event: StartEvent, now: datetime) -> timers.Schedule | None:
    """Return when a timer start is due first; `timers.following` says when next.

    Raises:
        timers.TimerUnreadable: the text does not say.
    """
    if event.timer_kind is None or not event.timer:
        return None
    return timers.schedule(event.timer_kind, event.timer, now)
