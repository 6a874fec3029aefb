"""Programs bring a token, people a session: neither counts for the other."""

from __future__ import annotations

import pytest
from django.test import Client

from orchestrator.api.authentication import issue

pytestmark = pytest.mark.django_db
TASKS = "/api/v1/tasks"


@pytest.mark.parametrize("authorization", ["Token unknown", "token unknown", "TOKEN ", "Token"])
def test_a_session_does_not_stand_in_for_a_token_that_is_not_known(client: Client, admin, authorization: str) -> None:
    client.force_login(admin)
    assert client.get(TASKS, HTTP_AUTHORIZATION=authorization).status_code == 401


def test_a_token_opens_the_api_and_no_page(client: Client, admin) -> None:
    authorization = f"token {issue(user=admin)}"
    assert client.get(TASKS, HTTP_AUTHORIZATION=authorization).status_code == 200
    assert client.get("/inbox/", HTTP_AUTHORIZATION=authorization)["Location"].startswith("/sign-in/")
    assert client.get("/admin/", HTTP_AUTHORIZATION=authorization).status_code == 302


def test_no_session_is_looked_for_when_a_program_calls(client: Client, admin) -> None:
    answer = client.get(TASKS, HTTP_AUTHORIZATION=f"Token {issue(user=admin)}")
    assert not hasattr(answer.wsgi_request, "session")
    assert not answer.cookies


def test_the_password_of_a_caller_is_not_read_with_each_request(client: Client, admin) -> None:
    caller = client.get(TASKS, HTTP_AUTHORIZATION=f"Token {issue(user=admin)}").wsgi_request.user
    assert caller.get_deferred_fields() == {"password", "last_login", "date_joined"}
    assert caller.date_joined == admin.date_joined


@pytest.mark.parametrize("authorization", ["", "Basic YTpi"])
def test_people_use_the_api_by_their_session_and_forms_of_others_do_not(admin, authorization: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Authorization": authorization} if authorization else None)
    client.force_login(admin)
    assert client.get(TASKS).status_code == 200
    assert client.post("/api/v1/signals", {"name": "x"}, content_type="application/json").status_code == 403


def test_an_address_nobody_knows_is_told_to_a_program(client: Client, admin) -> None:
    answer = client.get("/api/v1/nothing", HTTP_AUTHORIZATION=f"Token {issue(user=admin)}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
