"""Holds every answer of the API that a test gets against what the OpenAPI document promises of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from orchestrator.api import answers, description, filters, requests


@pytest.fixture(autouse=True)
def answered(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Check every answer, and what its view reads; gives the operations that have answered with success."""
    found: set[str] = set()
    read: list[type] = []
    ask, body, only = Client.request, requests.body, filters.only

    def asking(self: Client, **request: Any) -> HttpResponse:
        read.clear()
        answer = ask(self, **request)
        if told := _described(request):
            assert {*read} <= {told.body, told.query, filters.Paging}, f"{told.id} reads {read}"
            _hold(told, answer)
            found.update({told.id} if answer.status_code < 300 else ())
        return answer

    monkeypatch.setattr(Client, "request", asking)
    monkeypatch.setattr(requests, "body", lambda request, shape: (read.append(shape), body(request, shape))[1])
    monkeypatch.setattr(
        filters, "only", lambda request, known=filters.Paging: (read.append(known), only(request, known))[1]
    )  # fmt: skip
    return found


def _described(request: dict[str, Any]) -> description.Description | None:
    try:
        view = resolve(request["PATH_INFO"]).func
    except Resolver404:
        return None
    has_method = hasattr(getattr(view, "cls", None), request["REQUEST_METHOD"].lower())
    if not has_method or not view.__module__.startswith("orchestrator.api."):
        return None
    return description.of(view.cls, request["REQUEST_METHOD"])


def _hold(told: description.Description, answer: HttpResponse) -> None:
    is_refusal = answer.status_code >= 400
    assert answer.status_code in (told.statuses if is_refusal else told.answers), (told.id, answer.content)
    shape = answers.Problem if is_refusal else told.answers[answer.status_code]
    assert answer["Content-Type"] == ("application/problem+json" if is_refusal else "application/json")
    try:
        msgspec.json.decode(answer.content, type=shape, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as wrong:
        pytest.fail(f"{told.id} does not answer as described: {wrong}\n{answer.content.decode()}")
    assert told.is_idempotent or "Idempotency-Replayed" not in answer
