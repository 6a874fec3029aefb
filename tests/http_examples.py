"""The examples of a page of the documents: requests as they stand there, and what must be in their answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from rest_framework.test import APIClient

from orchestrator.api.authentication import issue

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLE = re.compile(r"```http\n(POST) (\S+)\n(.*?)\n?\n(\d{3}) (.*?)\n```", re.DOTALL)


def examples(page: str) -> Iterator[tuple[str, str, int, str]]:
    """Yield path, body, status and answer of each example, as text."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = EXAMPLE.findall(text)
    assert len(found) == text.count("```http"), "an example is written in a way that is not read"
    for _, path, body, status, answer in found:
        yield path, body, int(status), answer


def send_all(page: str, ids: dict[str, str], user: User) -> None:
    """Send every example of a page, with `ids` in place of names in braces, and hold its answer against the page."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=user)}")
    for path, body, status, shown in examples(page):
        quoted = _filled(path, ids), json.loads(_filled(body, ids)) if body else None
        answer = client.post(*quoted, format="json")
        assert answer.status_code == status, (path, body, answer.content)
        assert _fits(answer.json(), json.loads(_filled(shown, ids))), (path, body, answer.json())


def _filled(text: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], text)


def _fits(answer: Any, shown: Any) -> bool:
    """Tell whether an answer has everything that is shown, and maybe more."""
    if isinstance(shown, dict):
        return isinstance(answer, dict) and all(name in answer and _fits(answer[name], shown[name]) for name in shown)
    if isinstance(shown, list):
        return len(answer) == len(shown) and all(map(_fits, answer, shown))
    return bool(answer == shown)
