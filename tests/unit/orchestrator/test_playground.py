"""The playground answers whatever is typed, marks the places, and stays within its budget."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator import playground
from orchestrator.playground import BadContext, Language

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def attempt(text, context=None, language=Language.FEEL):
    return playground.attempt(text, context or {}, language=language, now=NOW)


def test_a_trial_tells_value_type_and_the_names_it_reads():
    tried = attempt("a + b", {"a": 1, "b": 2})
    assert (tried.value, tried.type, tried.names, tried.messages) == (3, "number", ("a", "b"), ())


def test_no_digit_is_lost_in_the_text_of_a_number():
    assert attempt("1/3").text == "0.3333333333333333333333333333333333"


@pytest.mark.parametrize(
    ("text", "context", "language", "value"),
    [
        ("= first name", {"first name": "Ada"}, Language.FEEL, "Ada"),
        ("[18..65), > limit", {"?": 90, "limit": 70}, Language.UNARY, True),
        ('starts with(?, "C")', {"?": "DE"}, Language.UNARY, False),
        ("${amount > 100 && status == 'open'}", {"amount": 250, "status": "open"}, Language.JUEL, True),
        ("today()", {}, Language.FEEL, "2026-11-20"),
    ],
)
def test_each_syntax_is_understood(text, context, language, value):
    assert attempt(text, context, language).value == value


def test_what_is_no_expression_is_a_message_with_its_place():
    tried = attempt("(1 + 2 *")
    assert (tried.value, tried.type) == (None, "")
    assert [(m.severity, m.code, m.position) for m in tried.messages] == [("error", "feel_syntax", 9)]


def test_a_leading_equals_sign_does_not_shift_positions():
    (message,) = attempt('= 1 < "a"').messages
    assert '= 1 < "a"'[message.position - 1] == "<"


def test_a_text_without_braces_is_no_juel():
    assert attempt("amount > 1", {}, Language.JUEL).messages[0].code == "feel_syntax"


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10000000 return i",
        "count(for a in 1..1000, b in 1..1000, c in 1..1000 return 1)",
        "{f: function(n) f(n + 1), r: f(1)}.r",
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")',
    ],
)
def test_a_trial_ends_within_its_budget(text):
    started = datetime.now(UTC)
    tried = attempt(text)
    assert tried.value in (None, False)
    assert (datetime.now(UTC) - started).total_seconds() < 4


@given(st.text(max_size=60), st.sampled_from(list(Language)))
def test_nothing_that_is_typed_raises(text, language):
    tried = attempt(text, {"a": 1}, language)
    assert "".join(piece.text for piece in playground.pieces(text, tried.messages)) == text


def test_pieces_are_cut_where_messages_point():
    tried = attempt('1 < "a"')
    assert [(p.text, p.marks) for p in playground.pieces('1 < "a"', tried.messages)] == [
        ("1 ", ()), ("<", (1,)), (' "a"', ()),
    ]  # fmt: skip


def test_a_place_is_said_in_lines_and_columns():
    assert playground.place("a\n+ ) b", 5) == "line 2, column 3"
    assert playground.place("a", None) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n  }', "line 2, column 3"),
        ("[1]", "not a JSON object"),
        ('{"a": NaN}', "NaN is no number"),
        ("[" * 100_000, "not JSON"),
        ("9" * 5000, "not JSON"),
        (" " + "1" * playground.LONGEST_CONTEXT, "are allowed"),
    ],
)
def test_a_context_that_is_no_object_is_refused_with_its_place(text, said):
    with pytest.raises(BadContext, match=said):
        playground.read_context(text)


def test_an_empty_context_is_an_empty_object():
    assert playground.read_context(" \n") == {}
