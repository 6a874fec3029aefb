"""Errors as `application/problem+json` (RFC 9457): the one place that maps codes to HTTP statuses."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from decisions.errors import DecisionsError
from humantasks.errors import HumanTasksError
from orchestrator.errors import PROBLEM_JSON, OrchestratorError, problem_document

STATUS = {
    "not_found": 404,
    "not_permitted": 403,
    "not_ready": 409,
    "conflict": 409,
    "concurrent_change": 409,
    "already_done": 409,
    "lease_lost": 409,
    "not_waiting": 409,
    "suspended": 409,
    "cannot_migrate": 409,
    "not_correlated": 404,
    "bad_input": 422,
    "task_not_found": 404,
    "task_closed": 409,
    "case_went_on": 409,
    "task_claimed_by_other": 409,
    "shown_data_changed": 409,
    "answer_invalid": 422,
    "upload_refused": 422,
    "not_allowed": 403,
    "unknown_decision": 404,
    "unknown_record": 404,
    "unknown_label": 422,
}


class UploadRefused(OrchestratorError):
    """The files cannot be stored; `problems` says why, all of them."""

    code = "upload_refused"

    def __init__(self, message: str, problems: list[dict[str, Any]]) -> None:
        OrchestratorError.__init__(self, message)
        self.args = (message, problems)
        self.problems = problems


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """Return a problem document."""
    return Response(problem_document(status, code, detail, **more), status=status, content_type=PROBLEM_JSON)


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into a problem document; None leaves it to Django (a bug, 500)."""
    set_rollback()
    if isinstance(error, OrchestratorError | HumanTasksError | DecisionsError):
        return _of_app(error)
    if isinstance(error, Http404):
        return problem(404, "not_found", str(error) or "There is nothing here.")
    if isinstance(error, PermissionDenied):
        return problem(403, "not_permitted", str(error) or "Your roles do not allow this.")
    if isinstance(error, SuspiciousOperation):
        return problem(400, "bad_input", str(error) or "The request is not one of a client of ours.")
    if isinstance(error, exceptions.ValidationError):
        return problem(422, "bad_input", "The request does not fit.", errors=_fields(error.detail))
    if isinstance(error, exceptions.APIException):
        answer = problem(error.status_code, str(error.get_codes()), str(error.detail))
        if header := getattr(error, "auth_header", None):
            answer["WWW-Authenticate"] = header
        if wait := getattr(error, "wait", None):
            answer["Retry-After"] = str(int(wait))
        return answer
    return None


def _of_app(error: Any) -> Response:
    more: dict[str, Any] = {}
    if field := getattr(error, "field", ""):
        more["errors"] = [{"field": field, "message": str(error)}]
    if fields := getattr(error, "fields", None):
        more["errors"] = [{"field": f, "message": m} for f, m in dict(fields).items()]
    if (problems := getattr(error, "problems", None)) is not None:
        more["problems"] = problems
    return problem(STATUS.get(error.code, 400), error.code, str(error), **more)


def _fields(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [e for name, inner in detail.items() for e in _fields(inner, f"{path}.{name}".strip("."))]
    if isinstance(detail, list):
        return [e for inner in detail for e in _fields(inner, path)]
    return [{"field": path, "message": str(detail)}]
