"""What every test gets: a database file or server of its own lane, and a home folder that is thrown away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

REAL = os.environ.get("HANDOFF_LANE") == "real"
#: modules that take long: begun first, and what waits beside what reckons, so that no worker is idle at the end
LONG = (
    "test_kill",
    "test_scenarios",
    "test_installation",
    "test_large",
    "test_interleavings",
    "test_changes_at_random",
    "test_who_may_what",
    "test_corpus",
    "test_soundness",
    "test_tables_agree",
    "test_walks",
    "test_fuzz",
)


def pytest_configure() -> None:
    """Hash passwords with what takes no time, which is Django's to test; time no example, since machines are busy."""
    hypothesis.settings.register_profile("untimed", parent=hypothesis.settings(), deadline=None)
    hypothesis.settings.load_profile("untimed")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long modules first; skip, with the way to run it, what needs PostgreSQL and Redis when they are not there."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
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
def django_db_keepdb() -> bool:
    """Leave PostgreSQL's test databases to the next run of the lane: their whole server is thrown away in the end."""
    return REAL


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite's test database in a file: in memory it has no WAL, and threads lock each other out."""
    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empty the tables quickly after a test with transactions of its own.

    What migrations made (roles, permissions) is put back instead of made anew, and PostgreSQL deletes the few
    rows there are: truncating gives every table and index a new file.
    """
    with django_db_blocker.unblock():
        made = [list(model._base_manager.all()) for model in apps.get_models(include_auto_created=True)]

    def put_back(*_: Any, **__: Any) -> None:
        with transaction.atomic():
            for rows in filter(None, made):
                type(rows[0])._base_manager.bulk_create(rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "emit_post_migrate_signal", put_back)
        if connection.vendor == "postgresql":
            patch.setattr(flush, "sql_flush", _deletes)
        yield


def _deletes(*_: Any, **__: Any) -> list[str]:
    """Return the one statement that empties every table, its foreign keys unlooked at."""
    tables = connection.introspection.django_table_names(include_views=False)
    deletes = " ".join(f"DELETE FROM {connection.ops.quote_name(table)};" for table in tables)
    return [f"DO $$ BEGIN PERFORM set_config('session_replication_role', 'replica', true); {deletes} END $$"]
