"""A list comes out of PostgreSQL as it went in, whatever its items look like."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.runtime import arrays

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="arrays are PostgreSQL's: make test-real"),
]

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def stored(items: list, of: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{of}[]", [arrays.literal(items)])
        (found,) = cursor.fetchone()
    return found


@settings(max_examples=50, deadline=None)
@given(st.lists(st.none() | TEXTS | st.sampled_from(["", "NULL", "null", "{}", "{a,b}", '"', "\\", '\\"', " a ", ","])))
def test_texts_come_back_as_they_were(items):
    assert stored(items, "text") == items


@pytest.mark.parametrize(
    ("of", "items"),
    [
        ("int", [1, None, -2]),
        ("bool", [True, None, False]),
        ("uuid", [UUID(int=7), None]),
        ("timestamptz", [datetime(2026, 1, 5, 7, 30, 0, 5, tzinfo=UTC), None]),
        ("int", []),
    ],
)
def test_items_of_other_types_do_too(of, items):
    assert stored(items, of) == items
