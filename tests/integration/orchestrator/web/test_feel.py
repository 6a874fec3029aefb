"""The FEEL page and its twin on REST: every trial answers, and none leaves a row behind."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from orchestrator.web.feel import EXAMPLES

pytestmark = pytest.mark.django_db
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)


def try_out(client, expression, context="{}", syntax="feel"):
    return client.post("/feel/", {"expression": expression, "context": context, "syntax": syntax})


@pytest.fixture
def caller(person):
    client = APIClient()
    client.force_login(person())
    return client


def evaluate(client, **body):
    return client.post("/api/v1/feel/evaluate", body, format="json")


@pytest.mark.parametrize("number", range(1, len(EXAMPLES) + 1))
def test_each_example_has_a_value_and_no_message(number, page_of):
    page = page_of().get(f"/feel/?example={number}").content.decode()
    assert "No messages." in page


def test_there_are_ten_examples_to_click(page_of):
    page = page_of().get("/feel/").content.decode()
    assert len(set(re.findall(r'href="\?example=(\d+)"', page))) == 10


def test_a_message_is_marked_in_the_text(page_of):
    page = try_out(page_of(), 'amount\n < "100"', '{"amount": 5}').content.decode()
    assert "<mark>&lt;<sup>1</sup></mark>" in page
    assert "line 2, column 2" in page
    assert "cannot_compare" in page


def test_a_broken_expression_is_answered_with_its_place(page_of):
    answer = try_out(page_of(), "(1 + 2 *")
    assert answer.status_code == 200
    assert b"This is no expression" in answer.content
    assert b"line 1, column 9" in answer.content


def test_broken_json_is_answered_with_its_place_and_the_text_stays(page_of):
    answer = try_out(page_of(), "1 + 1", '{"a": }')
    assert answer.status_code == 422
    assert b"line 1, column 7" in answer.content
    assert b"{&quot;a&quot;: }" in answer.content


def test_what_is_typed_is_shown_as_text(page_of):
    page = try_out(page_of(), '"<script>alert(1)</script>"').content.decode()
    assert "<script>alert" not in page


def test_the_budget_stands_on_the_page(page_of):
    assert b"200000 steps" in page_of().get("/feel/").content


def test_somebody_not_signed_in_is_asked_to_sign_in(db):
    assert Client().get("/feel/").status_code == 302
    assert evaluate(APIClient(), expression="1").status_code in (401, 403)


def test_rest_answers_with_value_type_messages_and_names(caller):
    answer = evaluate(caller, expression="amount * 2", context={"amount": 4})
    assert answer.json() == {"value": 8, "type": "number", "messages": [], "names": ["amount"]}


def test_rest_tells_messages_with_their_positions(caller):
    body = evaluate(caller, expression='amount < "100"', context={"amount": 5}).json()
    assert body["value"] is None
    assert body["messages"] == [{
        "severity": "error", "code": "cannot_compare", "position": 8,
        "text": 'cannot compare number 5 with string "100", at 8',
    }]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"context": {}}, "expression"),
        ({"expression": "1", "context": [1]}, "context"),
        ({"expression": "1", "syntax": "python"}, "syntax"),
        ({"expression": "1" * 20_001}, "expression"),
    ],
)
def test_rest_refuses_what_does_not_fit_and_names_the_field(caller, body, field):
    answer = evaluate(caller, **body)
    assert answer.status_code == 422
    assert field in answer.content.decode()


def test_no_row_is_written(caller, page_of):
    browser = page_of("author")
    with CaptureQueriesContext(connection) as seen:
        try_out(browser, "a + 1", '{"a": 1}')
        evaluate(caller, expression="a + 1", context={"a": 1})
    assert [query["sql"] for query in seen if WRITES.match(query["sql"])] == []
