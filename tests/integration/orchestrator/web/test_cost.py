"""What a page costs does not grow with what it lists or with how much has happened."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


def queries(client: Client, path: str) -> int:
    client.get(path)  # caches of content types and models are warm, as in a running server
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["/instances/", "/", "/drawings/", "/search/?q=EX"])
def test_a_longer_list_costs_no_further_question(
    path: str, page_of: Callable[..., Client], started: Callable[..., UUID], perform: Callable[[], int]
) -> None:
    operator = page_of("operator")
    for number in range(2):
        started(business_key=f"EX-{number}", amount="a lot")
    perform()
    before = queries(operator, path)
    for number in range(10):
        started(business_key=f"EX-1{number}", amount="a lot")
    perform()
    assert queries(operator, path) == before


def test_an_instance_is_shown_with_few_questions(page_of: Callable[..., Client], stuck: UUID) -> None:
    assert queries(page_of("operator"), f"/instances/{stuck}/") <= 40
