"""Acts on several tasks of the list at once; what happened is said task by task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from humantasks import errors, inbox, selectors
from humantasks.models import HumanTask
from orchestrator.errors import OrchestratorError

_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What happened to one task."""

    task: HumanTask
    is_done: bool
    text: str


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Claim, give back, or look at and then confirm the selected tasks."""
    user, now = _user(request), timezone.now()
    rows = list(selectors.open_tasks(user).filter(id__in=_ids(request.POST.getlist("task")))[:_MOST])
    if not rows:
        messages.info(request, "No task was selected; nothing was changed.")
        return redirect("inbox")
    wanted = request.POST.get("act", "")
    if wanted == "preview":
        return _preview(request, rows)
    verb = _VERBS.get(wanted)
    if verb is None:
        return redirect("inbox")
    seen = dict(zip(request.POST.getlist("task"), request.POST.getlist("shown"), strict=False))
    results = [_one(row, verb, user, seen.get(str(row.id), ""), now) for row in rows]
    return render(request, "humantasks/bulk_done.html", {"results": results, "act": wanted})


def _preview(request: HttpRequest, rows: Sequence[HumanTask]) -> HttpResponse:
    """Show what would be confirmed: only the same decision with the same suggestion goes together."""
    labels = [str((selectors.suggestion(row) or {}).get("label")) for row in rows]
    alike = {(row.process_key, row.element, label) for row, label in zip(rows, labels, strict=True)}
    same = len(alike) == 1 and selectors.suggestion(rows[0]) is not None
    label = labels[0] if same else ""
    context = {"rows": rows, "is_possible": same, "label": selectors.titled(label)}
    return render(request, "humantasks/bulk_confirm.html", context)


def _one(row: HumanTask, verb: Callable[..., str], user: Any, seen: str, now: datetime) -> Result:
    try:
        return Result(task=row, is_done=True, text=verb(row, user, seen, now))
    except (errors.HumanTasksError, OrchestratorError) as refused:
        return Result(task=row, is_done=False, text=str(refused))


def _claim(row: HumanTask, user: Any, seen: str, now: datetime) -> str:
    inbox.claim(task_id=row.id, actor=user, now=now)
    return "Claimed"


def _release(row: HumanTask, user: Any, seen: str, now: datetime) -> str:
    inbox.unclaim(task_id=row.id, actor=user, now=now)
    return "Given back"


def _confirm(row: HumanTask, user: Any, seen: str, now: datetime) -> str:
    done = inbox.complete(task_id=row.id, actor=user, variables={}, answer="confirm", fingerprint=seen, now=now)
    return f"Confirmed: {done.variables.get('label', '')}".rstrip(": ")


_VERBS = {"claim": _claim, "release": _release, "confirm": _confirm}


def _ids(texts: Sequence[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _user(request: HttpRequest) -> Any:
    return request.user
