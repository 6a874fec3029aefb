"""What a schema of a drawing finds, and what it cannot make us do."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from orchestrator.connectors import schemas
from orchestrator.connectors.schemas import BadSchema

_ENDLESS = "^(a|aa)+$"
_AMOUNT = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}


@pytest.mark.parametrize(
    ("value", "schema", "said"),
    [
        ({"amount": 1}, _AMOUNT, ""),
        ({}, _AMOUNT, "$: 'amount' is a required property"),
        ({"amount": "1"}, _AMOUNT, "$.amount: '1' is not of type 'number'"),
        ({"a": 1}, {"additionalProperties": False}, '$: "a" is not expected'),
        ({"a": 1}, {"properties": {"a": {}}, "additionalProperties": False}, ""),
        ({"x-a": 1}, {"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False},
         "$['x-a']: 1 is not of type 'string'"),
        ({"a": 1}, {"additionalProperties": {"type": "string"}}, "$.a: 1 is not of type 'string'"),
        ("abc", {"pattern": "^b"}, '$: "abc" does not match "^b"'),
        ({"a": 1}, {"$ref": "#/$defs/d", "$defs": {"d": {"type": "object"}}}, ""),
    ],
)  # fmt: skip
def test_a_complaint_says_what_does_not_fit_and_where(value: Any, schema: Any, said: str) -> None:
    assert schemas.complaint(value, schema) == said


@pytest.mark.parametrize("schema", [
    {"type": "nope"}, {"properties": 5}, {"$ref": 5}, {"pattern": "("}, {"$ref": "#/nope"}, {"$ref": "#"},
    {"$ref": "http://127.0.0.1:1/schema"},
])  # fmt: skip
def test_a_schema_that_is_none_says_so(schema: Any) -> None:
    with pytest.raises(BadSchema):
        schemas.complaint("abc", schema)


@pytest.mark.parametrize("schema", [
    {"additionalProperties": {"pattern": _ENDLESS}},
    {"patternProperties": {_ENDLESS: {}}}, {"patternProperties": {_ENDLESS: {}}, "additionalProperties": False},
])  # fmt: skip
def test_a_pattern_without_end_is_given_up(schema: Any) -> None:
    text = "a" * 60 + "!"
    began = monotonic()
    with pytest.raises(BadSchema, match="too long"):
        schemas.complaint({text: text}, schema)
    assert monotonic() - began < 3


def test_a_schema_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "schema.json"
    secret.write_text(json.dumps({"const": "secret"}), encoding="utf-8")
    with pytest.raises(BadSchema, match="nothing is fetched"):
        schemas.complaint("a", {"$ref": secret.as_uri()})
