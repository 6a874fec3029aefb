"""What of JSON can be kept."""

import pytest

from decisions.edge import storable


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "", "text", [], {}, {"a": [{"b": "c"}]}, nested(100)])
def test_what_can_be_kept(value):
    assert storable.why_not(value) == ""


@pytest.mark.parametrize("value", ["\x00", {"a\x00": 1}, [["a\x00b"]], {"a": {"b": ["\x00"]}}])
def test_the_null_character_is_refused_wherever_it_stands(value):
    assert "null character" in storable.why_not(value)


@pytest.mark.parametrize("levels", [101, 5000])
def test_what_is_nested_too_deeply_is_refused_without_recursion(levels):
    assert "levels deep" in storable.why_not(nested(levels))


@pytest.mark.parametrize(("text", "is_looked_at"), [
    (b'{"a": 1}', False), (b'{"a": "\\u0000"}', True), (b"[" * 101 + b"]" * 101, True),
    (b"[" * 100 + b"]" * 100, False),
])  # fmt: skip
def test_a_text_is_looked_at_only_when_it_could_hold_them(text, is_looked_at):
    assert storable.may_be_refused(text) is is_looked_at
