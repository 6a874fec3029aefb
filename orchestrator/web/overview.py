"""The overview: how processes do, where time goes, what needs somebody; and the search over everything."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bpmn import selectors as bpmn_selectors
from orchestrator.governance import permissions
from orchestrator.insight import overview as insight
from orchestrator.runtime import selectors
from orchestrator.web import casefile
from orchestrator.web.instances import title

_FOUND = 20


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the numbers of one process or of all."""
    user: Any = request.user
    processes = list(bpmn_selectors.newest(keys=permissions.keys(user)))
    process = _chosen(request.GET.get("process"), [p.key for p in processes])
    now = timezone.now()
    period = request.GET.get("period", "")
    if period not in insight.PERIODS:
        period = insight.fitting_period(user, process=process, now=now)
    numbers = insight.overview(user, process=process, period=period, now=now)
    context = {
        "numbers": numbers, "processes": processes, "process": process, "period": period, "now": now,
        "periods": insight.PERIODS, "name": next((p.name for p in processes if p.key == process), ""),
        "cases": _chart(numbers.series, period, [("ended", "Ended", "act"), ("started", "Started", "edge")]),
        "operable": {key for key in {c.process_key for c in numbers.causes}
                     if permissions.may(user, "operate", process_key=key)},
    }  # fmt: skip
    return render(request, "orchestrator/overview.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show instances and processes that match what somebody typed."""
    user: Any = request.user
    text = request.GET.get("q", "").strip()
    found = list(selectors.find(user, text=text).order_by("-id")[:_FOUND]) if text else []
    processes = list(bpmn_selectors.newest(keys=permissions.keys(user))) if text else []
    names = casefile.process_names([row.process_key for row in found])
    lower = text.lower()
    context = {
        "search_text": text, "most": _FOUND,
        "instances": [(row, title(row), names[row.process_key]) for row in found],
        "processes": [p for p in processes if lower in p.key.lower() or lower in (p.name or "").lower()],
    }  # fmt: skip
    return render(request, "orchestrator/search.html", context)


def _chosen(asked: str | None, keys: list[str]) -> str:
    """Return the process asked for; when none was, the one with the most instances: its drawing says most."""
    if asked is not None:
        return asked if asked in keys else ""
    return selectors.busiest(keys)


def _chart(series: Any, period: str, sets: list[tuple[str, str, str]]) -> dict[str, Any]:
    form = "%H:%M" if period == "1" else "%d %b"
    labels = [timezone.localtime(bucket.begins_at).strftime(form) for bucket in series]
    return {
        "labels": labels,
        "x": {"type": "category", "grid": False},
        "y": {"type": "linear", "min": 0},
        "sets": [
            {"label": label, "tone": tone, "data": [getattr(bucket, name) for bucket in series]}
            for name, label, tone in sets
        ],
    }
