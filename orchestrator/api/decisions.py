"""Decisions over REST: records, asking a decision table directly, and trying an expression."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from decisions import definitions, permissions, selectors
from decisions.confidence.routing import Route
from orchestrator import errors, playground
from orchestrator.api import answers, filters, paging, requests
from orchestrator.api.description import described


class Records(APIView):
    """GET /decisions?instance=&decision=&route="""

    @described("list_decision_records", query=filters.DecisionRecords, answers={200: answers.DecisionRecords})
    def get(self, request: Request) -> Response:
        """List decision records the caller may view, newest first."""
        filters.only(request, filters.DecisionRecords)
        rows, asked = selectors.visible_records(requests.caller(request)), request.query_params
        if instance := filters.id(request, "instance"):
            rows = rows.filter(instance_id=instance)
        if key := asked.get("decision"):
            rows = rows.filter(definition__key=key)
        if route := filters.word(request, "route", among=[each.value for each in Route]):
            rows = rows.filter(route=route)
        return Response(paging.page(request, rows, order="-id", shape=_record))


def _record(row: Any) -> dict[str, Any]:
    """Return a record; what the model answered stays sealed while a person decides without it."""
    answer = {"label": row.label, "confidence": row.confidence, "result": row.result}
    if row.is_sealed:
        answer = dict.fromkeys(answer)
    return {
        "id": row.id, "decision": row.decision_key, "instance": row.instance_id, "process": row.process_key,
        "element": row.element, "business_key": row.business_key, "route": row.route, **answer,
        "sealed": row.is_sealed, "model": row.model_name, "error": row.error, "inputs": row.inputs,
        "decided_at": row.decided_at,
    }  # fmt: skip


class Evaluate(APIView):
    """POST /decisions/{key}/evaluate"""

    @described(
        "evaluate_decision", body=requests.VariablesChange, answers={200: answers.Evaluated}, refusals=(403, 404),
    )  # fmt: skip
    def post(self, request: Request, key: str) -> Response:
        """Evaluate a DMN decision with the given variables; nothing is recorded."""
        asked = requests.body(request, requests.VariablesChange)
        seen = permissions.visible_definitions(requests.caller(request)).filter(key=key).first()
        if seen is None or not definitions.exists(key):
            raise errors.NotFound(f'There is no decision table "{key}".')
        permissions.require(requests.caller(request), permissions.DECIDE, seen)
        answer = definitions.evaluate(key=key, variables=asked.variables, now=timezone.now())
        return Response({"value": answer.value, "error": answer.error, "evidence": answer.evidence})


class Feel(APIView):
    """POST /feel/evaluate"""

    @described("evaluate_expression", body=requests.FeelTrial, answers={200: answers.FeelTried}, refusals=(403,))
    def post(self, request: Request) -> Response:
        """Try an expression over a context; anybody signed in may, and nothing is recorded.

        A text that is no expression is an answer too: null with the message `feel_syntax`.
        """
        requests.caller(request)
        asked = requests.body(request, requests.FeelTrial)
        tried = playground.attempt(
            asked.expression, asked.context, language=asked.syntax, now=timezone.now()
        )  # fmt: skip
        messages = [message._asdict() for message in tried.messages]
        return Response({"value": tried.value, "type": tried.type or None, "messages": messages, "names": tried.names})
