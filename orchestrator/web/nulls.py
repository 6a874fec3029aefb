"""Refuses the null character in what a browser or caller sends: PostgreSQL cannot keep it in text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from decisions.edge.storable import NULL
from orchestrator.web.refusing import refuse

_SAID = "The address or the form holds the null character, which no text can hold."


class NoNullCharacters:
    """Answer 422 to a path, a query or a form that holds a null character; JSON bodies are checked as they are read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer of the view."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Return the refusal, or None to go on; forms are read here, after their token was checked."""
        is_api = request.path.startswith("/api/")
        is_held = NULL in request.path or _holds(request.GET)
        if not is_held and not is_api and request.method == "POST":
            is_held = _holds(request.POST)
        if not is_held:
            return None
        return refuse(request, status=422, code="bad_input", title="Something does not fit", said=_SAID)


def _holds(values: QueryDict) -> bool:
    return any(NULL in name or any(NULL in each for each in found) for name, found in values.lists())
