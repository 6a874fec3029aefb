"""Rules about where a process and its sub-processes begin (BPMN 2.0.2 section 10.5.2)."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.lint.subject import Finding, Level, Subject, at
from bpmn.language.process import (
    Activity,
    Event,
    FlowNode,
    Gateway,
    Position,
    SubProcess,
    SubProcessKind,
    Task,
    Trigger,
)

_INSIDE = frozenset({SubProcessKind.EMBEDDED, SubProcessKind.TRANSACTION})


def process_empty(subject: Subject) -> Iterator[Finding]:
    """The process has no flow node."""
    if not subject.process.body.nodes:
        yield Finding(subject.process.id, subject.process.line, "The process is empty: there is nothing to run.")


def start_missing(subject: Subject) -> Iterator[Finding]:
    """Nothing can start the process."""
    level = subject.levels[0]
    if level.body.nodes and not level.starts() and not any(_instantiates(node) for node in level.body.nodes.values()):
        process = subject.process
        if not _first(subject, level):
            yield Finding(process.id, process.line, f'The process "{process.id}" has no start event. Add one.')


def start_implied(subject: Subject) -> Iterator[Finding]:
    """A level without start and end events begins at everything that no flow leads to (section 10.5.2)."""
    for level in subject.levels:
        first = _first(subject, level)
        if first and (level.owner is None or _is_inside(level)):
            place = level.owner or subject.process
            names = ", ".join(f'"{node.id}"' for node in first[:5]) + (" ..." if len(first) > 5 else "")
            yield Finding(place.id, place.line, f"There is no start event; it begins at {names}.")


def _first(subject: Subject, level: Level) -> list[FlowNode]:
    """Where a level begins that has neither start nor end events; the vendors' engines want a start event."""
    ends = any(event.position == Position.END for event in level.of_kind(Event))
    if subject.process.dialect != "plain" or ends or level.starts():
        return []
    return [node for node in level.body.nodes.values() if _may_be_first(node)]


def _may_be_first(node: FlowNode) -> bool:
    """True for what no flow leads to and no event starts; a catching link is reached by its link."""
    if node.incoming or (isinstance(node, SubProcess) and node.kind == SubProcessKind.EVENT):
        return False
    if isinstance(node, Event):
        return node.position == Position.THROW
    return not (isinstance(node, Activity) and node.for_compensation)


def _instantiates(node: object) -> bool:
    return isinstance(node, Task | Gateway) and node.instantiate and not node.incoming


def starts_many(subject: Subject) -> Iterator[Finding]:
    """Several none start events: a start without a message cannot tell them apart."""
    none = [event for event in subject.levels[0].starts() if not event.definitions]
    for event in none[1:]:
        message = f'"{none[0].id}" is a start event without trigger too; a start uses the first unless it names one.'
        yield at(event, message)


def start_of_several_events(subject: Subject) -> Iterator[Finding]:
    """A start event that needs all of several events: there is no instance yet that could wait for the others."""
    for event in subject.levels[0].starts():
        if event.parallel_multiple and len(event.definitions) > 1:
            message = (
                f'"{event.id}" starts an instance only when all of its events have come, which is not run. Use an '
                "instantiating event-based gateway of type Parallel, with a catch event for each."
            )
            yield at(event, message)


def sub_process_empty(subject: Subject) -> Iterator[Finding]:
    """A sub-process without anything inside."""
    for _, inner in subject.of_kind(SubProcess):
        if not inner.body.nodes:
            yield at(
                inner,
                "The sub-process is empty: there is nothing to run inside. Draw its steps, or use a task.",
            )


def sub_process_start_missing(subject: Subject) -> Iterator[Finding]:
    """An embedded sub-process with elements, but no start event."""
    for level in subject.levels[1:]:
        if _is_inside(level) and level.body.nodes and not level.starts() and not _first(subject, level):
            yield at(_owner(level), "The sub-process has no start event inside. Add one.")


def sub_process_starts_many(subject: Subject) -> Iterator[Finding]:
    """An embedded sub-process with several start events."""
    for level in subject.levels[1:]:
        for event in level.starts()[1:] if _is_inside(level) else []:
            yield at(event, f'The sub-process "{_owner(level).id}" has more than one start event. Keep one.')


def sub_process_start_typed(subject: Subject) -> Iterator[Finding]:
    """A start event with a trigger where only the token starts."""
    for level in subject.levels[1:]:
        if not _is_inside(level):
            continue
        for event in level.starts():
            if event.definitions:
                kind = event.definitions[0].trigger
                message = (
                    f'A start event inside the sub-process "{_owner(level).id}" cannot wait for a {kind}: '
                    "the sub-process starts when it is entered. Remove the trigger, or make it an event "
                    "sub-process."
                )
                yield at(event, message)


def event_sub_process_start(subject: Subject) -> Iterator[Finding]:
    """An event sub-process needs exactly one start event, with a trigger."""
    for level in subject.levels[1:]:
        owner = _owner(level)
        if owner.kind != SubProcessKind.EVENT or not level.body.nodes:
            continue
        starts = level.starts()
        if not starts:
            yield at(owner, "The event sub-process has no start event, so nothing can trigger it. Add one.")
        for event in starts[1:]:
            yield at(event, f'The event sub-process "{owner.id}" has more than one start event. Keep one.')
        for event in starts:
            if not event.definitions and event.id not in subject.reported:
                yield at(
                    event,
                    "The start event of an event sub-process needs a trigger. Choose what it waits for.",
                )


def compensation_start_at_process(subject: Subject) -> Iterator[Finding]:
    """A compensation event sub-process only makes sense inside a sub-process (section 10.7.1)."""
    for level, event in subject.events(Position.START, Trigger.COMPENSATION):
        if level.outer is not None and level.outer.owner is None:
            message = (
                "A compensation event sub-process belongs inside the sub-process that it undoes; at the "
                "level of the process nothing could trigger it."
            )
            yield at(event, message)


def ad_hoc_events(subject: Subject) -> Iterator[Finding]:
    """Ad-hoc sub-processes have no start or end events (section 10.3.5)."""
    for level in subject.levels[1:]:
        if _owner(level).kind != SubProcessKind.AD_HOC:
            continue
        for event in level.of_kind(Event):
            if event.position in (Position.START, Position.END):
                yield at(
                    event,
                    "An ad-hoc sub-process has no start and end events; its activities are chosen freely.",
                )


def ad_hoc_without_activity(subject: Subject) -> Iterator[Finding]:
    """An ad-hoc sub-process without any activity."""
    for level in subject.levels[1:]:
        owner = _owner(level)
        if owner.kind == SubProcessKind.AD_HOC and level.body.nodes and not any(level.of_kind(Activity)):
            yield at(owner, "The ad-hoc sub-process has no activity to choose. Add one.")


def signal_start_twice(subject: Subject) -> Iterator[Finding]:
    """Two start events for one signal or message: both start an instance."""
    seen: dict[tuple[Trigger, object], str] = {}
    for event in subject.levels[0].starts():
        for definition in event.definitions:
            if definition.trigger not in (Trigger.SIGNAL, Trigger.MESSAGE) or definition.name is None:
                continue
            key = (definition.trigger, definition.name.text)
            if key in seen:
                message = f'The start events "{seen[key]}" and "{event.id}" wait for the same {definition.trigger}.'
                yield at(event, message)
            seen.setdefault(key, event.id)


def message_start_expression(subject: Subject) -> Iterator[Finding]:
    """The name of a start message is needed before there are variables."""
    for event in subject.levels[0].starts():
        for definition in event.definitions:
            if definition.name is not None and not definition.name.is_constant:
                message = (
                    f"The name of the {definition.trigger} that starts the process is an expression; "
                    "there are no variables yet. Write a fixed name."
                )
                yield at(event, message)


def _owner(level: Level) -> SubProcess:
    assert level.owner is not None  # noqa: S101 - levels[1:] all have one
    return level.owner


def _is_inside(level: Level) -> bool:
    return level.owner is not None and level.owner.kind in _INSIDE
