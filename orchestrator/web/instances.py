"""Instances: the list with search, one instance with its drawing, and cancelling it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bpmn import selectors as bpmn_selectors
from humantasks import selectors as humantasks_selectors
from orchestrator import errors
from orchestrator.governance import permissions
from orchestrator.models import OPEN_STATES, Incident, Instance, InstanceState
from orchestrator.runtime import corrections, selectors
from orchestrator.runtime import instances as verbs
from orchestrator.web import paging, start_forms

#: What the list can be narrowed to: value in the address -> (label, states).
VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "open": ("Open", OPEN_STATES),
    "failed": ("Failed", (InstanceState.FAILED,)),
    "person": ("Awaiting a person", (InstanceState.AWAITING_AUTHORIZATION,)),
    "ended": ("Ended", (InstanceState.COMPLETED, InstanceState.COMPENSATED, InstanceState.CANCELLED)),
}


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Show the instances somebody may view, narrowed by the address."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "process", "state", "cursor")}
    states = VIEWS.get(asked["state"], ("", (asked["state"],)))[1]
    found = selectors.find(_user(request), text=asked["q"], process=asked["process"], states=states)
    page = paging.page(found, cursor=asked["cursor"])
    processes = {d.key: d for d in bpmn_selectors.newest(keys=permissions.keys(_user(request)))}
    context = {
        "page": page, "asked": asked, "processes": processes.values(), "views": VIEWS,
        "lines": [_line(row, processes) for row in page.rows],
        "may_operate": permissions.keys(_user(request), "operate") != [],
        "is_narrowed": any(asked[name] for name in ("q", "process", "state")),
    }  # fmt: skip
    return render(request, "orchestrator/instances.html", context)


@require_safe
def detail(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Show one instance: where it is, what it did, what it needs."""
    row = selectors.readable(instance_id, _user(request))
    tasks = list(humantasks_selectors.of_instance(instance_id, _user(request)))
    pulse = "-".join([selectors.pulse(row), *(task.assignee for task in tasks)])
    if request.GET.get("seen") == pulse:
        return HttpResponse(status=204)  # htmx leaves the page as it is
    before = request.GET.get("before", "")
    is_place = before.isdecimal() and len(before) < 10
    view = selectors.instance_view(instance_id, _user(request), before=int(before) if is_place else 0)
    context = {
        "view": view, "instance": view.instance, "title": title(view.instance),
        "is_open": view.instance.state in OPEN_STATES, "alike": _alike(view.incidents, view.instance),
        "tasks": tasks, "pulse": pulse, "before": before if is_place else "",
    }  # fmt: skip
    return render(request, "orchestrator/instance.html", context)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Ask what cancelling means, then do it."""
    user = _user(request)
    row = selectors.readable(instance_id, user)
    permissions.require(user, "operate", process_key=row.process_key)
    if row.state not in OPEN_STATES:
        raise errors.AlreadyDone("This instance has ended already; nothing was changed.")
    if request.method == "GET":
        view = selectors.instance_view(instance_id, user)
        open_jobs = sum(1 for job in view.jobs if job.ended_at is None)
        context = {"view": view, "instance": row, "title": title(row), "open_jobs": open_jobs}
        return render(request, "orchestrator/instance_cancel.html", context)
    verbs.cancel(instance_id=instance_id, actor=user, now=timezone.now(), reason=request.POST.get("reason", "").strip())
    messages.success(request, f"{title(row)} is cancelled. Its jobs, tasks and timers are closed.")
    return redirect("instance", instance_id)


@require_http_methods(["GET", "POST"])
def variables(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Change variables of a running instance; with an incident, try its step again with them."""
    user = _user(request)
    row = selectors.readable(instance_id, user)
    permissions.require(user, "operate", process_key=row.process_key)
    typed = request.POST if request.method == "POST" else request.GET
    incident = _open_incident(row, typed.get("incident", ""))
    wrong = None
    if request.method == "POST":
        try:
            changes = start_forms.read_json(typed.get("variables", ""))
            corrections.correct(
                instance_id=row.id, variables=changes, incident_id=incident.id if incident else None,
                actor=user, now=timezone.now(),
            )  # fmt: skip
            return redirect("instance", instance_id)
        except errors.BadInput as found:
            wrong = found
    view = selectors.instance_view(instance_id, user)
    context = {"view": view, "instance": row, "title": title(row), "incident": incident, "wrong": wrong,
               "typed": typed.get("variables", "")}  # fmt: skip
    return render(request, "orchestrator/instance_variables.html", context, status=422 if wrong else 200)


def title(row: Instance) -> str:
    """Return how people call an instance: its business key, else the end of its id."""
    return row.business_key or f"…{str(row.id)[-8:]}"


def _line(row: Instance, processes: dict[str, Any]) -> dict[str, Any]:
    process = processes.get(row.process_key)
    return {"row": row, "title": title(row), "process": (process.name if process else "") or row.process_key}


def _alike(incidents: Any, row: Instance) -> dict[UUID, int]:
    """Return for each incident how many other instances of the process stand at the same one."""
    return {
        incident.id: Incident.objects.filter(
            resolved_at=None, element=incident.element, code=incident.code,
            instance__process_key=row.process_key,
        ).exclude(instance_id=row.id).count()
        for incident in incidents
    }  # fmt: skip


def _open_incident(row: Instance, text: str) -> Incident | None:
    """Return the open incident that the address names, None when there is no such one."""
    try:
        return Incident.objects.filter(instance_id=row.id, resolved_at=None, id=UUID(text)).first()
    except ValueError:
        return None


def _user(request: HttpRequest) -> Any:
    return request.user
