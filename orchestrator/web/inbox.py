"""The inbox: queues, the list with its filters in the address, the next task, and acts on several at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from humantasks import inbox, selectors
from humantasks.deadlines.sla import Clock
from humantasks.models import HumanTask
from humantasks.selectors import Filters
from orchestrator.governance.roles import Role
from orchestrator.web import bulk, casefile, faces, tasks
from orchestrator.web.faces import Face

#: Orders of the list: value in the address -> label.
ORDERS = {"": "Deadline first", "urgency": "Urgency first", "newest": "Newest first"}
_SIZE = 25
#: Roles whose groups no task waits for.
_NOT_ASKED = [role.value for role in Role if role is not Role.REVIEWER]
_ICONS = {"": "inbox", "me": "user", "unassigned": "circle-dashed", "advice": "message-circle"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One task of the list."""

    task: HumanTask
    title: str
    clock: Clock
    holder: Face | None
    suggestion: str  #: "Approve 0.91", empty when there is none or it is sealed
    why: str  #: the first condition that was not met


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Show the open tasks somebody may see, narrowed by the address."""
    now, user = timezone.now(), _user(request)
    asked = {name: request.GET.get(name, "").strip() for name in ("queue", "process", "sort", "q", "due")}
    filters = Filters(queue=asked["queue"], process=asked["process"], text=asked["q"], due=asked["due"])
    rows = selectors.inbox(user, filters, now=now)
    count = rows.count()
    start = _start(request.GET.get("from", ""), count)
    shown = _ordered(rows, asked["sort"], now, start)
    risky, overdue = selectors.at_risk(rows, now=now)
    narrowed = any(asked[name] for name in ("queue", "process", "q", "due"))
    queues = selectors.queues(user)
    context = {
        "lines": lines(shown, user, now), "asked": asked, "count": count, "risky": risky,
        "overdue": overdue, "queues": queues, "icons": _ICONS, "orders": ORDERS, "is_narrowed": narrowed,
        "processes": casefile.process_names(selectors.processes(user)), "start": start,
        "older": start + _SIZE if start + _SIZE < count else 0, "newer": max(0, start - _SIZE),
        "today": selectors.answered_today(user, since=_midnight(now)), "poll": request.get_full_path(),
        "is_member": _is_member(user),
        "others": [queue for queue in queues if queue.key.startswith("queue:") and queue.count],
    }  # fmt: skip
    if request.headers.get("HX-Request") and request.GET.get("part") == "rows":
        return render(request, "humantasks/rows.html", {**context, "is_part": True})
    page = "humantasks/inbox.html" if count or narrowed else "humantasks/empty.html"
    return render(request, page, context)


@require_POST
def next_task(request: HttpRequest) -> HttpResponse:
    """Claim the most urgent task that fits somebody and show it."""
    found = inbox.take_next(actor=_user(request), queue=request.POST.get("queue", ""), now=timezone.now())
    if found is None:
        messages.info(request, "No further task waits for you.")
        return redirect("inbox")
    return redirect("task", found.id)


def lines(rows: Sequence[HumanTask], user: Any, now: datetime) -> list[Line]:
    """Return tasks as lines of a list."""
    known = faces.of({row.assignee for row in rows}, user)
    return [_line(row, known.get(row.assignee), now) for row in rows]


def _line(row: HumanTask, holder: Face | None, now: datetime) -> Line:
    clock = selectors.clock(row, now)
    return Line(
        task=row, title=row.business_key or f"…{str(row.instance_id)[-8:]}", clock=clock, holder=holder,
        suggestion=_suggested(row), why=_why(row),
    )  # fmt: skip


def _suggested(row: HumanTask) -> str:
    found = selectors.suggestion(row)
    if found is None:
        return ""
    sure = found.get("confidence")
    label = selectors.titled(str(found["label"]))
    return label if sure is None else f"{label} {sure:.2f}"


def _why(row: HumanTask) -> str:
    for condition in selectors.conditions(row):
        if condition.get("is_sealed") or condition.get("met") is not False:
            continue
        expected = re.sub(r"^(>|≥|>=)\s*", "", str(condition.get("expected", "")))
        if condition.get("code") == "confident_alone":
            return f"Confidence {_short(str(condition.get('actual')), expected)}, needs {expected}"
        return str(condition.get("text", ""))
    return ""


def _short(actual: str, expected: str) -> str:
    """Return a confidence with two digits, as everywhere; with all of them when two look like what is needed."""
    try:
        two, needed = f"{float(actual):.2f}", f"{float(expected):.2f}"
    except ValueError:
        return actual
    return actual if two == needed else two


def _ordered(rows: Any, sort: str, now: datetime, start: int) -> list[HumanTask]:
    if sort == "urgency":
        return selectors.most_urgent(rows, now=now, start=start, count=_SIZE)
    ordered = rows.order_by("-created_at", "-id") if sort == "newest" else selectors.due_first(rows)
    return list(ordered[start : start + _SIZE])


def _start(text: str, count: int) -> int:
    start = int(text) if text.isdecimal() and len(text) < 7 else 0
    return start if start < count else 0


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _is_member(user: Any) -> bool:
    """True when somebody stands in a group that may be asked; the other roles' work is not in the inbox."""
    return bool(user.groups.exclude(name__in=_NOT_ASKED).exists())


def _user(request: HttpRequest) -> Any:
    return request.user


urlpatterns = [
    path("inbox/", list_page, name="inbox"),
    path("inbox/next/", next_task, name="inbox-next"),
    path("inbox/bulk/", bulk.act, name="inbox-bulk"),
    path("tasks/<uuid:task_id>/", tasks.page, name="task"),
    path("tasks/<uuid:task_id>/claim/", tasks.claim, name="task-claim"),
    path("tasks/<uuid:task_id>/release/", tasks.release, name="task-release"),
    path("tasks/<uuid:task_id>/answer/", tasks.answer, name="task-answer"),
    path("tasks/<uuid:task_id>/pass-on/", tasks.pass_on, name="task-pass-on"),
    path("tasks/<uuid:task_id>/comment/", tasks.comment, name="task-comment"),
    path("tasks/<uuid:task_id>/correct/", tasks.correct, name="task-correct"),
    path("tasks/<uuid:task_id>/draft/", tasks.draft, name="task-draft"),
    path("tasks/<uuid:task_id>/drawing/", tasks.drawing, name="task-drawing"),
]
