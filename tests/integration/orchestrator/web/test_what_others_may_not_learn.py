"""What a person granted one process learns of the others: nothing, by whatever address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from guardian.shortcuts import assign_perm
from rest_framework.test import APIClient

from bpmn import selectors as bpmn_selectors
from decisions.models import DecisionRecord
from orchestrator import deployments
from orchestrator.api.authentication import issue
from orchestrator.models import Incident
from tests import drawings

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


@pytest.fixture
def stranger(person: Callable[..., User], started: Callable[..., UUID]) -> tuple[User, UUID]:
    """Return somebody who may do everything to another process, and the id of a case they may not see."""
    hidden = started(business_key="EX-SECRET")
    deployments.deploy(files=[("h.bpmn", drawings.human())], actor=None, now=timezone.now())
    user = person()
    for verb in ("view", "start", "operate"):
        assign_perm(f"bpmn.{verb}_processdefinition", user, bpmn_selectors.definition("human"))
    return User.objects.get(pk=user.pk), hidden


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def caller(user: User) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=user)}")
    return client


@pytest.mark.parametrize("listed", ["instances", "jobs", "incidents", "tasks", "decisions", "definitions"])
def test_lists_hold_nothing_of_other_processes(listed: str, stranger: tuple[User, UUID]) -> None:
    found = caller(stranger[0]).get(f"{V1}/{listed}").content
    assert b"EX-SECRET" not in found
    assert b"expense_claim" not in found


def test_acting_on_many_names_no_case_one_may_not_see(stranger: tuple[User, UUID]) -> None:
    user, hidden = stranger
    typed = {"step": "do", "operation": "cancel", "instances": str(hidden)}
    assert b"EX-SECRET" not in browser(user).post("/instances/act/", typed).content
    body = {"operation": "cancel", "instances": [str(hidden)]}
    (result,) = caller(user).post(f"{V1}/batches", body, format="json").json()["results"]
    assert result["code"] == "not_found"


def test_the_form_for_many_tells_nothing_of_a_process_one_may_not_see(stranger: tuple[User, UUID]) -> None:
    shown = browser(stranger[0]).get("/instances/act/", {"process": "expense_claim"}).content.decode()
    assert "Move to another version" not in shown
    assert "Approve" not in shown


NOBODY = UUID(int=7)


def hidden_incident(instance: UUID) -> UUID:
    incident = Incident(instance_id=instance, element="work", code="x", message="x", token=1, created_at=timezone.now())
    incident.save(force_insert=True)
    return incident.id


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("definitions/{process}/start", {}),
        ("incidents/{incident}/retry", {}),
        ("instances/{instance}/cancel", {}),
        ("instances/{instance}/variables", {"variables": {"a": 1}}),
        ("instances/{instance}/suspend", {}),
        ("instances/{instance}/resume", {}),
        ("instances/{instance}/modify", {"cancel": ["work"]}),
        ("instances/{instance}/restart", {"element": "work"}),
        ("instances/{instance}/migrate", {"version": str(NOBODY)}),
    ],
)
def test_what_one_may_not_see_is_missed_with_the_words_for_what_is_not_there(
    address: str, body: dict[str, Any], stranger: tuple[User, UUID]
) -> None:
    user, instance = stranger
    there = {"process": "expense_claim", "incident": hidden_incident(instance), "instance": instance}
    absent = {"process": "no_such_claim", "incident": NOBODY, "instance": NOBODY}
    said = []
    for names in (there, absent):
        answer = caller(user).post(f"{V1}/{address.format(**names)}", body, format="json")
        text = answer.content.decode()
        for name in names.values():
            text = text.replace(str(name), "*")
        said.append((answer.status_code, text))
    assert said[0] == said[1]
    assert said[0][0] == 404


@pytest.mark.parametrize(
    "address",
    [
        "/drawings/{process}/start/",
        "/incidents/{incident}/retry/",
        "/incidents/{incident}/retry-alike/",
        "/instances/{instance}/cancel/",
        "/instances/{instance}/variables/",
        "/instances/{instance}/suspend/",
        "/instances/{instance}/resume/",
        "/instances/{instance}/move/",
        "/instances/{instance}/tokens/",
    ],
)
def test_a_page_misses_what_one_may_not_see_alike(address: str, stranger: tuple[User, UUID]) -> None:
    user, instance = stranger
    there = {"process": "expense_claim", "incident": hidden_incident(instance), "instance": instance}
    absent = {"process": "no_such_claim", "incident": NOBODY, "instance": NOBODY}
    pages = [browser(user).post(address.format(**names)) for names in (there, absent)]
    assert [page.status_code for page in pages] == [404, 404]
    words = [re.sub(r".*<h1>(.*?)</h1>.*", r"\1", page.content.decode(), flags=re.S) for page in pages]
    for name in [*there.values(), *absent.values()]:
        words = [said.replace(str(name), "*") for said in words]
    assert words[0] == words[1]


def test_one_who_may_view_but_not_act_is_told_so(person: Callable[..., User], started: Callable[..., UUID]) -> None:
    instance = started()
    user = person()
    assign_perm("bpmn.view_processdefinition", user, bpmn_selectors.definition("expense_claim"))
    viewer = caller(User.objects.get(pk=user.pk))
    for address in ("definitions/expense_claim/start", f"incidents/{hidden_incident(instance)}/retry",
                    f"instances/{instance}/cancel"):  # fmt: skip
        assert viewer.post(f"{V1}/{address}", {}, format="json").status_code == 403, address


def test_a_bundle_s_report_is_for_those_who_may_see_all_of_it(stranger: tuple[User, UUID]) -> None:
    files = [("h.bpmn", drawings.human()), ("s.bpmn", drawings.straight())]
    both = deployments.deploy(files=files, actor=None, now=timezone.now())
    assert browser(stranger[0]).get(f"/drawings/uploads/{both.id}/").status_code == 404


def test_a_name_that_a_list_does_not_know_is_refused_by_name(stranger: tuple[User, UUID]) -> None:
    answer = caller(stranger[0]).get(f"{V1}/instances", {"proces": "human"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "proces")
    assert "business_key" in answer.json()["detail"]


def test_a_form_sent_where_json_is_read_starts_nothing(stranger: tuple[User, UUID]) -> None:
    body = {"variables": '{"a": 1}'}
    assert caller(stranger[0]).post(f"{V1}/definitions/human/start", body, format="multipart").status_code == 415


def test_a_batch_sent_twice_with_one_key_is_done_once(person: Callable[..., User], started: Any) -> None:
    operator = caller(person("operator"))
    body = {"operation": "suspend", "instances": [str(started())]}
    first, second = (operator.post(f"{V1}/batches", body, format="json", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"


def test_the_admin_seals_what_a_person_decides_without_the_model() -> None:
    row = DecisionRecord.objects.create(
        idempotency_key="k", decision_key="d", decided_at=timezone.now(), inputs={}, inputs_sha256="",
        route="escalate", label="the-models-answer", confidence=0.98765, reasons=[{"text": "telling"}],
    )  # fmt: skip
    root = browser(User.objects.create_superuser("root"))
    for page in ("", f"{row.id}/change/"):
        shown = root.get(f"/admin/decisions/decisionrecord/{page}").content.decode()
        assert "the-models-answer" not in shown
        assert "0.98" not in shown
        assert "telling" not in shown
