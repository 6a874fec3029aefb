"""Refuses a request before any view sees it: a problem document for callers of the API, a page for people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from orchestrator.errors import PROBLEM_JSON, problem_document


def is_for_program(request: HttpRequest) -> bool:
    """Tell whether a caller of the API is to read the answer, not a person."""
    return request.path.startswith("/api/")


def problem(status: int, code: str, said: str, **more: Any) -> JsonResponse:
    """Return a problem document, outside of every view."""
    return JsonResponse(problem_document(status, code, said, **more), status=status, content_type=PROBLEM_JSON)


def refuse(request: HttpRequest, *, status: int, code: str, title: str, said: str) -> HttpResponse:
    """Return the refusal in the form the caller reads."""
    if is_for_program(request):
        return problem(status, code, said)
    return render(request, "409.html", {"title": title, "text": f"{said} Nothing was changed by this."}, status=status)
