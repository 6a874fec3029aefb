"""Rules about what is written as it is: texts and numbers have bounds, and must be what they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.elements import nodes_of
from bpmn.language.lint.subject import Finding, Subject, at, label
from bpmn.language.normalise import constant_number, constant_text, timer_complaint
from bpmn.language.process import Event, EventDefinition, FlowNode, JobSpec, Task, TimerKind, UserTaskSpec
from bpmn.language.vocabulary import LIMIT_PERSON, LIMIT_TEXT, MOST_COUNT
from decisions.feel import Expression


def text_too_long(subject: Subject) -> Iterator[Finding]:
    """A job type, a name of a message, a person or a flow's id that is longer than what is kept of it."""
    for node in nodes_of(subject.process):
        for what, text, most in _texts(node):
            if len(text) > most:
                said = f'The {what} of {label(node)} that begins with "{text[:40]}" has {len(text)} characters'
                yield at(node, f"{said}; at most {most} are allowed.")
    for level in subject.levels:
        for flow in level.body.flows.values():
            if len(flow.id) > LIMIT_TEXT:
                message = (
                    f'The sequence flow that begins with "{flow.id[:40]}" has an id of {len(flow.id)} characters; '
                    f"at most {LIMIT_TEXT} are allowed."
                )
                yield Finding(flow.source if flow.anonymous else flow.id, flow.line, message)


def number_out_of_range(subject: Subject) -> Iterator[Finding]:
    """A priority or a number of retries that is not counted so far."""
    for node in nodes_of(subject.process):
        for what, expression in _numbers(node):
            number = constant_number(expression) if expression else None
            if number is not None and not 0 <= number <= MOST_COUNT:
                yield at(node, f"The {what} of {label(node)} is {number:.0f}; it must be between 0 and {MOST_COUNT}.")


def value_unreadable(subject: Subject) -> Iterator[Finding]:
    """A priority or number of retries that is no whole number, or a due date that is no date."""
    for node in nodes_of(subject.process):
        for what, expression in _numbers(node):
            number = constant_number(expression) if expression else None
            written = constant_text(expression) if expression else None
            if written and (number is None or number != int(number)):
                yield at(node, f'The {what} of {label(node)} must be a whole number, but it is "{written[:60]}".')
        for what, expression in _dates(node):
            written = constant_text(expression) if expression else None
            if written and timer_complaint(written, TimerKind.DATE):
                said = (
                    f'The {what} of {label(node)} must be a date or a duration of ISO 8601, but it is "{written[:60]}"'
                )
                yield at(node, f"{said}. Write it like 2030-12-31T18:00:00Z or P3D.")


def _texts(node: FlowNode) -> Iterator[tuple[str, str, int]]:
    """What of a node is written in the drawing and has a bound: what it is, the text, how long it may be."""
    found: list[tuple[str, Expression | None, int]] = []
    if job := _job(node):
        found.append(("job type", job.type, LIMIT_TEXT))
    for definition in _definitions(node):
        found.append(("event name", definition.name, LIMIT_TEXT))
        found.append(("correlation key", definition.correlation_key, LIMIT_TEXT))
    if user := _user(node):
        found.append(("assignee", user.assignee, LIMIT_PERSON))
    for what, expression, most in found:
        if expression and (text := constant_text(expression)):
            yield what, text, most
    if user:
        for several in (user.candidate_users, user.candidate_groups, user.owner_users, user.owner_groups):
            for name in (constant_text(several) or "").split(",") if several else ():
                yield "candidate", name.strip(), LIMIT_PERSON


def _numbers(node: FlowNode) -> Iterator[tuple[str, Expression | None]]:
    if job := _job(node):
        yield "number of retries", job.retries
    if user := _user(node):
        yield "priority", user.priority


def _dates(node: FlowNode) -> Iterator[tuple[str, Expression | None]]:
    if user := _user(node):
        yield "due date", user.due
        yield "follow-up date", user.follow_up


def _job(node: FlowNode) -> JobSpec | None:
    return node.job if isinstance(node, Task | Event) else None


def _user(node: FlowNode) -> UserTaskSpec | None:
    return node.user if isinstance(node, Task) else None


def _definitions(node: FlowNode) -> tuple[EventDefinition, ...]:
    if isinstance(node, Event):
        return node.definitions
    return (node.message,) if isinstance(node, Task) and node.message else ()
