"""Trying again after the cause of an incident was removed: one, or all that stand at the same place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from bpmn import definitions as bpmn_definitions
from orchestrator import errors
from orchestrator.governance import permissions
from orchestrator.models import Incident, Instance
from orchestrator.runtime import incidents, traces
from orchestrator.web.session import local_path

#: Retried by one click; more need another click, so that a page never hangs.
_AT_ONCE = 100


@require_POST
def retry(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Try the step of an incident again and show the instance."""
    incident = incidents.retry(incident_id=incident_id, actor=_user(request), now=timezone.now())
    messages.success(request, f"{_named(incident)} is tried again.")
    return redirect(local_path(request, request.POST.get("next"), f"/instances/{incident.instance_id}/"))


@require_POST
def retry_alike(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Try again wherever the same process stands at the same element with the same code."""
    user = _user(request)
    first = Incident.objects.select_related("instance").defer("instance__data").filter(id=incident_id).first()
    if first is None:
        raise errors.NotFound(f"There is no incident {incident_id}.")
    key = first.instance.process_key
    permissions.require(user, "operate", process_key=key, sought=f"incident {incident_id}")
    alike = Incident.objects.filter(
        resolved_at=None, element=first.element, code=first.code, instance__process_key=key,
    )  # fmt: skip
    retried = 0
    for pk in list(alike.order_by("created_at").values_list("id", flat=True)[:_AT_ONCE]):
        try:
            incidents.retry(incident_id=pk, actor=user, now=timezone.now())
            retried += 1
        except errors.Conflict:  # somebody else was faster with this one: it is tried again all the same
            continue
    left = alike.count()
    more = f" {left} are left: retry again." if left else ""
    messages.success(request, f"{_named(first)} is tried again in {retried} instance{'s' * (retried != 1)}.{more}")
    return redirect(local_path(request, request.POST.get("next"), f"/instances/{first.instance_id}/"))


def _named(incident: Incident) -> str:
    """Return how people call the flow node of an incident."""
    version_id = Instance.objects.values_list("version_id", flat=True).get(id=incident.instance_id)
    return traces.names_of(bpmn_definitions.process(str(version_id))).get(incident.element, incident.element)


def _user(request: HttpRequest) -> Any:
    return request.user
