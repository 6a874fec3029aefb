"""Builds a task's page: its case file, the form with what was typed, and the queue beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from humantasks import definitions, errors, permissions, selectors
from humantasks.models import HumanTask, TaskState
from humantasks.shown import Difference
from orchestrator.errors import OrchestratorError
from orchestrator.templatetags import words
from orchestrator.web import casefile, faces, fields

#: Names of the form that are not the person's words.
NOT_FIELDS = frozenset({"csrfmiddlewaretoken", "shown", "opened", "then"})
SALT = "handoff.opened"
_QUEUE_LINES = 8


def show(
    request: HttpRequest, task: HumanTask, *, status: int = 200,
    refused: errors.HumanTasksError | OrchestratorError | None = None, typed: QueryDict | None = None,
) -> HttpResponse:  # fmt: skip
    """Return the page of a task; after a refusal with what was typed, and without what was chosen."""
    now: datetime = timezone.now()
    user: Any = request.user
    problems = dict(getattr(refused, "fields", {}) or {})
    changed: tuple[Difference, ...] = ()
    if isinstance(refused, errors.ShownDataChanged) and typed is not None:
        changed = selectors.changed_since(task, typed.get("shown", ""))
    case = casefile.build(task, user, now=now, before={each.name: each.before for each in changed})
    kept = _kept(task, typed, user, is_changed=bool(changed) or isinstance(refused, errors.ShownDataChanged))
    chosen = "" if case.suggestion is None else case.suggestion.value
    if not task.is_open:
        chosen = str((task.outcome or {}).get("label", ""))
    schema = definitions.schema_of(task)
    context: dict[str, Any] = {
        "case": case, "task": task, "schema": schema, "problems": problems, "refused": refused,
        "changed": [(d.name, words.in_words(d.before), words.in_words(d.now)) for d in changed],
        "comment": (kept or {}).get("comment", [""])[0] if kept else "",
        "chosen": (kept or {}).get("answer", [""])[0] if kept else "",
        "widgets": fields.widgets(schema, typed=kept, problems=problems, without=chosen),
        "can_answer": task.state == TaskState.OPEN and case.may_work and (case.is_mine or case.is_free),
        "opened": signing.dumps([str(task.id), now.isoformat()], salt=SALT),
        "colleagues": _colleagues(task, user) if task.is_open else (), "queues": _queues(user, task),
        "queue_lines": _queue(task, user, now), "may_correct": _may_correct(case),
        "corrections": [act for act in task.acts.all() if act.verb == "corrected"],
        "written": [(text, words.in_words(value)) for _, text, value in selectors.written(task)],
    }  # fmt: skip
    return render(request, "humantasks/task.html", context, status=status)


def _kept(task: HumanTask, typed: QueryDict | None, user: Any, *, is_changed: bool) -> dict[str, Any] | None:
    """Return what stands in the form: typed before a refusal, or the draft; a choice on old data goes."""
    if typed is not None:
        kept: dict[str, Any] = {name: found for name, found in typed.lists() if name not in NOT_FIELDS}
        if is_changed:
            kept.pop("answer", None)
            kept.pop("label", None)
        return kept
    if task.draft and task.draft_by == user.get_username():
        return dict(task.draft)
    return None


def _colleagues(task: HumanTask, user: Any) -> list[faces.Face]:
    """Return who else works in the task's queue."""
    if not task.queue:
        return []
    users = get_user_model().objects.filter(groups__name=task.queue, is_active=True).exclude(pk=user.pk)
    names = list(users.order_by("username").values_list("username", flat=True)[:100])
    return sorted(faces.of(names, user).values(), key=lambda face: face.name.lower())


def _queues(user: Any, task: HumanTask) -> list[tuple[str, str]]:
    """Return the queues a task may be passed on to: those the person works in or supervises."""
    mine = permissions.reach(user)
    keys = sorted((mine.groups | mine.supervised) - {task.queue})
    return [(key, selectors.titled(key)) for key in keys]


def _queue(task: HumanTask, user: Any, now: datetime) -> Mapping[str, Any]:
    """Return the tasks beside this one: its queue, the most urgent first."""
    wanted = f"queue:{task.queue}" if task.queue else selectors.FOR_ME
    rows = selectors.inbox(user, selectors.Filters(queue=wanted), now=now)
    shown = selectors.most_urgent(rows, now=now, count=_QUEUE_LINES)
    return {
        "lines": [(row, selectors.clock(row, now)) for row in shown], "count": rows.count(),
        "path": f"{reverse('inbox')}?queue={wanted}",
    }  # fmt: skip


def _may_correct(case: casefile.CaseFile) -> bool:
    is_theirs = case.closed_by is not None and case.closed_by.is_you
    return case.task.state == TaskState.COMPLETED and (is_theirs or case.may_supervise)
