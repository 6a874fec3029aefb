"""Process instances over REST: list, read, history, cancel, set variables."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orchestrator.api import answers, filters, paging, requests, shapes
from orchestrator.api.description import described
from orchestrator.api.idempotency import idempotent
from orchestrator.governance import permissions
from orchestrator.models import Activity, Incident, Instance, InstanceState
from orchestrator.runtime import instances, selectors, store


def visible(request: Request) -> QuerySet[Instance]:
    """Return the instances of processes that the caller may view, without their state."""
    rows = Instance.objects.defer("data")
    keys = permissions.keys(requests.caller(request))
    return rows if keys is None else rows.filter(process_key__in=keys)


def readable(request: Request, instance_id: UUID) -> Instance:
    """Return an instance the caller may view, with its state.

    Raises:
        NotFound, NotPermitted: see `selectors.require_readable`.
    """
    return selectors.require_readable(store.find(instance_id), instance_id, requests.caller(request))


class InstanceList(APIView):
    """GET /instances?process=&state=&business_key=&q="""

    @described("list_instances", query=filters.Instances, answers={200: answers.Instances})
    def get(self, request: Request) -> Response:
        """List instances, newest first."""
        filters.only(request, filters.Instances)
        rows, asked = visible(request), request.query_params
        if state := filters.word(request, "state", among=InstanceState.values):
            rows = rows.filter(state=state)
        if key := asked.get("process"):
            rows = rows.filter(process_key=key)
        if key := asked.get("business_key"):
            rows = rows.filter(business_key=key)
        if text := asked.get("q"):
            rows = rows.filter(Q(business_key__icontains=text) | Q(process_key__icontains=text))
        return Response(paging.page(request, rows, order="-id", shape=shapes.instance_line))


class InstanceDetail(APIView):
    """GET /instances/{id}"""

    @described("get_instance", answers={200: answers.WholeInstance}, refusals=(403, 404))
    def get(self, request: Request, id: UUID) -> Response:
        """Show an instance with its variables and open incidents."""
        row = readable(request, id)
        open_incidents: list[Incident] = []
        if row.state == InstanceState.FAILED:
            open_incidents = list(Incident.objects.filter(instance_id=id, resolved_at__isnull=True))
        variables = store.read(row).variables
        return Response(
            {**shapes.instance_line(row), "variables": variables,
             "incidents": [shapes.incident(i) for i in open_incidents]}
        )  # fmt: skip


class InstanceHistory(APIView):
    """GET /instances/{id}/history"""

    @described("list_history", query=filters.Paging, answers={200: answers.History}, refusals=(403, 404))
    def get(self, request: Request, id: UUID) -> Response:
        """List what happened, in order."""
        filters.only(request)
        readable(request, id)
        rows = Activity.objects.filter(instance_id=id)
        return Response(paging.page(request, rows, order="seq", shapes=shapes.history))


class InstanceCancel(APIView):
    """POST /instances/{id}/cancel"""

    @described("cancel_instance", body=requests.Cancellation, answers={200: answers.Stands}, refusals=(403, 404))
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Cancel an instance."""
        readable(request, id)
        asked = requests.body(request, requests.Cancellation)
        step = instances.cancel(instance_id=id, actor=requests.caller(request), now=timezone.now(), reason=asked.reason)
        return Response({"id": step.id, "state": step.head.state})


class InstanceVariables(APIView):
    """POST /instances/{id}/variables"""

    @described("set_variables", body=requests.VariablesChange, answers={200: answers.VariablesSet}, refusals=(403, 404))
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Set variables of a running instance."""
        readable(request, id)
        asked = requests.body(request, requests.VariablesChange)
        variables = requests.same_key(asked.variables)
        actor = requests.caller(request)
        step = instances.set_variables(instance_id=id, variables=variables, actor=actor, now=timezone.now())
        return Response({"id": step.id, "state": step.head.state, "variables": step.state.variables})
