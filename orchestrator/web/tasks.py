"""A task's page and what people do on it: claim, answer, ask, pass on, correct; each act is a plain form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from decisions.edge.canonical import JSON, Variables
from humantasks import definitions, errors, inbox, selectors
from humantasks.forms import answers
from humantasks.models import HumanTask
from orchestrator.errors import OrchestratorError
from orchestrator.web import casefile, task_page

_FILE_POLICY = "default-src 'none'; sandbox"


@require_safe
def page(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Show a task: what is needed to answer it, or what was answered."""
    return task_page.show(request, selectors.task(task_id, _user(request)))


@require_POST
def claim(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Take a task for oneself."""
    return _act(request, task_id, lambda now: inbox.claim(task_id=task_id, actor=_user(request), now=now))


@require_POST
def release(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give a task back to its queue."""
    return _act(request, task_id, lambda now: inbox.unclaim(task_id=task_id, actor=_user(request), now=now))


@require_POST
def pass_on(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give a task to a colleague or another queue; it is then no longer here, so the inbox comes next."""
    posted = request.POST
    to = posted.get("to", "").strip()
    try:
        _pass_on(task_id, _user(request), to, posted.get("comment", "").strip())
    except (errors.TaskClosed, errors.TaskClaimedByOther, errors.UnknownPerson) as refused:
        return _refused(request, task_id, refused)
    messages.success(request, f"Passed on to {to or 'the queue'}.")
    return redirect("inbox")


@require_POST
def comment(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Write to a task, perhaps asking a colleague."""
    posted = request.POST
    text, ask = posted.get("comment", ""), posted.get("whom", "").strip()
    return _act(
        request, task_id,
        lambda now: inbox.comment(task_id=task_id, actor=_user(request), text=text, ask=ask, now=now),
    )  # fmt: skip


@require_POST
def correct(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Say afterwards what the right answer is."""
    user, posted = _user(request), request.POST
    read = answers.from_post(definitions.schema_of(selectors.task(task_id, user)), posted)
    return _act(
        request, task_id,
        lambda now: inbox.correct(
            task_id=task_id, actor=user, variables=read.values, comment=posted.get("comment", ""), now=now
        ),
    )  # fmt: skip


@require_POST
def draft(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Keep what somebody has filled in so far; the answer is the line that says so."""
    kept: dict[str, JSON] = {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if name not in task_page.NOT_FIELDS
    }
    try:
        inbox.save_draft(task_id=task_id, actor=_user(request), values=kept, now=timezone.now())
    except errors.HumanTasksError as refused:
        if request.headers.get("HX-Request"):
            return HttpResponse(f"Draft not saved: {refused}", content_type="text/plain; charset=utf-8")
        return _refused(request, task_id, refused)
    if request.headers.get("HX-Request"):
        saved = f"Draft saved {timezone.localtime():%H:%M}"
        return HttpResponse(saved, content_type="text/plain; charset=utf-8")
    return redirect("task", task_id)


@require_POST
def answer(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Answer a task, then show what was answered or the next task.

    Ask and pass on are answers of the form too: they leave the task open.
    """
    user, posted, now = _user(request), request.POST, timezone.now()
    task = selectors.task(task_id, user)
    kind = posted.get("answer", "")
    try:
        if kind == "ask":
            whom = posted.get("whom", "").strip()
            if not whom:
                raise errors.AnswerInvalid({"whom": "Say whose advice is needed."})
            inbox.comment(task_id=task_id, actor=user, text=posted.get("comment", ""), ask=whom, now=now)
            messages.success(request, f"{whom} is asked. The task stays open.")
            return redirect("task", task_id)
        if kind == "pass":
            _pass_on(task_id, user, posted.get("to", "").strip(), posted.get("comment", "").strip())
            messages.success(request, "Passed on.")
            return _next(request, task)
        inbox.complete(
            task_id=task_id, actor=user, variables=_values(task, posted, kind),
            comment=posted.get("comment", "").strip(), fingerprint=posted.get("shown") or None,
            answer=kind if kind == "confirm" else "", opened_at=_opened(posted, task_id), now=now,
        )  # fmt: skip
    except (errors.HumanTasksError, OrchestratorError) as refused:
        return _refused(request, task_id, refused)
    return _next(request, task) if posted.get("then") == "next" else redirect("task", task_id)


@require_safe
def drawing(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Return the drawing that a task stands in; whoever may see the task may see it."""
    data = casefile.drawing_of(selectors.task(task_id, _user(request)))
    if data is None:
        raise Http404("There is no such drawing")
    found = HttpResponse(data, content_type="application/xml")
    found.headers["Content-Security-Policy"] = _FILE_POLICY
    return found


def _act(request: HttpRequest, task_id: UUID, verb: Any) -> HttpResponse:
    try:
        verb(timezone.now())
    except errors.HumanTasksError as refused:
        return _refused(request, task_id, refused)
    back = request.POST.get("back", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return HttpResponseRedirect(back)
    return redirect("task", task_id)


def _refused(request: HttpRequest, task_id: UUID, refused: errors.HumanTasksError | OrchestratorError) -> HttpResponse:
    """Return the task's page as it is now, with what was refused and why, and what was typed."""
    if isinstance(refused, errors.TaskNotFound | errors.NotPermitted):
        raise refused
    status = 422 if isinstance(refused, errors.AnswerInvalid | errors.UnknownPerson) else 409
    task = selectors.task(task_id, _user(request))
    return task_page.show(request, task, status=status, refused=refused, typed=request.POST)


def _next(request: HttpRequest, task: HumanTask) -> HttpResponse:
    found = inbox.take_next(
        actor=_user(request), queue=f"queue:{task.queue}" if task.queue else "", after=task.id,
        now=timezone.now(),
    )  # fmt: skip
    if found is None:
        messages.info(request, f"{task} is answered. No further task waits in this queue.")
        return redirect("inbox")
    messages.success(request, f"{task} is answered. This is the next one.")
    return redirect("task", found.id)


def _values(task: HumanTask, posted: QueryDict, kind: str) -> Variables:
    schema = definitions.schema_of(task)
    read = answers.from_post(schema, posted, shown=task.variables)
    suggested = selectors.suggested(task) if kind == "confirm" else {}
    problems = {name: problem for name, problem in read.problems.items() if name not in suggested}
    if problems:
        raise errors.AnswerInvalid(problems)
    values = {name: value for name, value in read.values.items() if name not in suggested}
    return {name: value for name, value in values.items() if value is not None or schema.is_open}


def _pass_on(task_id: UUID, user: Any, to: str, text: str) -> None:
    now = timezone.now()
    if to.startswith("queue:"):
        inbox.pass_on(task_id=task_id, actor=user, to_queue=to.removeprefix("queue:"), comment=text, now=now)
    elif to:
        inbox.pass_on(task_id=task_id, actor=user, to_user=to, comment=text, now=now)
    else:
        inbox.unclaim(task_id=task_id, actor=user, now=now)
        if text:
            inbox.comment(task_id=task_id, actor=user, text=text, now=now)


def _opened(posted: Mapping[str, Any], task_id: UUID) -> datetime | None:
    """Return when the page was opened, as it says with our signature; None when it does not."""
    try:
        task, at = signing.loads(posted.get("opened", ""), salt=task_page.SALT, max_age=7 * 86400)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(at) if task == str(task_id) else None


def _user(request: HttpRequest) -> Any:
    return request.user
