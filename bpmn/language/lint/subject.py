"""What a rule looks at: one process with its levels, and what its neighbours know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from bpmn.language.process import Body, Event, FlowNode, Position, Process, SequenceFlow, SubProcess, Trigger
from decisions.edge.problems import Severity

Node = TypeVar("Node", bound=FlowNode)
Answer = TypeVar("Answer")


class Finding(NamedTuple):
    """What a rule found at an element."""

    element: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """The body of the process or of one of its sub-processes."""

    owner: SubProcess | None
    body: Body
    outer: Level | None
    #: boundary events by the id of their host
    attached: Mapping[str, list[Event]]

    def of_kind(self, kind: type[Node]) -> Iterator[Node]:
        """The level's own nodes of a class."""
        for node in self.body.nodes.values():
            if isinstance(node, kind):
                yield node

    def starts(self) -> list[Event]:
        """The level's start events."""
        return [event for event in self.of_kind(Event) if event.position == Position.START]

    def boundaries(self, host: str) -> list[Event]:
        """The boundary events attached to the node."""
        return self.attached.get(host, [])

    def outgoing(self, node: FlowNode) -> list[SequenceFlow]:
        """The flows that leave the node, in the order of the drawing."""
        return [self.body.flows[flow] for flow in node.outgoing]


class Memo:
    """What several rules need and is computed once."""

    def __init__(self) -> None:
        self._answers: dict[str, Any] = {}

    def once(self, key: str, make: Callable[[], Answer]) -> Answer:
        """What `make` gives, computed when it is asked for first."""
        if key not in self._answers:
            self._answers[key] = make()
        answer: Answer = self._answers[key]
        return answer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Upload:
    """What is judged together."""

    #: every process of the upload by id
    processes: Mapping[str, Process]
    #: ids of processes deployed before; None when nobody knows
    known_processes: Collection[str] | None = None
    memo: Memo = field(default_factory=Memo)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """The process a rule judges."""

    process: Process
    levels: tuple[Level, ...]
    #: elements with an error of the reader: rules about what is missing keep silent there
    reported: frozenset[str]
    upload: Upload
    memo: Memo = field(default_factory=Memo)

    def nodes(self) -> Iterator[tuple[Level, FlowNode]]:
        """Every node of every level."""
        for level in self.levels:
            for node in level.body.nodes.values():
                yield level, node

    def of_kind(self, kind: type[Node]) -> Iterator[tuple[Level, Node]]:
        """Every node of a class, with its level."""
        for level in self.levels:
            for node in level.of_kind(kind):
                yield level, node

    def events(self, position: Position, trigger: Trigger | None = None) -> Iterator[tuple[Level, Event]]:
        """Every event at a position (with a trigger)."""
        for level, event in self.of_kind(Event):
            if event.position == position and (trigger is None or has_trigger(event, trigger)):
                yield level, event


Check = Callable[[Subject], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the table; what it means stands in docs/lint.md under its code."""

    code: str
    severity: Severity
    check: Check


def subject_of(process: Process, upload: Upload) -> Subject:
    """The process with its levels laid out, outer before inner."""
    waiting = [_level(None, process.body, None)]
    levels = []
    while waiting:
        level = waiting.pop()
        levels.append(level)
        waiting.extend(_level(inner, inner.body, level) for inner in reversed(list(level.of_kind(SubProcess))))
    reported = frozenset(problem.element for problem in process.problems if problem.severity == "error")
    return Subject(process=process, levels=tuple(levels), reported=reported, upload=upload)


def _level(owner: SubProcess | None, body: Body, outer: Level | None) -> Level:
    attached: dict[str, list[Event]] = {}
    for node in body.nodes.values():
        if isinstance(node, Event) and node.attached_to:
            attached.setdefault(node.attached_to, []).append(node)
    return Level(owner=owner, body=body, outer=outer, attached=attached)


def has_trigger(event: Event, trigger: Trigger) -> bool:
    """True when one of the event's definitions has that trigger."""
    return any(definition.trigger == trigger for definition in event.definitions)


def at(node: FlowNode | SequenceFlow, message: str) -> Finding:
    """A finding at a node or flow."""
    return Finding(node.id, node.line, message)


def label(node: FlowNode) -> str:
    """How a sentence calls the node: by name when it has one."""
    return f'"{node.name}"' if node.name else f'"{node.id}"'
