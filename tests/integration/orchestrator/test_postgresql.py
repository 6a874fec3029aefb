"""A kept connection to PostgreSQL: seen to be alive without a question, seen to be dead before it is used."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql import base

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL: make test-real"),
]


@pytest.fixture
def kept() -> int:
    """Return the process of the server that has this test's connection."""
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def test_a_quiet_connection_is_usable_and_the_server_is_not_asked(kept, monkeypatch):
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: pytest.fail("the server was asked"))
    assert connection.is_usable()


def test_after_an_error_the_server_is_asked(kept, monkeypatch):
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: False)
    monkeypatch.setattr(connection, "errors_occurred", True)
    assert not connection.is_usable()


def test_a_connection_that_the_server_ended_is_not_usable(kept):
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [kept])
    assert not connection.is_usable()
    connection.close()
    connection.ensure_connection()
    assert connection.is_usable()
