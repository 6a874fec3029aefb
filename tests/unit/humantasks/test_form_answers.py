"""Answers are checked field by field; what a browser posts becomes values."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humantasks.forms import answers
from humantasks.forms.schema import Field, FormSchema, Kind, Option

OPTIONS = (Option(value="a", label="A"), Option(value=2, label="Two"))
ONE = (Option(value=1, label="One"),)


class Posted(dict[str, list[str]]):
    """What a browser sent."""

    def getlist(self, key: str) -> list[Any]:
        """Return every value of a name."""
        return self.get(key, [])


def form(kind: Kind, **more: Any) -> FormSchema:
    """Return a form of one field `x`."""
    return FormSchema(fields=(Field(key="x", label="X", kind=kind, **more),))


@pytest.mark.parametrize(
    ("kind", "more", "value", "problem"),
    [
        (Kind.TEXT, {}, "hello", ""),
        (Kind.TEXT, {"required": True}, "", "An answer is needed"),
        (Kind.TEXT, {"min_length": 3}, "ab", "At least 3 characters"),
        (Kind.TEXT, {"max_length": 1}, "ab", "At most 1 characters"),
        (Kind.TEXT, {"pattern": "[0-9]+"}, "ab", "does not have the form"),
        (Kind.TEXT, {"pattern": "(("}, "ab", ""),
        (Kind.TEXT, {}, ["a"], "A text is needed"),
        (Kind.NUMBER, {}, 1.5, ""),
        (Kind.NUMBER, {}, "1.5", "A number is needed"),
        (Kind.NUMBER, {}, True, "A number is needed"),
        (Kind.NUMBER, {"minimum": 2}, 1, "The least is 2"),
        (Kind.NUMBER, {"maximum": 2}, 3, "The most is 2"),
        (Kind.INTEGER, {}, 1.5, "has a fraction"),
        (Kind.INTEGER, {}, 2.0, ""),
        (Kind.CHECKBOX, {}, False, ""),
        (Kind.CHECKBOX, {}, "yes", "true or false"),
        (Kind.RADIO, {"options": OPTIONS}, "a", ""),
        (Kind.RADIO, {"options": OPTIONS}, "z", "none of the answers: a, 2"),
        (Kind.CHECKLIST, {"options": OPTIONS}, ["a", 2], ""),
        (Kind.RADIO, {"options": ONE}, 1, ""),
        (Kind.RADIO, {"options": ONE}, True, "none of the answers"),
        (Kind.CHECKLIST, {"options": ONE}, [True], "none of the answers"),
        (Kind.CHECKLIST, {"options": OPTIONS}, ["z"], "none of the answers"),
        (Kind.CHECKLIST, {"options": OPTIONS}, "a", "A list is needed"),
        (Kind.DATE, {}, "2026-11-30", ""),
        (Kind.DATE, {}, "30.11.2026", "a date like"),
        (Kind.TIME, {}, "14:30", ""),
        (Kind.DATETIME, {}, "tomorrow", "a date and time like"),
        (Kind.JSON, {}, {"a": 1}, ""),
    ],
)
def test_a_value_fits_its_field_or_says_why_not(kind, more, value, problem):
    found = answers.check(form(kind, **more), {"x": value})
    assert problem in found.problems.get("x", "")
    assert bool(found.problems) == bool(problem)


def test_every_problem_is_told_at_once():
    both = FormSchema(fields=(Field(key="a", label="A", kind=Kind.NUMBER), Field(key="b", label="B", kind=Kind.DATE)))
    assert set(answers.check(both, {"a": "x", "b": "y"}).problems) == {"a", "b"}


def test_what_the_form_does_not_ask_for_goes_through():
    assert answers.check(form(Kind.TEXT), {"x": "1", "more": [1]}).values == {"x": "1", "more": [1]}


def test_a_readonly_field_is_not_written():
    assert answers.check(form(Kind.TEXT, readonly=True), {"x": "changed"}).values == {}


def test_a_dotted_field_is_written_into_its_context():
    dotted = FormSchema(fields=(Field(key="customer.name", label="N", kind=Kind.TEXT),))
    assert answers.check(dotted, {"customer": {"name": "Ada"}}).values == {"customer": {"name": "Ada"}}


def test_a_pattern_that_never_ends_does_not_hold_up_an_answer():
    began = time.monotonic()
    answers.check(form(Kind.TEXT, pattern="(a|aa|a?)+$"), {"x": "a" * 60 + "b"})
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("kind", "more", "sent", "value"),
    [
        (Kind.TEXT, {}, [" hello "], "hello"),
        (Kind.TEXT, {}, [""], None),
        (Kind.INTEGER, {}, ["7"], 7),
        (Kind.NUMBER, {}, ["7.50"], 7.5),
        (Kind.CHECKBOX, {}, ["true"], True),
        (Kind.CHECKBOX, {}, [], False),
        (Kind.RADIO, {"options": OPTIONS}, ["2"], 2),
        (Kind.CHECKLIST, {"options": OPTIONS}, ["a", "2"], ["a", 2]),
        (Kind.JSON, {}, ['{"a": 1}'], {"a": 1}),
    ],
)
def test_a_browser_s_text_becomes_a_value(kind, more, sent, value):
    found = answers.from_post(form(kind, **more), Posted(x=sent))
    assert found.problems == {}
    assert found.values.get("x") == value


def test_an_open_form_writes_what_changed_and_what_was_added():
    schema = FormSchema(
        fields=(Field(key="a", label="A", kind=Kind.INTEGER), Field(key="b", label="B", kind=Kind.TEXT)),
        is_open=True,
    )
    sent = Posted(a=["1"], b=["new"], new_name=["ok", ""], new_value=["true", "x"])
    assert answers.from_post(schema, sent, shown={"a": 1, "b": "old"}).values == {"b": "new", "ok": True}


def test_a_new_variable_needs_a_name_that_is_one():
    schema = FormSchema(fields=(), is_open=True)
    sent = Posted(new_name=["not a name"], new_value=["1"])
    assert "begins with a letter" in answers.from_post(schema, sent).problems["new_name"]


@given(st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=8), max_size=4))
def test_checking_never_fails_and_what_it_accepts_it_accepts_again(submitted):
    schema = FormSchema(fields=(Field(key="x", label="X", kind=Kind.TEXT, max_length=5),))
    once = answers.check(schema, submitted)
    if not once.problems:
        assert answers.check(schema, once.values) == once
