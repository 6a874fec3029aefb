"""The examples of docs/change-in-flight.md, each sent as it stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from humantasks.models import HumanTask
from orchestrator.api.authentication import issue
from orchestrator.models import Incident
from orchestrator.runtime import modification
from tests.drawings import END, START, chain, drawing, service, user

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = Path(__file__).parents[4] / "docs" / "change-in-flight.md"
EXAMPLE = re.compile(r"```http\n(POST) (\S+)\n(.*?)\n?\n(\d{3}) (.*?)\n```", re.DOTALL)


def examples() -> Iterator[tuple[str, str, int, str]]:
    """Yield path, body, status and answer of each example, as text."""
    for _, path, body, status, answer in EXAMPLE.findall(PAGE.read_text(encoding="utf-8")):
        yield path, body, int(status), answer


def filled(text: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], text)


def fits(answer: Any, shown: Any) -> bool:
    """Tell whether an answer has everything that is shown, and maybe more."""
    if isinstance(shown, dict):
        return isinstance(answer, dict) and all(name in answer and fits(answer[name], shown[name]) for name in shown)
    if isinstance(shown, list):
        return len(answer) == len(shown) and all(map(fits, answer, shown))
    return bool(answer == shown)


@pytest.fixture
def ids(upload: Callable[..., Any], start: Callable[..., Any], work: Callable[[], int], admin: User) -> dict[str, str]:
    """Return what the names in braces stand for: three versions, and cases of the first."""
    check = user("check").replace('name="check"', 'name="Check the claim"')
    pay = service("pay", "pay")

    def version(body: str, *way: str) -> str:
        return str(upload(drawing("claim", START + body + pay + END + chain("start", *way, "pay", "end")))
                   .definitions[0]["id"])  # fmt: skip

    v1 = version(check, "check")
    case, first, moved_on = (start("claim").id for _ in range(3))
    change = modification.Modification(cancel=["check"], activate=["pay"])
    modification.modify(instance_id=moved_on, change=change, actor=admin, now=HumanTask.objects.all()[0].created_at)
    upload(drawing("broken", START + service("work", "python", {"function": "test.fail"}, retries=0) + END
                   + chain("start", "work", "end")))  # fmt: skip
    broken = start("broken", account="?").id
    work()
    ids = {"v1": v1, "v2": version(check.replace('id="check"', 'id="assess"') + user("approve"), "assess", "approve"),
           "v3": version("")}  # fmt: skip
    ids |= {"case": case, "first": first, "moved_on": moved_on, "broken": broken}
    ids |= {"task": HumanTask.objects.get(instance_id=case).id, "incident": Incident.objects.get().id}
    return {name: str(id) for name, id in ids.items()}


def test_every_example_answers_as_it_is_shown(ids: dict[str, str], admin: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=admin)}")
    found = list(examples())
    assert len(found) == PAGE.read_text(encoding="utf-8").count("```http")
    for path, body, status, shown in found:
        quoted = filled(path, ids), json.loads(filled(body, ids)) if body else None
        answer = client.post(*quoted, format="json")
        assert answer.status_code == status, (path, body, answer.content)
        assert fits(answer.json(), json.loads(filled(shown, ids))), (path, body, answer.json())
