"""The main job over REST: upload, start, look, answer, with every refusal as a problem document."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from orchestrator.api.authentication import issue
from orchestrator.models import Instance, Job
from tests import drawings

pytestmark = pytest.mark.django_db(transaction=True)
V1 = "/api/v1"
NOBODY = "00000000-0000-7000-8000-000000000000"


def client_of(user) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=user)}")
    return client


@pytest.fixture
def api(admin, sent) -> APIClient:
    return client_of(admin)


def send(client, *files, **headers):
    named = [SimpleUploadedFile(f"drawing{i}.bpmn", data) for i, data in enumerate(files)]
    return client.post(f"{V1}/deployments", {"files": named}, format="multipart", **headers)


def start(client, key, body=None, **headers):
    return client.post(f"{V1}/definitions/{key}/start", body or {}, **headers)


def test_an_upload_answers_with_what_it_made(api):
    answer = send(api, drawings.straight())
    assert answer.status_code == 201
    (definition,) = answer.json()["definitions"]
    assert (definition["key"], definition["version"], definition["executable"]) == ("straight", 1, True)


def test_a_file_that_is_no_drawing_is_refused_and_nothing_is_stored(api):
    answer = send(api, drawings.straight(), b"this is not XML")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    (problem,) = answer.json()["problems"]
    assert (problem["severity"], problem["file"]) == ("error", "drawing1.bpmn")
    assert api.get(f"{V1}/definitions").json()["results"] == []


def test_a_drawing_that_cannot_run_is_kept_as_a_draft_and_the_running_version_stays(api):
    send(api, drawings.straight())
    broken = drawings.drawing("straight", drawings.START + "<bpmn:complexGateway id='odd'/>")
    answer = send(api, broken.replace(b"</bpmn:process>", b"<bpmn:sequenceFlow id='f' sourceRef='start'"
                                      b" targetRef='nowhere'/></bpmn:process>"))  # fmt: skip
    assert answer.status_code == 201
    assert answer.json()["definitions"][0]["executable"] is False
    assert {p["element"] for p in answer.json()["problems"]} & {"f", "odd"}
    assert start(api, "straight").status_code == 201


def test_the_life_of_a_human_task(api):
    send(api, drawings.human())
    started = start(api, "human", {"variables": {"amount": 7}, "business_key": "A-1"}).json()
    assert started["state"] == "awaiting-authorization"
    (task,) = api.get(f"{V1}/tasks", {"instance": started["id"], "state": "open"}).json()["results"]
    assert (task["element"], task["assignee"]) == ("review", None)
    assert api.post(f"{V1}/tasks/{task['id']}/claim").json()["assignee"] == "ada"
    done = api.post(f"{V1}/tasks/{task['id']}/complete", {"variables": {"approved": True}})
    assert done.status_code == 200, done.json()
    read = api.get(f"{V1}/instances/{started['id']}").json()
    assert read["state"] == "completed"
    assert read["variables"] | {"amount": 7, "approved": True} == read["variables"]
    history = api.get(f"{V1}/instances/{started['id']}/history").json()["results"]
    assert [line["seq"] for line in history] == list(range(1, len(history) + 1))
    assert "review" in {line["element"] for line in history}


def test_the_second_answer_to_a_task_is_told_who_was_first(api):
    send(api, drawings.human())
    started = start(api, "human").json()
    (task,) = api.get(f"{V1}/tasks", {"instance": started["id"]}).json()["results"]
    api.post(f"{V1}/tasks/{task['id']}/complete", {"variables": {}})
    second = api.post(f"{V1}/tasks/{task['id']}/complete", {"variables": {}})
    assert second.status_code == 409
    assert "ada" in second.json()["detail"]


def test_an_idempotency_key_replays_the_first_answer(api):
    send(api, drawings.straight())
    first = start(api, "straight", {"variables": {"a": 1}}, HTTP_IDEMPOTENCY_KEY="k1")
    again = start(api, "straight", {"variables": {"a": 1}}, HTTP_IDEMPOTENCY_KEY="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert (again["Idempotency-Replayed"], again["Location"]) == ("true", first["Location"])
    assert Instance.objects.count() == 1


def test_an_idempotency_key_is_refused_for_another_request(api):
    send(api, drawings.straight())
    start(api, "straight", {"variables": {"a": 1}}, HTTP_IDEMPOTENCY_KEY="k1")
    other = start(api, "straight", {"variables": {"a": 2}}, HTTP_IDEMPOTENCY_KEY="k1")
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("post", "definitions/nothing/start", {}, 404, None),
        ("get", f"instances/{NOBODY}", None, 404, None),
        ("post", "definitions/straight/start", {"variables": [1]}, 422, "variables"),
        ("post", "definitions/straight/start", {"variable": {}}, 422, "variable"),
        ("post", "definitions/straight/start", {"business_key": 5}, 422, "business_key"),
        ("post", "messages", {"correlation_key": "x"}, 422, "name"),
        ("post", "messages", {"name": "nobody-waits"}, 404, None),
        ("get", "instances?state=strange", None, 422, "state"),
        ("get", "instances?limit=many", None, 422, "limit"),
        ("get", "instances?cursor=rubbish", None, 422, "cursor"),
        ("get", "tasks?instance=7", None, 422, "instance"),
        ("post", f"incidents/{NOBODY}/retry", {}, 404, None),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(api, method, path, body, status, field):
    send(api, drawings.straight())
    answer = getattr(api, method)(f"{V1}/{path}", body)
    assert answer.status_code == status, answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(problem)
    if field is not None:
        assert problem["errors"][0]["field"] == field


def test_a_body_that_is_not_json_is_refused(api):
    answer = api.post(f"{V1}/messages", data="{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_nobody_gets_in_without_a_token(db):
    answer = APIClient().get(f"{V1}/instances")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_a_stranger_sees_and_does_nothing(api, reviewer):
    send(api, drawings.straight(), drawings.human())
    started = start(api, "straight").json()
    stranger = client_of(reviewer)
    assert stranger.get(f"{V1}/instances").json()["results"] == []
    assert stranger.get(f"{V1}/instances/{started['id']}").status_code == 404
    assert start(stranger, "straight").status_code == 404
    assert send(stranger, drawings.straight()).status_code == 403
    assert stranger.post(f"{V1}/instances/{started['id']}/cancel").status_code == 404
    assert stranger.post(f"{V1}/messages", {"name": "x"}).status_code == 403


def test_a_reviewer_answers_the_tasks_of_their_group_only(api, reviewer):
    other = drawings.drawing("other", drawings.START + drawings.user("check", "auditors") + drawings.END
                             + drawings.chain("start", "check", "end"))  # fmt: skip
    send(api, drawings.human(), other)
    start(api, "human")
    start(api, "other")
    rita = client_of(reviewer)
    (mine,) = rita.get(f"{V1}/tasks").json()["results"]
    assert mine["element"] == "review"
    (foreign,) = [t for t in api.get(f"{V1}/tasks").json()["results"] if t["element"] == "check"]
    assert rita.post(f"{V1}/tasks/{foreign['id']}/complete", {}).status_code in (403, 404)
    assert rita.post(f"{V1}/tasks/{mine['id']}/complete", {"variables": {}}).status_code == 200


def test_cancelling_ends_an_instance_and_closes_its_task(api):
    send(api, drawings.human())
    started = start(api, "human").json()
    assert api.post(f"{V1}/instances/{started['id']}/cancel", {"reason": "withdrawn"}).json()["state"] == "cancelled"
    (task,) = api.get(f"{V1}/tasks", {"instance": started["id"]}).json()["results"]
    assert task["state"] == "cancelled"
    assert api.post(f"{V1}/instances/{started['id']}/cancel").status_code == 409


def test_pages_follow_each_other_without_gap_or_repetition(api):
    send(api, drawings.human())
    ids = [start(api, "human").json()["id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = api.get(f"{V1}/instances", query).json()
        seen += [line["id"] for line in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids[::-1]


def test_an_outside_worker_takes_and_completes_a_job(api):
    send(api, drawings.straight("remote", "billing"))
    started = start(api, "remote").json()
    (job,) = api.post(f"{V1}/jobs/activate", {"type": "billing", "worker": "w1"}).json()["results"]
    assert api.post(f"{V1}/jobs/activate", {"type": "billing", "worker": "w2"}).json()["results"] == []
    late = api.post(f"{V1}/jobs/{job['id']}/complete", {"lease": job["lease"] + 1})
    assert late.status_code == 409
    done = api.post(f"{V1}/jobs/{job['id']}/complete", {"lease": job["lease"], "variables": {"paid": True}})
    assert done.json()["state"] == "completed"
    again = api.post(f"{V1}/jobs/{job['id']}/complete", {"lease": job["lease"]})
    assert (again.status_code, again.json()["code"]) == (409, "already_done")
    assert api.get(f"{V1}/instances/{started['id']}").json()["variables"]["paid"] is True


def test_the_schema_names_every_fixed_address(api):
    schema = api.get(f"{V1}/schema", HTTP_ACCEPT="application/json")
    assert schema.status_code == 200
    for path in ("deployments", "definitions/{key}/start", "instances/{id}", "tasks/{id}/complete", "messages"):
        assert f"/api/v1/{path}".encode() in schema.content


@pytest.mark.parametrize("way", ["complete", "fail", "error"])
def test_nobody_outside_says_what_came_of_a_job_that_is_done_here(api, way):
    send(api, drawings.straight())
    start(api, "straight")
    Job.objects.update(state="running", lease=1)
    answer = api.post(f"{V1}/jobs/{Job.objects.get().id}/{way}", {"lease": 1, "variables": {"label": "approve"}})
    assert (answer.status_code, Job.objects.get().state) == (403, "running")


def test_whatever_a_worker_calls_its_failure_is_an_incident(api):
    send(api, drawings.straight(type="billing"))
    start(api, "straight")
    (job,) = api.post(f"{V1}/jobs/activate", {"type": "billing", "worker": "w" * 255}).json()["results"]
    said = {"lease": job["lease"], "code": "c" * 500, "message": "m" * 100_000, "retryable": False}
    assert api.post(f"{V1}/jobs/{job['id']}/fail", said).json() == {"again": False}
    (incident,) = api.get(f"{V1}/incidents").json()["results"]
    assert (incident["code"], incident["message"]) == ("c" * 64, said["message"])
