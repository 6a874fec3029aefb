"""Refuses a request before any view sees it: a problem document for callers of the API, a page for people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from orchestrator.errors import PROBLEM_JSON, problem_document


def refuse(request: HttpRequest, *, status: int, code: str, title: str, said: str) -> HttpResponse:
    """Return the refusal in the form the caller reads."""
    if request.path.startswith("/api/"):
        return JsonResponse(problem_document(status, code, said), status=status, content_type=PROBLEM_JSON)
    return render(request, "409.html", {"title": title, "text": f"{said} Nothing was changed by this."}, status=status)
