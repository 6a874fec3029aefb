"""Rules about events and what they wait for or throw (BPMN 2.0.2 sections 10.5.2 to 10.5.5, 10.7)."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.lint.subject import Finding, Level, Subject, at, has_trigger
from bpmn.language.process import (
    Activity,
    CallActivity,
    Event,
    EventDefinition,
    Position,
    SubProcess,
    SubProcessKind,
    Task,
    TaskKind,
    Trigger,
)

_START = frozenset({Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL, Trigger.CONDITIONAL})
#: which trigger may stand where (tables 10.84, 10.86, 10.89, 10.90 of the standard)
ALLOWED = {
    Position.START: _START,
    Position.CATCH: _START | {Trigger.LINK},
    Position.THROW: frozenset(
        {Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION, Trigger.LINK, Trigger.COMPENSATION}
    ),
    Position.BOUNDARY: _START | {Trigger.ERROR, Trigger.ESCALATION, Trigger.COMPENSATION, Trigger.CANCEL},
    Position.END: frozenset(
        {Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ERROR, Trigger.ESCALATION}
        | {Trigger.COMPENSATION, Trigger.CANCEL, Trigger.TERMINATE}
    ),
}
_EVENT_START = _START | {Trigger.ERROR, Trigger.ESCALATION, Trigger.COMPENSATION}
_WORDS = {
    Position.START: "start event",
    Position.CATCH: "intermediate catch event",
    Position.THROW: "intermediate throw event",
    Position.BOUNDARY: "boundary event",
    Position.END: "end event",
}


def trigger_misplaced(subject: Subject) -> Iterator[Finding]:
    """A trigger stands where the standard has no meaning for it."""
    for level, event in subject.of_kind(Event):
        allowed = (
            _EVENT_START if event.position == Position.START and _is_event_level(level) else ALLOWED[event.position]
        )
        for definition in event.definitions:
            if definition.trigger not in allowed:
                message = (
                    f"{_WORDS[event.position].capitalize()}s cannot have the trigger "
                    f'"{definition.trigger}". Use another event.'
                )
                yield at(event, message)


def _is_event_level(level: Level) -> bool:
    return level.owner is not None and level.owner.kind == SubProcessKind.EVENT


def trigger_missing(subject: Subject) -> Iterator[Finding]:
    """A boundary or intermediate catch event that waits for nothing."""
    for _, event in subject.of_kind(Event):
        waits = event.position in (Position.BOUNDARY, Position.CATCH)
        if waits and not event.definitions and event.id not in subject.reported:
            yield at(event, f"The {_WORDS[event.position]} does not say what it waits for. Choose a trigger.")


def condition_missing(subject: Subject) -> Iterator[Finding]:
    """A conditional event without a condition."""
    for event, definition in _definitions(subject, Trigger.CONDITIONAL):
        if definition.condition is None:
            yield at(event, "The conditional event has no condition. Write one in FEEL, for example =stock < 10.")


def message_missing(subject: Subject) -> Iterator[Finding]:
    """A message event that does not say which message."""
    for event, definition in _definitions(subject, Trigger.MESSAGE):
        if definition.name is None and event.job is None:
            yield at(event, "The event does not say which message it means, so none can be matched. Choose one.")


def signal_thrown_missing(subject: Subject) -> Iterator[Finding]:
    """An event throws a signal, but does not say which."""
    for event, definition in _definitions(subject, Trigger.SIGNAL):
        if definition.name is None and event.position in (Position.THROW, Position.END):
            yield at(event, "The event does not say which signal it throws. Choose a signal with a name.")


def signal_caught_missing(subject: Subject) -> Iterator[Finding]:
    """An event waits for a signal, but does not say for which."""
    for event, definition in _definitions(subject, Trigger.SIGNAL):
        if definition.name is None and event.position not in (Position.THROW, Position.END):
            yield at(event, "The event does not say which signal it waits for, so none can reach it. Choose one.")


def _definitions(subject: Subject, trigger: Trigger) -> Iterator[tuple[Event, EventDefinition]]:
    for _, event in subject.of_kind(Event):
        if event.id in subject.reported:
            continue
        for definition in event.definitions:
            if definition.trigger == trigger:
                yield event, definition


def always_interrupting(subject: Subject) -> Iterator[Finding]:
    """Errors, cancel and compensation cannot leave their activity running."""
    for _, event in subject.events(Position.BOUNDARY):
        for definition in event.definitions:
            if definition.trigger in (Trigger.ERROR, Trigger.CANCEL) and not event.interrupting:
                yield at(event, f'A boundary event for "{definition.trigger}" always ends its activity.')
    for level, event in subject.events(Position.START, Trigger.ERROR):
        if _is_event_level(level) and not event.interrupting:
            yield at(event, "An event sub-process for an error always interrupts.")


def cancel_outside_transaction(subject: Subject) -> Iterator[Finding]:
    """Cancel events belong to transactions (section 10.3.5)."""
    for level, event in subject.events(Position.END, Trigger.CANCEL):
        if not _in_transaction(level):
            yield at(event, "A cancel end event only makes sense inside a transaction.")
    for level, event in subject.events(Position.BOUNDARY, Trigger.CANCEL):
        host = level.body.nodes.get(event.attached_to or "")
        if host is not None and not (isinstance(host, SubProcess) and host.kind == SubProcessKind.TRANSACTION):
            yield at(event, f'A cancel boundary event belongs on a transaction, and "{host.id}" is none.')


def cancel_caught_twice(subject: Subject) -> Iterator[Finding]:
    """A transaction is left by one cancel boundary event."""
    for level in subject.levels:
        for attached in level.attached.values():
            for event in [one for one in attached if has_trigger(one, Trigger.CANCEL)][1:]:
                yield at(event, "Another cancel event already says where the transaction goes on. Keep one of them.")


def _in_transaction(level: Level) -> bool:
    at_level: Level | None = level
    while at_level is not None and at_level.owner is not None:
        if at_level.owner.kind == SubProcessKind.TRANSACTION:
            return True
        at_level = at_level.outer
    return False


def escalation_on_task(subject: Subject) -> Iterator[Finding]:
    """An escalation boundary event where nothing can escalate."""
    for level, event in subject.events(Position.BOUNDARY, Trigger.ESCALATION):
        host = level.body.nodes.get(event.attached_to or "")
        if isinstance(host, Task) and host.kind not in (TaskKind.USER, TaskKind.SERVICE):
            yield at(event, f'Nothing in "{host.id}" can raise an escalation; the boundary event is never reached.')
        elif isinstance(host, Task) and host.kind == TaskKind.SERVICE:
            yield at(event, f'Only a worker of "{host.id}" can raise this escalation, by its code.')


def same_code_twice(subject: Subject) -> Iterator[Finding]:
    """Two boundary events of one activity, or two event sub-processes of one level, for one code."""
    for level in subject.levels:
        seen: dict[tuple[str, Trigger, str], str] = {}
        for place, event in _catchers(level):
            for definition in event.definitions:
                if definition.trigger not in (Trigger.ERROR, Trigger.ESCALATION):
                    continue
                code = definition.code.text if definition.code else ""
                key = (place, definition.trigger, code)
                if key in seen and event.interrupting:
                    message = (
                        f'"{seen[key]}" catches the same {definition.trigger} here; only the first one is reached.'
                    )
                    yield at(event, message)
                seen.setdefault(key, event.id)


def _catchers(level: Level) -> Iterator[tuple[str, Event]]:
    """Boundary events with their host, starts of event sub-processes with an empty place."""
    for event in level.of_kind(Event):
        if event.position == Position.BOUNDARY:
            yield event.attached_to or "", event
    for inner in level.of_kind(SubProcess):
        if inner.kind == SubProcessKind.EVENT:
            for node in inner.body.nodes.values():
                if isinstance(node, Event) and node.position == Position.START:
                    yield "", node


def message_without_correlation(subject: Subject) -> Iterator[Finding]:
    """A message that is waited for by name alone reaches any instance."""
    for level, event in subject.of_kind(Event):
        if level.owner is None and event.position == Position.START:
            continue
        if event.position in (Position.THROW, Position.END):
            continue
        for definition in event.definitions:
            if definition.trigger == Trigger.MESSAGE and definition.name and definition.correlation_key is None:
                yield at(event, _uncorrelated(definition))
    for _, task in subject.of_kind(Task):
        message = task.message
        if task.kind == TaskKind.RECEIVE and message and message.correlation_key is None:
            yield at(task, _uncorrelated(message))


def _uncorrelated(definition: EventDefinition) -> str:
    name = definition.name.text if definition.name else ""
    return (
        f'The message "{name}" has no correlation key: when several instances wait, any one of them gets '
        "it. Give the message a correlation key."
    )


def compensation_target(subject: Subject) -> Iterator[Finding]:
    """`activityRef` names an activity of the level that is compensated (section 10.7.1)."""
    for level, event in subject.of_kind(Event):
        if event.position not in (Position.THROW, Position.END) or not has_trigger(event, Trigger.COMPENSATION):
            continue
        scope = level.outer if _is_event_level(level) and level.outer else level
        for definition in event.definitions:
            name = definition.activity
            if definition.trigger != Trigger.COMPENSATION or name is None:
                continue
            if name not in scope.body.nodes and name not in level.body.nodes:
                anywhere = any(name in other.body.nodes for other in subject.levels)
                why = "stands in another scope" if anywhere else "does not exist"
                yield at(event, f'The activity to compensate, "{name}", {why}. Name one of the same scope.')
            elif not isinstance(scope.body.nodes.get(name) or level.body.nodes.get(name), Activity):
                yield at(event, f'"{name}" is not an activity, so it cannot be compensated.')


def compensation_twice(subject: Subject) -> Iterator[Finding]:
    """An activity has one way of being undone (section 10.7.2)."""
    for level in subject.levels:
        around = level.outer.boundaries(level.owner.id) if level.owner and level.outer else []
        handled = [event.id for event in around if has_trigger(event, Trigger.COMPENSATION)]
        seen = {"": handled[0]} if handled else {}
        for place, event in _catchers(level):
            if not has_trigger(event, Trigger.COMPENSATION):
                continue
            if place in seen:
                yield at(event, f'"{seen[place]}" already says how this is undone. Keep one of the two.')
            seen.setdefault(place, event.id)


def compensation_without_handler(subject: Subject) -> Iterator[Finding]:
    """A compensation boundary event leads to its handler by an association."""
    for level, event in subject.events(Position.BOUNDARY, Trigger.COMPENSATION):
        host = level.body.nodes.get(event.attached_to or "")
        if not isinstance(host, Activity):
            continue
        handler = level.body.nodes.get(host.compensated_by or "")
        if not isinstance(handler, Activity):
            message = "The compensation event has no handler. Draw an association to the activity that undoes the work."
            yield at(event, message)


def handler_unmarked(subject: Subject) -> Iterator[Finding]:
    """The handler of a compensation event is marked as one, so that no flow means it (section 10.7.1)."""
    for level in subject.levels:
        for activity in level.of_kind(Activity):
            handler = level.body.nodes.get(activity.compensated_by or "")
            if isinstance(handler, Activity) and not handler.for_compensation:
                message = "The handler of a compensation event must be marked as compensation (isForCompensation)."
                yield at(handler, message)


def handler_unused(subject: Subject) -> Iterator[Finding]:
    """A compensation handler that no compensation event leads to never runs."""
    for level in subject.levels:
        used = {activity.compensated_by for activity in level.of_kind(Activity)}
        for activity in level.of_kind(Activity):
            if activity.for_compensation and activity.id not in used and not isinstance(activity, CallActivity):
                yield at(activity, "No compensation event leads to this handler, so it never runs.")
