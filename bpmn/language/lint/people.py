"""Rules about people: who does a user task, until when, and who stands behind an AI decision."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.lint.subject import Finding, Level, Subject, at, has_trigger, label
from bpmn.language.normalise import constant_text
from bpmn.language.process import FlowNode, JobSpec, Task, TaskKind, Trigger

AI_DECISION = "ai-decision"
#: headers of an AI decision that name people, and that give it a deadline
_PEOPLE = "candidate_groups"
_DEADLINE = "due_minutes"


def user_task_unassigned(subject: Subject) -> Iterator[Finding]:
    """A user task that neither names people nor stands in a lane."""
    for _, task in subject.of_kind(Task):
        if task.kind != TaskKind.USER or task.lane:
            continue
        user = task.user
        if user is None or not (user.assignee or user.candidate_users or user.candidate_groups):
            yield at(
                task,
                f"Nobody is named for the user task {label(task)}: only operators will see it. Name a group.",
            )


def user_task_without_deadline(subject: Subject) -> Iterator[Finding]:
    """A user task that may lie for ever."""
    for level, task in subject.of_kind(Task):
        if task.kind != TaskKind.USER or (task.user and task.user.due) or _has_timer(level, task):
            continue
        yield at(task, f"The user task {label(task)} has no due date and no timer: it may wait for ever unnoticed.")


def _has_timer(level: Level, node: FlowNode) -> bool:
    return any(has_trigger(event, Trigger.TIMER) for event in level.boundaries(node.id))


def ai_decision_without_key(subject: Subject) -> Iterator[Finding]:
    """An AI decision that does not say which decision."""
    for _, task, job in _ai_decisions(subject):
        if not job.headers.get("decision"):
            yield at(task, 'The AI decision does not say which decision it asks. Add the header "decision".')


def ai_decision_without_person(subject: Subject) -> Iterator[Finding]:
    """An AI decision behind which nobody stands when the model is unsure."""
    for _, task, job in _ai_decisions(subject):
        if not task.lane and not job.headers.get(_PEOPLE):
            message = (
                f"When the model is unsure, a person must decide {label(task)}, and nobody is named. Add the header "
                f'"{_PEOPLE}", or put the task into a lane.'
            )
            yield at(task, message)


def ai_decision_without_fallback(subject: Subject) -> Iterator[Finding]:
    """An AI decision that has no way on when nobody answers."""
    for level, task, job in _ai_decisions(subject):
        if not level.boundaries(task.id) and not job.headers.get(_DEADLINE):
            message = (
                f"When neither model nor person answers, {label(task)} waits for ever unnoticed. Attach a timer or "
                f'error event, or add the header "{_DEADLINE}".'
            )
            yield at(task, message)


def _ai_decisions(subject: Subject) -> Iterator[tuple[Level, Task, JobSpec]]:
    for level, task in subject.of_kind(Task):
        if task.job is not None and constant_text(task.job.type) == AI_DECISION:
            yield level, task, task.job
