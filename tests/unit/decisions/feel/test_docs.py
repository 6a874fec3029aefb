"""The page for authors: every example on it works, and the errors it shows are the real ones."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from decisions.feel import FeelSyntaxError, parse, parse_template

_PAGE = (Path(__file__).parents[4] / "docs" / "feel.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"`(= [^`]*)`", _PAGE.split("## What to know")[0])
_CONTEXT = {
    "amount": 120, "tier": "gold", "discount": None, "country": "CH", "age": 30, "customer": {"name": "Ann"},
    "order": {
        "id": 7, "created": "2026-11-01", "net": 100, "tax": 8,
        "items": [{"price": 12, "quantity": 2, "category": "book"}],
    },
    "documents": [{"signed": True, "late": False}],
}  # fmt: skip


def test_the_page_has_ten_rows_of_examples() -> None:
    assert len(_EXAMPLES) >= 10


@pytest.mark.parametrize("text", _EXAMPLES)
def test_an_example_of_the_page_works(text: str) -> None:
    result = parse_template(text).evaluate(_CONTEXT, now=datetime(2026, 11, 20, tzinfo=UTC))
    assert result.value is not None
    assert result.messages == ()


def test_the_messages_of_the_page_are_the_real_ones() -> None:
    message = parse('amount < "100"').evaluate({"amount": 5}).messages[0]
    assert message.text in _PAGE
    with pytest.raises(FeelSyntaxError) as caught:
        parse("(1 + 2 *")
    assert str(caught.value) == "expected an expression, but found the end at character 9"


@pytest.mark.parametrize("text", ["null + 1", "null > 1"])
def test_null_travels_with_a_message(text: str) -> None:
    result = parse(text).evaluate({})
    assert result.value is None
    assert result.failed
