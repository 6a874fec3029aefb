"""The verbs of the inbox: claim, give back, pass on, answer, correct, comment; opening and closing tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from decisions.edge.canonical import JSON, Variables
from humantasks import cases, definitions, errors, facts, permissions, selectors
from humantasks.models import Act, Candidate, Comment, HumanTask, Inbox, Snapshot, TaskState
from humantasks.opening import TaskSpec, as_json, assignment_of, close, create, moved, opened, prepared
from humantasks.rows import change

__all__ = [
    "Completion", "TaskSpec", "assignment_of", "attach_briefing", "claim", "close", "comment", "complete",
    "correct", "create", "moved", "opened", "pass_on", "prepared", "save_draft", "take_next", "unclaim",
]  # fmt: skip

_REASON_CHARS = 4000
#: So often somebody else may be faster before `take_next` gives up.
_MOST_LOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What an answer came to."""

    task_id: UUID
    instance_id: UUID
    answer: str  #: confirm | correct | answer
    variables: Variables


def attach_briefing(
    *, task_id: UUID, briefing: Any, now: datetime, variables: Variables | None = None,
    suggestion: Mapping[str, JSON] | None = None, conditions: Sequence[Mapping[str, JSON]] | None = None,
) -> HumanTask:  # fmt: skip
    """Give a task its context, or newer context: what was shown before is kept to tell the difference.

    Whoever has the page open is asked to read again before their answer counts.
    """
    with transaction.atomic():
        task = _open(task_id)
        before, was, earlier = selectors.shown(task), task.state, task.fingerprint
        task.briefing = as_json(briefing)
        task.variables = task.variables if variables is None else variables
        if suggestion is not None:
            task.suggestion, task.route = dict(suggestion), str(suggestion.get("route", ""))
        task.conditions = task.conditions if conditions is None else [dict(c) for c in conditions]
        task.state, task.fingerprint = TaskState.OPEN, selectors.shown(task).fingerprint()
        task.save(update_fields=["state", "briefing", "variables", "suggestion", "route", "conditions", "fingerprint"])
        if was == TaskState.OPEN and earlier != task.fingerprint:
            Snapshot.objects.update_or_create(
                task=task, fingerprint=earlier, defaults={"shown": before.as_json(), "until": now}
            )
            Act.objects.create(task=task, verb=Act.Verb.CHANGED, at=now)
        if was == TaskState.PREPARING:
            facts.tell(facts.TasksOpened(task_ids=[task.id], at=now))
    return task


def claim(*, task_id: UUID, actor: Any, now: datetime) -> HumanTask:
    """Take a task for oneself; taking it again is no error.

    Raises:
        TaskClaimedByOther, TaskClosed: somebody was faster.
    """
    with transaction.atomic():
        task, me = _open(task_id), actor.get_username()
        permissions.require_work(actor, task)
        if task.assignee == me:
            return task
        if task.assignee:
            raise errors.TaskClaimedByOther(task.id, task.assignee)
        change(task, assignee=me, assigned_at=now).save()
        facts.tell(facts.TaskClaimed(task_id=task.id, instance_id=task.instance_id, actor_id=actor.pk, at=now))
    return task


def take_next(*, actor: Any, queue: str = "", after: UUID | None = None, now: datetime) -> HumanTask | None:
    """Claim the most urgent task that fits a person, or return None when nothing waits for them.

    Args:
        queue: `queue:<key>` takes from one queue only.
        after: a task that is not taken: the one just left.
    """
    for _ in range(_MOST_LOST):
        found = selectors.next_for(actor, queue=queue, after=after, now=now)
        if found is None:
            return None
        try:
            return claim(task_id=found.id, actor=actor, now=now)
        except (errors.TaskClaimedByOther, errors.TaskClosed):
            continue  # somebody was faster; the one after it
    return None


def unclaim(*, task_id: UUID, actor: Any, now: datetime) -> HumanTask:
    """Give a task back to its queue; giving back what nobody holds is no error."""
    with transaction.atomic():
        task, me = _open(task_id), actor.get_username()
        if not task.assignee:
            permissions.require_work(actor, task)
            return task
        if task.assignee != me and not permissions.may_supervise(actor, task):
            permissions.require_work(actor, task)
            raise errors.TaskClaimedByOther(task.id, task.assignee)
        detail = {"from": task.assignee, "since": _iso(task.assigned_at)}
        change(task, assignee="", assigned_at=None).save()
        Act.objects.create(task=task, verb=Act.Verb.RELEASED, actor=me, detail=detail, at=now)
        facts.tell(facts.TaskReleased(task_id=task.id, instance_id=task.instance_id, actor_id=actor.pk, at=now))
    return task


def pass_on(
    *, task_id: UUID, actor: Any, to_user: str = "", to_queue: str = "", comment: str = "", now: datetime
) -> HumanTask:
    """Give a task to a colleague or to another queue.

    Who holds a task or may do an unclaimed one may pass it on; a supervisor may pass on anybody's.

    Raises:
        UnknownPerson: there is no such active user, or no such group.
    """
    with transaction.atomic():
        task, me = _open(task_id), actor.get_username()
        if not permissions.may_supervise(actor, task):
            permissions.require_work(actor, task)
            _require_free(task, me)
        _require_target(to_user, to_queue)
        since = _iso(task.assigned_at)
        detail = {"from": task.assignee, "to_user": to_user, "to_queue": to_queue, "since": since}
        change(task, assignee=to_user, assigned_at=now if to_user else None, queue=to_queue or task.queue).save()
        Act.objects.create(task=task, verb=Act.Verb.PASSED_ON, actor=me, detail=detail, at=now)
        if comment:
            Comment.objects.create(task=task, author=me, text=comment, at=now)
        facts.tell(
            facts.TaskPassedOn(task_id=task.id, instance_id=task.instance_id, actor_id=actor.pk,
                               to_user=to_user, to_queue=to_queue, at=now)
        )  # fmt: skip
    return task


def complete(
    *, task_id: UUID, actor: Any, variables: Variables, comment: str = "", fingerprint: str | None = None,
    answer: str = "", opened_at: datetime | None = None, now: datetime,
) -> Completion:  # fmt: skip
    """Answer a task; the case goes on in the same transaction, or nothing is changed.

    Args:
        variables: what the form asks for; further variables are written too.
        fingerprint: what the person saw; None trusts that nothing changed.
        answer: "confirm" takes the suggestion's values for what `variables` leaves out. The kind of the
            answer that is kept does not depend on it, but on whether the values are the suggested ones.
        opened_at: when the person opened the page, to know how long they took.
    Raises:
        TaskClosed, TaskClaimedByOther, ShownDataChanged: somebody or something was faster.
        AnswerInvalid: the answer does not fit the form.
    """
    with transaction.atomic():
        case = cases.hold(task_id)
        if case is None:
            raise errors.TaskNotFound(task_id)
        task = _require_open(case.task)
        _require_answerable(task, actor, fingerprint)
        suggested = selectors.suggested(task)
        if answer == "confirm" and suggested:
            variables = {**suggested, **variables}
        values = definitions.checked(task, variables, comment)
        kind = _kind_of_answer(suggested, values)
        fact = facts.TaskCompleted(
            task_id=task.id, reference=task.reference, instance_id=task.instance_id, kind=task.kind,
            record_id=task.record_id, variables=values, actor_id=actor.pk, answer=kind,
            saw_suggestion=selectors.suggestion(task) is not None,
            seconds_spent=_seconds(task, opened_at, now), comment=comment, at=now,
        )  # fmt: skip
        me = actor.get_username()
        answered = change(
            task, state=TaskState.COMPLETED, answer=kind, outcome=values, reason=comment[:_REASON_CHARS],
            closed_by=me, closed_at=now, draft=None, assignee=me, assigned_at=task.assigned_at or opened_at or now,
        )  # fmt: skip
        case.go_on(fact, answered)
        facts.tell(fact)
    return Completion(task_id=task.id, instance_id=task.instance_id, answer=kind, variables=values)


def _require_answerable(task: HumanTask, actor: Any, fingerprint: str | None) -> None:
    if task.state == TaskState.PREPARING:
        raise errors.TaskNotReady
    permissions.require_work(actor, task)
    _require_free(task, actor.get_username())
    if fingerprint is not None and fingerprint != task.fingerprint:
        raise errors.ShownDataChanged(task.id, task.fingerprint)


def correct(*, task_id: UUID, actor: Any, variables: Variables, comment: str, now: datetime) -> HumanTask:
    """Say afterwards what the right answer is: kept for the record, the case has gone on and stays as it is.

    Raises:
        NotPermitted: only who answered, or a supervisor, corrects.
        AnswerInvalid: the values do not fit the form, or no reason was given.
    """
    with transaction.atomic():
        task = _found(task_id)
        me = actor.get_username()
        if not permissions.may_see(actor, task):
            raise errors.TaskNotFound(task_id)
        if task.state != TaskState.COMPLETED:
            raise errors.NotPermitted(me, "correct a task that nobody has answered")
        if task.closed_by != me and not permissions.may_supervise(actor, task):
            raise errors.NotPermitted(me, f"correct the answer of {task.closed_by}")
        if not comment.strip():
            raise errors.AnswerInvalid({"comment": "Say why, for whoever reads the record."})
        values = definitions.checked(task, variables, comment)
        detail = {"variables": values, "comment": comment[:_REASON_CHARS]}
        Act.objects.create(task=task, verb=Act.Verb.CORRECTED, actor=me, detail=detail, at=now)
        facts.tell(
            facts.TaskCorrected(
                task_id=task.id, instance_id=task.instance_id, kind=task.kind, record_id=task.record_id,
                variables=values, actor_id=actor.pk, comment=comment, at=now,
            )
        )  # fmt: skip
    return task


def comment(*, task_id: UUID, actor: Any, text: str, ask: str = "", now: datetime) -> Comment:
    """Write to a task; `ask` names a colleague, who may then read the task and answer by a comment."""
    with transaction.atomic():
        task = _found(task_id)
        if not permissions.may_see(actor, task):
            raise errors.TaskNotFound(task_id)
        if not text.strip():
            raise errors.AnswerInvalid({"comment": "An empty comment says nothing."})
        if ask:
            _require_target(ask, "")
            if not task.candidates.filter(user=ask).exists():
                Candidate.objects.create(task=task, user=ask, is_advisor=True)
        return Comment.objects.create(
            task=task, author=actor.get_username(), text=text.strip()[:_REASON_CHARS], asked=ask, at=now
        )


def save_draft(*, task_id: UUID, actor: Any, values: Mapping[str, JSON], now: datetime) -> datetime:
    """Keep what a person has filled in so far; only theirs, only while the task is open."""
    with transaction.atomic():
        task = _open(task_id)
        _require_answerable(task, actor, None)
        change(task, draft=dict(values), draft_by=actor.get_username(), draft_at=now).save()
    return now


def _found(task_id: UUID) -> HumanTask:
    """Return a task, locked until the transaction ends: what is checked stays so until it is written."""
    task = cases.TASKS.get(task_id, locked=True)
    if task is None:
        raise errors.TaskNotFound(task_id)
    return task


def _open(task_id: UUID) -> HumanTask:
    return _require_open(_found(task_id))


def _require_open(task: HumanTask) -> HumanTask:
    if not task.is_open:
        raise errors.TaskClosed(task.id, task.state, task.closed_by, task.closed_at, task.reason)
    return task


def _require_free(task: HumanTask, me: str) -> None:
    if task.assignee not in ("", me):
        raise errors.TaskClaimedByOther(task.id, task.assignee)


def _require_target(user: str, queue: str) -> None:
    if user and not get_user_model().objects.filter(username=user, is_active=True).exists():
        raise errors.UnknownPerson(user)
    known = not queue or Group.objects.filter(name=queue).exists() or Inbox.objects.filter(key=queue).exists()
    if not known:
        raise errors.UnknownPerson(queue)


def _kind_of_answer(suggested: Variables, values: Variables) -> str:
    if not suggested:
        return "answer"
    return "confirm" if all(values.get(name) == value for name, value in suggested.items()) else "correct"


def _seconds(task: HumanTask, opened_at: datetime | None, now: datetime) -> int | None:
    began = opened_at or task.assigned_at
    return max(0, int((now - began).total_seconds())) if began else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
