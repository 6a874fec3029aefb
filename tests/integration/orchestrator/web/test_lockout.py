"""Guessing passwords: ten wrong ones lock the name for that address, for a quarter of an hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from orchestrator.web import lockout

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "correct horse", "battery staple"


@pytest.fixture
def root(person: Callable[..., User]) -> User:
    user = person("admin", password=RIGHT)
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return user


def sign_in(name: object, password: str, **headers: str) -> int:
    typed = {"username": str(name), "password": password, "next": "/inbox/"}
    return Client().post("/sign-in/", typed, **headers).status_code  # type: ignore[arg-type]


def guess(name: object, times: int, **how: str) -> list[int]:
    return [sign_in(name, WRONG, **how) for _ in range(times)]


def test_the_tenth_wrong_password_locks_the_name_even_for_the_right_one(root: User) -> None:
    assert guess(root, 10) == [200] * 9 + [429]
    assert sign_in(root, RIGHT) == 429


def test_the_admin_has_no_door_of_its_own() -> None:
    answer = Client().post("/admin/login/", {"username": "admin", "password": RIGHT})
    assert answer.headers["Location"].startswith("/sign-in/")


def test_the_page_says_when_to_try_again(root: User) -> None:
    guess(root, 10)
    answer = Client().post("/sign-in/", {"username": str(root), "password": RIGHT})
    assert 890 <= int(answer.headers["Retry-After"]) <= 900
    page = answer.content.decode()
    assert "Try again in 15 minutes" in page
    assert "Back to the sign-in" in page


def test_trying_while_it_is_locked_does_not_make_it_longer(root: User) -> None:
    guess(root, 10)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=30))
    answer = Client().post("/sign-in/", {"username": str(root), "password": WRONG})
    assert int(answer.headers["Retry-After"]) <= 30
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert sign_in(root, RIGHT) == 302


def test_another_browser_does_not_help_and_another_address_or_name_goes_on(root: User) -> None:
    guess(root, 5, HTTP_USER_AGENT="one")
    assert guess(root, 5, HTTP_USER_AGENT="two")[-1] == 429
    assert sign_in(root, RIGHT, REMOTE_ADDR="192.0.2.7") == 302
    assert sign_in("somebody", WRONG) == 200


def test_the_right_password_begins_the_count_anew(root: User) -> None:
    guess(root, 9)
    assert sign_in(root, RIGHT) == 302
    assert guess(root, 9) == [200] * 9


def test_a_name_that_is_nobodys_is_locked_alike(root: User) -> None:
    assert guess("nobody", 10)[-1] == 429


def test_an_administrator_ends_the_lock_in_the_admin_or_by_a_command(root: User) -> None:
    guess(root, 10)
    browser = Client()
    browser.force_login(root)
    row = AccessAttempt.objects.get()
    browser.post(f"/admin/axes/accessattempt/{row.pk}/delete/", {"post": "yes"})
    assert sign_in(root, RIGHT) == 302
    guess(root, 10)
    call_command("axes_reset", verbosity=0)
    assert sign_in(root, RIGHT) == 302


def test_what_is_kept_of_an_attempt_has_no_password_in_it(root: User) -> None:
    guess(root, 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM axes_accessattempt")
        assert WRONG not in str(cursor.fetchall())


@pytest.mark.parametrize(
    ("proxies", "forwarded", "direct", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),  # nobody is believed
        (1, "203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "192.0.2.1", "203.0.113.9"),  # the left one the caller wrote
        (2, "10.9.9.9, 203.0.113.9, 192.0.2.8", "192.0.2.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1", "192.0.2.1"),  # did not come by both
        (1, "not an address", "192.0.2.1", "192.0.2.1"),
        (0, "", "[fe80::1%eth0]", "fe80::"),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),  # one customer has all of a /64
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
        (0, "", "", None),
    ],
)
def test_the_address_is_the_one_the_trusted_proxies_heard_from(
    proxies: int, forwarded: str, direct: str, address: str | None, settings: Any
) -> None:
    settings.HANDOFF_PROXIES = proxies
    request = RequestFactory().post("/", REMOTE_ADDR=direct, HTTP_X_FORWARDED_FOR=forwarded)
    assert lockout.client_address(request) == address
