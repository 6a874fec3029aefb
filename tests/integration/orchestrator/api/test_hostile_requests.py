"""What strangers, broken clients and attackers send: a clear refusal each time, never a crash."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client

from orchestrator.models import Instance
from tests import drawings
from tests.integration.orchestrator.api.test_main_job import V1, api, send, start  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def cursor(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.fixture
def running(api) -> dict[str, str]:  # noqa: F811
    """Return the ids of an instance and of its open task."""
    send(api, drawings.human())
    instance = start(api, "human").json()["id"]
    (task,) = api.get(f"{V1}/tasks").json()["results"]
    return {"instance": instance, "task": task["id"]}


LISTS = ("instances", "tasks", "jobs", "incidents", "decisions", "instances/{instance}/history")
EDITED = (
    [{}, "x"], ["x", "y"], [None, None], ["2020-01-01", "y"], ["2020-01-01T00:00:00", "y"], [True, [1]],
    [10**30, "x"], "text", [1, 2, 3],
)  # fmt: skip


@pytest.mark.parametrize("listed", LISTS)
def test_an_edited_cursor_is_refused(api, running, listed):  # noqa: F811
    for place in EDITED:
        answer = api.get(f"{V1}/{listed.format(**running)}", {"cursor": cursor(place)})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor"), place


def test_a_limit_is_a_number_in_its_bounds(api):  # noqa: F811
    for limit in ("²", "9" * 5000, "-1", "0", "1e1", "201"):
        assert api.get(f"{V1}/instances", {"limit": limit}).status_code == 422, limit


FITS_NOTHING = (
    "jobs?instance=x", "incidents?instance=x", "decisions?instance=x", "tasks?instance=x", "jobs?instance=²",
    "jobs?state=odd", "incidents?state=odd", "tasks?state=odd", "decisions?route=odd", "instances?state=odd",
)  # fmt: skip


def test_a_filter_that_fits_nothing_names_its_field(api):  # noqa: F811
    for address in FITS_NOTHING:
        answer = api.get(f"{V1}/{address}")
        field = address.partition("?")[2].partition("=")[0]
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), address


WITH_NULL = (
    ("definitions/human/start", {"variables": {"a": "\x00"}}),
    ("definitions/human/start", {"variables": {"a\x00": 1}}),
    ("definitions/human/start", {"business_key": "\x00"}),
    ("definitions/hu%00man/start", {}),
    ("definitions/human/start", {"variables": {"a": [[["\x00"]]]}}),
    ("messages", {"name": "\x00"}),
    ("messages", {"name": "x", "message_id": "\x00", "ttl_seconds": 5}),
    ("signals", {"name": "\x00"}),
    ("instances/{instance}/variables", {"variables": {"a": "\x00"}}),
    ("instances/{instance}/suspend", {"reason": "\x00"}),
    ("tasks/{task}/complete", {"variables": {"a": "\x00"}}),
    ("tasks/{task}/complete", {"comment": "\x00"}),
    ("jobs/activate", {"type": "\x00", "worker": "x"}),
    ("batches", {"operation": "cancel", "filter": {"q": "\x00"}}),
)  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"HTTP_IDEMPOTENCY_KEY": "k"}])
def test_the_null_character_is_refused_everywhere(api, running, more):  # noqa: F811
    for path, body in WITH_NULL:
        answer = api.post(f"{V1}/{path.format(**running)}", body, **more)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_input"), (path, body)
    assert Instance.objects.count() == 1


@pytest.mark.parametrize("levels", [101, 900])
def test_variables_nested_too_deeply_are_refused(api, running, levels):  # noqa: F811
    body = '{"variables": {"a": ' + "[" * levels + "]" * levels + "}}"
    for path in ("definitions/human/start", f"tasks/{running['task']}/complete"):
        answer = api.post(f"{V1}/{path}", data=body, content_type="application/json")
        assert answer.status_code == 422, answer.content
        assert "levels deep" in answer.json()["detail"]


def test_the_words_backslash_u0000_are_text(api):  # noqa: F811
    send(api, drawings.human())
    assert start(api, "human", {"variables": {"a": "\\u0000"}}).status_code == 201


def test_pages_refuse_the_null_character(admin):
    page = Client()
    page.force_login(admin)
    for address in ("/instances/?q=%00", "/instances/?state=%00", "/inbox/?q=%00", "/drawings/%00/"):
        assert page.get(address).status_code == 422, address


@pytest.mark.parametrize("field", ["variables", "business_key"])
def test_forms_refuse_the_null_character(admin, upload, field):
    upload(drawings.human())
    page = Client()
    page.force_login(admin)
    assert page.post("/drawings/human/start/", {field: "\x00"}).status_code == 422
    assert Instance.objects.count() == 0


@pytest.mark.parametrize("typed", ['{"a": NaN}', '{"a": Infinity}', '{"a": "\\u0000"}', '{"a": ' + "[" * 5000 + "}"])
def test_a_start_form_refuses_what_is_not_json_or_cannot_be_kept(admin, upload, typed):
    upload(drawings.human())
    page = Client()
    page.force_login(admin)
    assert page.post("/drawings/human/start/", {"variables": typed}).status_code == 422
    assert Instance.objects.count() == 0


def test_an_edited_address_of_an_instance_shows_its_newest_history(admin, running):
    page = Client()
    page.force_login(admin)
    for before in ("²", "9" * 5000, "-1", "x"):
        assert page.get(f"/instances/{running['instance']}/", {"before": before}).status_code == 200, before


def test_an_edited_cursor_of_a_page_begins_at_the_newest(admin, running):
    page = Client()
    page.force_login(admin)
    for text in ("2020-01-01T00:00:00 zz", "2020-01-01T00:00:00+00:00 zz", "x y", ""):
        edited = base64.urlsafe_b64encode(text.encode()).decode()
        for address in ("/instances/", "/decisions/records/"):
            assert page.get(address, {"cursor": edited}).status_code == 200, (address, text)
