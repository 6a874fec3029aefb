"""The pure methods of Java values that JUEL conditions may call, and those they may not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from decisions.feel import FeelSyntaxError, java, juel_methods, parse_template, to_json


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
        ("${items.contains('b') && !items.contains('z')}", {"items": ["a", "b"]}, True),
        ("${name.contains('d')}", {"name": "Ada"}, True),
        ("${order.containsKey('id')}", {"order": {"id": 1}}, True),
        ("${order.getTotal() > 5 and order.isPaid()}", {"order": {"total": 6, "paid": True}}, True),
        ("${order.getOrDefault('rush', 'no')}", {"order": {}}, "no"),
        ("${items[at]}", {"items": [7, 8], "at": 1}, 8),
        ("${prices[code]}", {"prices": {"x": 2}, "code": "x"}, 2),
        ("${name.substring(1, 3).concat('!').indexOf('a')}", {"name": "Adam"}, 1),
        ("${name.matches('A.a')}", {"name": "Ada"}, True),
        ("${name.trim().replace('A', 'E').charAt(0)}", {"name": " Ada "}, "E"),
        ("${count.intValue() + paid.booleanValue().toString().length()}", {"count": 3.7, "paid": True}, 7),
        ("${amount.compareTo(3)}", {"amount": 5}, 1),
        ("${S(text).prop('k').stringValue()}", {"text": '{"k": "v"}'}, "v"),
        ("${data.path('k').asText()}", {"data": {"k": 3}}, "3"),
        ("${execution.getVariable('nobody') == null}", {}, True),
        ("${execution.hasVariable('a') && !execution.hasVariable('b')}", {"a": 1}, True),
        ("${variables:get(nobody) == null && vars:isEmpty(nobody)}", {}, True),
        ("${variables:getOrDefault(rate, 4) + var:get(base)}", {"base": 1}, 5),
        ("${variables:equals(a, 1) && var:lt(a, 2) && !variables:gte(nobody, 1)}", {"a": 1}, True),
        ("${variables:contains(tags, 'x', 'y') && variables:containsAny(tags, 'z', 'x')}", {"tags": ["x", "y"]}, True),
        ("${digits + 1 - nothing}", {"digits": "5", "nothing": None}, 6),
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
        "${fn:size(list)}",
        "${variables:put(a, 1)}",
        "${execution.getVariable(name)}",
        "${bean.getClass()}",
        "${status.equals('a', 'b')}",
        "${status.equals('a'}",
    ],
)
def test_every_other_call_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_template(text)


@pytest.mark.parametrize("text", ["${name.size()}", "${name.charAt(9)}", "${items.trim()}", "${S(name)}", "${n.at}"])
def test_a_method_that_does_not_fit_its_value_is_an_error(text: str) -> None:
    assert parse_template(text).evaluate({"name": "Ada", "items": [], "n": 1}).failed


def test_every_method_that_is_read_is_known_when_it_is_called() -> None:
    assert set(juel_methods._PURE.values()) <= java.METHODS.keys()
