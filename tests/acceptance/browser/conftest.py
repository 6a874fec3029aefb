"""A real browser on a live server: signs people in, and fails a test whose page complains on its console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from bpmn import definitions as bpmn_definitions

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-gpu", "--disable-dev-shm-usage",
]  # fmt: skip
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium and a server that other threads talk to."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium; no download."""
    chosen = os.environ.get("HANDOFF_CHROMIUM") or os.environ.get("CHROMIUM")
    path = chosen or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("needs Chromium: sudo apt-get install -y chromium")
    # Playwright keeps an event loop in this thread; the tests use the database beside it, not inside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def _no_cached_models() -> None:
    bpmn_definitions.forget()


@pytest.fixture
def person() -> Callable[..., User]:
    """Make a user with roles; the name is the first role's."""

    def make(*roles: str, **more: Any) -> User:
        user = User.objects.create_user(roles[0], **more)
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make


class Visit:
    """What one test does in the browser: pages of people, watched for complaints."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.complaints: list[str] = []
        self.contexts: list[Any] = []

    def __call__(
        self, user: User | None, path: str = "/", *, narrow: bool = False, theme: str = "light", script: bool = True
    ) -> Page:
        """Open a page as somebody who is signed in."""
        context = self.browser.new_context(
            base_url=self.address, viewport=NARROW if narrow else WIDE, color_scheme=theme, java_script_enabled=script
        )
        self.contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("response", self._see)
        page.goto(path)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium also logs each answer of 4xx; `_see` judges those.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status}: {response.url}")


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Visit]:
    """Open pages; after the test none of them may have complained (refused by the policy, missing, broken)."""
    visits = Visit(browser, live_server.url)
    yield visits
    for context in visits.contexts:
        context.close()
    assert visits.complaints == []


@pytest.fixture
def shoot() -> Callable[..., None]:
    """Keep a picture of a page when HANDOFF_SCREENSHOTS names a folder (the README's are made so)."""
    folder = os.environ.get("HANDOFF_SCREENSHOTS")

    def take(page: Page, name: str, *, whole: bool = False) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)

    return take
