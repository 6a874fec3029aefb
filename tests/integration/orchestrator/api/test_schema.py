"""The OpenAPI document: complete, valid, and what the addresses really answer."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from bpmn import definitions as bpmn_definitions
from orchestrator.api import answers, definitions, urls
from orchestrator.api.authentication import issue
from tests import drawings
from tests.integration.orchestrator.workers.test_decision import case, model  # noqa: F401

V1 = "/api/v1"
TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
<decision id="twice" name="Twice"><variable name="Twice"/><literalExpression><text>a * 2</text></literalExpression>
</decision></definitions>"""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document; making it fails on any warning and on what OpenAPI does not allow."""
    written = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=written)
    made: dict[str, Any] = json.loads(written.getvalue())
    return made


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (operation for methods in document["paths"].values() for operation in methods.values())


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from references(inner)


def test_every_address_and_method_has_an_operation_with_an_answer(document):
    views = [pattern for pattern in urls.urlpatterns if pattern.name != "schema"]
    methods = sum(hasattr(view.callback.cls, verb) for view in views for verb in ("get", "post", "put", "delete"))
    found = list(operations(document))
    assert len(found) == methods
    assert len({operation["operationId"] for operation in found}) == methods
    for operation in found:
        given = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert given, operation["operationId"]
        assert all(answer["content"]["application/json"]["schema"] for answer in given)
        assert operation["summary"]
        assert {"token": []} in operation["security"]


def test_every_schema_is_json_schema_and_every_reference_leads_to_one(document):
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    named = {reference.removeprefix("#/components/schemas/") for reference in references(document)}
    assert named == set(schemas)


def test_the_document_says_how_to_start_an_instance(document):
    start = document["paths"][f"{V1}/definitions/{{key}}/start"]["post"]
    assert start["operationId"] == "start_instance"
    assert start["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Start"}
    assert start["requestBody"].get("required", False) is False
    assert {(each["in"], each["name"]) for each in start["parameters"]} == {
        ("path", "key"), ("header", "Idempotency-Key")
    }  # fmt: skip
    assert {"201", "401", "403", "404", "409", "422"} <= set(start["responses"])
    assert set(start["responses"]["404"]["content"]) == {"application/problem+json"}
    assert document["components"]["schemas"]["Start"]["additionalProperties"] is False


def test_the_document_says_how_to_upload_and_how_to_page(document):
    upload = document["paths"][f"{V1}/deployments"]["post"]["requestBody"]
    assert (set(upload["content"]), upload["required"]) == ({"multipart/form-data"}, True)
    listed = document["paths"][f"{V1}/tasks"]["get"]["parameters"]
    assert {each["name"] for each in listed} == {
        "limit", "cursor", "instance", "state", "assignee", "process", "element"
    }  # fmt: skip


def test_answers_may_grow(document):
    assert "additionalProperties" not in document["components"]["schemas"]["Task"]


@pytest.fixture
def ask(admin: User, sent: list[Any]) -> Callable[..., Any]:
    """Return a function that asks as somebody who may do everything and insists on success."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=admin)}")

    def asking(path: str, body: Any = None, **more: Any) -> Any:
        answer = client.get(f"{V1}/{path}") if body is None else client.post(f"{V1}/{path}", body, **more)
        assert answer.status_code < 300, (path, answer.content)
        return answer.json()

    return asking


@pytest.mark.django_db(transaction=True)
def test_every_operation_answers_as_it_is_described(document, ask, answered):
    files = {"remote": drawings.straight("remote", "billing"), "human": drawings.human()}
    named = [SimpleUploadedFile(f"{name}.bpmn", data) for name, data in files.items()]
    ask("deployments", {"files": [*named, SimpleUploadedFile("twice.dmn", TABLE)]}, format="multipart")
    ask("definitions")
    ask(f"versions/{bpmn_definitions.newest_ready('human')}/drawing")
    for walk in (_people, _changes, _workers, _world):
        walk(ask)
    assert answered == {operation["operationId"] for operation in operations(document)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("approve", "route"), [(0.9, "auto"), (0.7, "suggest"), (0.5234, "escalate")])
def test_what_a_model_decided_or_left_to_a_person_is_described(ask, model, case, approve, route):  # noqa: F811
    model(approve)
    instance = case().id
    (record,) = ask(f"decisions?instance={instance}")["results"]
    assert (record["route"], record["sealed"]) == (route, route == "escalate")
    tasks = ask(f"tasks?instance={instance}")["results"]
    assert [task["suggestion"] is None for task in tasks] == {"auto": [], "suggest": [False], "escalate": [True]}[route]


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_is_not_as_described_fails_its_test(ask, monkeypatch):
    told = definitions.Definitions.get.description
    monkeypatch.setattr(definitions.Definitions.get, "description", replace(told, answers={200: answers.Stands}))
    with pytest.raises(pytest.fail.Exception, match="list_definitions does not answer as described"):
        ask("definitions")


def _people(ask: Callable[..., Any]) -> None:
    instance = ask("definitions/human/start", {"variables": {"a": 1}})["id"]
    (task,) = ask(f"tasks?instance={instance}")["results"]
    for act in ("claim", "unclaim"):
        ask(f"tasks/{task['id']}/{act}", {})
    ask(f"instances/{instance}/variables", {"variables": {"b": [1, None, "x"]}})
    ask(f"tasks/{task['id']}/complete", {"variables": {"approved": True}})
    for path in (f"tasks/{task['id']}", "instances", f"instances/{instance}", f"instances/{instance}/history"):
        ask(path)


def _changes(ask: Callable[..., Any]) -> None:
    instance, version = ask("definitions/human/start", {})["id"], str(bpmn_definitions.newest_ready("human"))
    ask(f"instances/{instance}/suspend", {"reason": "audit"})
    ask(f"instances/{instance}/resume", {})
    ask(f"instances/{instance}/restart", {"element": "review"})
    ask(f"instances/{instance}/migrate", {"version": version, "dry_run": True})
    ask("batches", {"operation": "suspend", "instances": [instance], "dry_run": True})
    ask(f"instances/{instance}/modify", {"variables": {"why": "gone"}})
    ask(f"instances/{instance}/cancel", {"reason": "withdrawn"})


def _workers(ask: Callable[..., Any]) -> None:
    def lease() -> tuple[str, dict[str, Any]]:
        ask("definitions/remote/start", {})
        (job,) = ask("jobs/activate", {"type": "billing", "worker": "w1"})["results"]
        return f"jobs/{job['id']}", {"lease": job["lease"]}

    for act, more in (("complete", {}), ("error", {"code": "REFUSED"}), ("fail", {"retryable": False})):
        path, held = lease()
        ask(f"{path}/{act}", {**held, **more})
    ask("jobs")
    incident = ask("incidents?state=open")["results"][0]
    ask(f"instances/{incident['instance']}")
    ask(f"incidents/{incident['id']}/retry", {})


def _world(ask: Callable[..., Any]) -> None:
    ask("messages", {"name": "later", "ttl_seconds": 60})
    ask("signals", {"name": "alarm"})
    ask("conditions/evaluate", {"variables": {"temperature": 80}, "business_key": "oven 7"})
    ask("decisions")
    ask("decisions/twice/evaluate", {"variables": {"a": 2}})
    ask("feel/evaluate", {"expression": "a + b", "context": {"a": 1}})
    ask("feel/evaluate", {"expression": "a +"})
