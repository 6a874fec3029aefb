"""Values as JSON that loses nothing, and back."""

from __future__ import annotations

from typing import Any

import pytest

from decisions import feel
from decisions.dmn import wire


@pytest.mark.parametrize(
    "expression",
    [
        "null", "true", '"text"', "12.50", "1e30", '@"2026-11-20"', '@"10:00:00+01:00"',
        '@"10:00:00@Europe/Paris"', '@"2026-11-20T10:00:00Z"', '@"P1DT2H"', '@"-P1Y2M"',
        '[1, [null], {a: "b"}]', '{"$number": 1, "$$": {}}', '{"$date": "x", b: 1}',
    ],
)  # fmt: skip
def test_a_value_survives_the_way_there_and_back(expression: str) -> None:
    value = feel.parse(expression).evaluate({}).value
    assert wire.decode(wire.encode(value)) == value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("[1..3]", {"$range": "[1..3]"}), ("function(a) a", {"$function": "function(a)"})],
)
def test_ranges_and_functions_are_shown(expression: str, expected: Any) -> None:
    assert wire.encode(feel.parse(expression).evaluate({}).value) == expected


@pytest.mark.parametrize("given", [{"$date": "2026-13-01"}, {"$number": "x"}, {"$unknown": "1"}, {"$number": None}])
def test_what_is_no_value_is_refused(given: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(given)


def test_inputs_must_be_an_object() -> None:
    with pytest.raises(wire.WireError):
        wire.decode_context([1])
