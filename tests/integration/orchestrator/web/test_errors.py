"""Error pages: 500 asks no database, and every page says what a browser may load."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from orchestrator.web import errors, overview, session


def test_the_page_for_a_bug_renders_without_database() -> None:
    request = RequestFactory().get("/instances/")
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        answer = errors.broken(request)
    assert answer.status_code == 500
    assert re.search(rb"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", answer.content)
    assert b"ZeroDivisionError" not in answer.content


def test_the_page_for_a_silent_database_says_so_and_when_to_come_back() -> None:
    try:
        raise OperationalError("could not connect to server at 10.0.0.1")
    except OperationalError:
        answer = errors.broken(RequestFactory().post("/instances/"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert b"The database does not answer" in answer.content
    assert b"10.0.0.1" not in answer.content


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(OperationalError("disk is full"), 503, "database_unavailable"), (KeyError("secret"), 500, "internal_error")],
)
def test_a_program_is_told_in_its_own_form_what_broke(error: Exception, status: int, code: str) -> None:
    try:
        raise error
    except type(error):
        answer = errors.broken(RequestFactory().post("/api/v1/messages"))
    said = json.loads(answer.content)
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert said["reference"]
    assert str(error) not in answer.content.decode()


def test_a_program_is_told_in_its_own_form_that_an_address_is_none() -> None:
    answer = Client().get("/api/v1/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.django_db
def test_a_bug_in_a_view_reaches_the_page(page_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(overview.insight, "overview", breaks)
    client = page_of("operator")
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert b"This page broke" in answer.content
    assert b"a secret detail" not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in/", "/profile/", "/nowhere/"])
def test_every_page_says_what_may_be_loaded(path: str, page_of: Callable[..., Client]) -> None:
    policy = page_of("operator").get(path, follow=True).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_no_page_carries_inline_code(page_of: Callable[..., Client]) -> None:
    operator = page_of("operator")
    for path in ("/", "/instances/", "/drawings/", "/profile/", "/search/?q=x", "/nowhere/"):
        page = operator.get(path).content.decode()
        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", page), path
        for script in re.findall(r"<script[^>]*>", page):
            assert "src=" in script or 'type="application/json"' in script


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_the_theme_leads_back_to_this_site_only(wanted: str, page_of: Callable[..., Client]) -> None:
    answer = page_of("operator").post("/theme/", {"theme": "dark", "next": wanted})
    assert answer.headers["Location"] == "/"
    assert answer.cookies["theme"].value == "dark"


def test_a_path_of_this_site_is_kept() -> None:
    request = RequestFactory().get("/")
    assert session.local_path(request, "/instances/?q=a") == "/instances/?q=a"


@pytest.mark.django_db
def test_a_theme_we_do_not_have_is_not_kept(page_of: Callable[..., Client]) -> None:
    answer = page_of("operator").post("/theme/", {"theme": "x\r\nSet-Cookie: a=b", "next": "/"})
    assert "theme" not in answer.cookies


@pytest.mark.django_db
def test_signing_in_with_a_wrong_password_blames_nobody(client: Client) -> None:
    answer = client.post("/sign-in/", {"username": "alice", "password": "wrong"})
    assert b"Name and password do not belong together" in answer.content


@pytest.mark.django_db
def test_an_address_that_only_takes_forms_says_so(page_of: Callable[..., Client]) -> None:
    answer = page_of("reviewer").get("/inbox/next/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert b"This address is not for looking at" in answer.content
    assert b'href="/inbox/"' in answer.content


@pytest.mark.django_db
def test_a_host_that_we_are_not_gets_words(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.get("/inbox/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert b"This request was not understood" in answer.content
    assert b"elsewhere.example" not in answer.content
