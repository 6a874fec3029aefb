"""What every test gets: a database file or server of its own lane, and a home folder that is thrown away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

REAL = os.environ.get("HANDOFF_LANE") == "real"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the way to run it, what needs PostgreSQL and Redis when they are not there."""
    if REAL:
        return
    skip = pytest.mark.skip(reason="needs PostgreSQL and Redis: make test-real")
    for item in items:
        if item.get_closest_marker("real"):
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Point HANDOFF_HOME at a temporary folder, so that no test touches a developer's own."""
    folder = tmp_path_factory.mktemp("home")
    before, settings.HANDOFF_HOME = settings.HANDOFF_HOME, folder
    os.environ["HANDOFF_HOME"] = str(folder)
    yield folder
    settings.HANDOFF_HOME = before


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite's test database in a file: in memory it has no WAL, and threads lock each other out."""
    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
