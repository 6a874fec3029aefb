"""The examples of docs/change-in-flight.md, each sent as it stands there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from humantasks.models import HumanTask
from orchestrator.models import Incident
from orchestrator.runtime import modification
from tests.drawings import END, START, chain, drawing, service, user
from tests.http_examples import send_all

pytestmark = pytest.mark.django_db(transaction=True)


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
    send_all("change-in-flight.md", ids, admin)
