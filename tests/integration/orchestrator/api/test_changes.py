"""Change in flight over REST, with the refusals as problem documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from guardian.shortcuts import assign_perm
from rest_framework.test import APIClient

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from orchestrator.api.authentication import issue
from orchestrator.models import Instance
from tests.drawings import END, START, chain, drawing, human, straight, user

pytestmark = pytest.mark.django_db(transaction=True)
V1 = "/api/v1"


def client_of(person: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=person)}")
    return client


@pytest.fixture
def api(admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def case(upload: Callable[..., Any], start: Callable[..., Any]) -> UUID:
    """Return an instance that waits for a review."""
    upload(human())
    instance_id: UUID = start("human").id
    return instance_id


def newest(key: str = "human") -> str:
    return str(bpmn_definitions.newest_ready(key))


def test_a_suspended_instance_keeps_its_state_and_says_so(api: APIClient, case: UUID) -> None:
    answer = api.post(f"{V1}/instances/{case}/suspend", {"reason": "audit"}, format="json").json()
    assert (answer["state"], answer["suspended"]) == ("awaiting-authorization", True)
    assert api.get(f"{V1}/instances/{case}").json()["suspended"] is True
    assert api.get(f"{V1}/instances").json()["results"][0]["suspended"] is True

    assert api.post(f"{V1}/instances/{case}/resume").json()["suspended"] is False
    again = api.post(f"{V1}/instances/{case}/resume")
    assert (again.status_code, again.json()["code"]) == (409, "already_done")


def test_modifying_and_beginning_again(api: APIClient, case: UUID) -> None:
    body = {"cancel": ["review"], "activate": ["end"], "variables": {"why": "gone"}}
    assert api.post(f"{V1}/instances/{case}/modify", body, format="json").json()["state"] == "completed"
    refused = api.post(f"{V1}/instances/{case}/restart", {"element": "review"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_waiting")


def test_beginning_again_at_an_element(api: APIClient, case: UUID) -> None:
    answer = api.post(f"{V1}/instances/{case}/restart", {"element": "review"}, format="json")
    assert answer.json()["state"] == "awaiting-authorization"
    tasks = api.get(f"{V1}/tasks").json()["results"]
    assert len([task for task in tasks if task["state"] == "open"]) == 1


def test_a_dry_run_tells_the_mapping_and_every_token_that_cannot_move(
    api: APIClient, case: UUID, upload: Callable[..., Any]
) -> None:
    upload(drawing("human", START + user("other") + END + chain("start", "other", "end")))
    path, body = f"{V1}/instances/{case}/migrate", {"version": newest(), "dry_run": True}

    tried = api.post(path, body, format="json").json()
    assert [(p["element"], p["code"]) for p in tried["problems"]] == [("review", "element_missing")]
    assert tried["missing"] == ["review"]
    refused = api.post(path, {"version": newest()}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_migrate")
    assert refused.json()["problems"] == tried["problems"]

    moved = api.post(path, {"version": newest(), "mapping": {"review": "other"}}, format="json").json()
    assert (moved["version"], moved["problems"]) == (newest(), [])


def test_a_batch_has_a_result_for_each_and_counts(api: APIClient, case: UUID, start: Callable[..., Any]) -> None:
    over = str(start("human").id)
    api.post(f"{V1}/instances/{over}/cancel")
    body = {"operation": "suspend", "instances": [str(case), over], "arguments": {"reason": "audit"}}

    tried = api.post(f"{V1}/batches", {**body, "dry_run": True}, format="json").json()
    assert not Instance.objects.get(id=case).is_suspended
    done = api.post(f"{V1}/batches", body, format="json").json()

    assert [(r["id"], r["ok"], r["code"]) for r in done["results"]] == [
        (str(case), True, "done"), (over, False, "already_done")
    ]  # fmt: skip
    assert (done["done"], done["failed"], done["left"]) == (1, 1, 0)
    assert tried["results"] == done["results"]


def test_a_batch_by_filter_means_open_instances_that_fit(
    api: APIClient, case: UUID, upload: Callable[..., Any], start: Callable[..., Any]
) -> None:
    upload(straight())
    start("straight")
    body = {"operation": "cancel", "filter": {"process": "human", "state": "awaiting-authorization"}}
    assert [r["id"] for r in api.post(f"{V1}/batches", body, format="json").json()["results"]] == [str(case)]
    assert api.post(f"{V1}/batches", body, format="json").json()["results"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"operation": "cancel"},
        {"operation": "cancel", "instances": [], "filter": {}},
        {"operation": "explode", "instances": []},
        {"operation": "migrate", "instances": []},
        {"operation": "modify", "instances": []},
        {"operation": "cancel", "filter": {"state": "odd"}},
        {"operation": "cancel", "instances": ["no uuid"]},
        {"operation": "cancel", "filter": {"colour": "red"}},
    ],
)
def test_a_batch_that_cannot_be_meant_is_refused(body: dict[str, Any], api: APIClient, case: UUID) -> None:
    answer = api.post(f"{V1}/batches", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert Instance.objects.get(id=case).ended_at is None


@pytest.mark.parametrize("act", ["suspend", "resume", "modify", "restart", "migrate"])
def test_who_may_only_look_changes_nothing(act: str, case: UUID, reviewer: User) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "modify": {"cancel": ["review"]}, "restart": {"element": "review"}, "migrate": {"version": newest()}
    }  # fmt: skip
    path = f"{V1}/instances/{case}/{act}"
    assert client_of(reviewer).post(path, bodies.get(act, {}), format="json").status_code == 404

    assign_perm("bpmn.view_processdefinition", reviewer)
    assert client_of(User.objects.get(pk=reviewer.pk)).post(path, bodies.get(act, {}), format="json").status_code == 403


def test_an_operator_of_one_process_only_changes_that_one(
    case: UUID, reviewer: User, upload: Callable[..., Any], start: Callable[..., Any]
) -> None:
    upload(human("other"))
    foreign = start("other").id
    definition = bpmn_selectors.definition("human")
    for verb in ("view", "operate"):
        assign_perm(f"bpmn.{verb}_processdefinition", reviewer, definition)
    body = {"operation": "suspend", "instances": [str(case), str(foreign)]}

    results = client_of(reviewer).post(f"{V1}/batches", body, format="json").json()["results"]

    assert [r["code"] for r in results] == ["done", "not_found"]
