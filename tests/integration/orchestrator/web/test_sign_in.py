"""Signing in: everybody lands where their work is, or where they wanted to go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
TYPED = {"password": "correct horse"}


@pytest.mark.parametrize(
    ("roles", "landing"),
    [
        (("reviewer",), "/inbox/"),
        (("author",), "/"),
        (("operator",), "/"),
        (("governance",), "/"),
        (("admin",), "/"),
        (("operator", "reviewer"), "/inbox/"),
        ((), "/inbox/"),
    ],
)
def test_everybody_lands_where_their_work_is(
    roles: tuple[str, ...], landing: str, person: Callable[..., object], client: Client
) -> None:
    name = str(person(*roles, **TYPED))
    answer = client.post("/sign-in/", {"username": name, **TYPED}, follow=True)
    assert answer.redirect_chain == [(landing, 302)]
    assert answer.status_code == 200


def test_a_page_asked_for_before_is_shown_after(person: Callable[..., object], client: Client) -> None:
    person("reviewer", **TYPED)
    asked = client.get("/drawings/?q=1")
    answer = client.post(asked.headers["Location"], {"username": "reviewer", **TYPED, "next": "/drawings/?q=1"})
    assert answer.headers["Location"] == "/drawings/?q=1"


def test_whoever_is_signed_in_is_not_asked_again(page_of: Callable[..., Client]) -> None:
    assert page_of("operator").get("/sign-in/").headers["Location"] == "/"


def test_the_admin_tells_a_reviewer_that_they_lack_the_right(page_of: Callable[..., Client]) -> None:
    answer = page_of("reviewer").get("/admin/", follow=True)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "This is not open to you" in page
    assert "Staff status" in page
    assert "Back to the inbox" in page
    assert "password" not in page


def test_a_stranger_signs_in_on_the_way_to_the_admin(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 200
    assert "next=/admin/" in answer.redirect_chain[-1][0]
