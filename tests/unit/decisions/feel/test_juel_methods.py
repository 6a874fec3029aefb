"""The pure methods of Java values that JUEL conditions may call, and those they may not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from decisions.feel import FeelSyntaxError, parse_template, to_json


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("${status.equals('open')}", {"status": "open"}, True),
        ("${!status.equals('open')}", {"status": "open"}, False),
        ("${status.toUpperCase().equals('OPEN')}", {"status": "open"}, True),
        ("${status.equalsIgnoreCase('OPEN')}", {"status": "open"}, True),
        ("${execution.getVariable('amount') > 3}", {"amount": 5}, True),
        ("${benefits.get('upgrade')}", {"benefits": {"upgrade": "yes"}}, "yes"),
        ("${items.get(0)}", {"items": [7, 8]}, 7),
        ("${items.size() == 2}", {"items": [7, 8]}, True),
        ("${items.isEmpty()}", {"items": []}, True),
        ("${name.startsWith('A') && name.length() == 3}", {"name": "Ada"}, True),
    ],
)
def test_a_pure_method_of_a_value_is_evaluated(text: str, variables: dict, expected: object) -> None:
    assert to_json(parse_template(text).evaluate(variables).value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${now()}", "2030-01-31T12:00:00Z"),
        ("${dateTime().plusDays(2).toDate()}", "2030-02-02T12:00:00Z"),
        ("${dateTime().plusHours(n).minusMinutes(30)}", "2030-01-31T14:30:00Z"),
    ],
)
def test_a_moment_is_shifted_as_due_dates_write_it(text: str, expected: str) -> None:
    now = datetime(2030, 1, 31, 12, tzinfo=UTC)
    assert to_json(parse_template(text).evaluate({"n": 3}, now=now).value) == expected


@pytest.mark.parametrize(
    "text",
    [
        "${bean.run()}",
        "${execution.setVariable('a', 1)}",
        "${task.getVariable('a')}",
        "${''.getClass().forName('x')}",
        "${run()}",
        "${status.equals('a', 'b')}",
        "${status.equals('a'}",
    ],
)
def test_every_other_call_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_template(text)
