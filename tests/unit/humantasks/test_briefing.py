"""The context of a case: gathered in parallel, in time, with what is missing said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from humantasks import briefing
from humantasks.briefing import Fact, Status

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """A source that answers by a function."""

    name: str
    answer: Callable[[], Sequence[Fact]]
    limit_seconds: float | None = None

    @property
    def label(self) -> str:
        """Return the name in words."""
        return briefing.words(self.name)

    def fetch(self) -> Sequence[Fact]:
        """Answer."""
        return self.answer()


def test_facts_carry_their_source_and_moment():
    earlier = datetime(2026, 11, 1, tzinfo=UTC)
    facts = [Fact(name="score", value=612), Fact(name="since", value="May", label="Customer", as_of=earlier)]
    found = briefing.gather([Asked("credit_bureau", lambda: facts)], now=NOW)
    assert [(i.label, i.value, i.source, i.as_of) for i in found.items] == [
        ("Score", 612, "Credit bureau", NOW),
        ("Customer", "May", "Credit bureau", earlier),
    ]


def test_a_source_that_fails_is_shown_as_failed_and_the_others_stay():
    def broken() -> Sequence[Fact]:
        raise ConnectionError("no route to host")

    found = briefing.gather([Asked("bank", broken), Asked("bureau", lambda: [Fact(name="a", value=1)])], now=NOW)
    assert [(item.status, item.error) for item in found.items] == [
        (Status.FAILED, "Bank failed: no route to host"),
        (Status.OK, ""),
    ]


def test_a_late_source_is_not_waited_for():
    gate = threading.Event()
    began = time.monotonic()
    late = Asked("bank", lambda: [Fact(name="a", value=gate.wait(20))], limit_seconds=0.1)
    found = briefing.gather([late, Asked("bureau", lambda: [Fact(name="b", value=2)])], now=NOW)
    gate.set()
    assert time.monotonic() - began < 2
    assert [(item.status, item.error) for item in found.items] == [
        (Status.LATE, "Bank did not answer within 0.1 s."),
        (Status.OK, ""),
    ]


def test_sources_are_asked_at_the_same_time():
    together = threading.Barrier(3, timeout=5)

    def meet() -> Sequence[Fact]:
        together.wait()
        return [Fact(name="x", value=1)]

    found = briefing.gather([Asked(f"s{n}", meet) for n in range(3)], now=NOW, limit_seconds=5)
    assert [item.status for item in found.items] == [Status.OK] * 3


def test_a_slow_source_with_a_longer_limit_of_its_own_is_waited_for():
    slow = Asked("slow", lambda: [Fact(name="x", value=time.sleep(0.2) or 1)], limit_seconds=5)
    found = briefing.gather([slow], now=NOW, limit_seconds=0.01)
    assert found.items[0].status is Status.OK


def test_no_source_is_an_empty_briefing():
    assert briefing.gather([], now=NOW).as_json() == {"items": [], "gathered_at": NOW.isoformat()}


@pytest.mark.parametrize(
    ("name", "text"),
    [("net_income", "Net income"), ("netIncome", "Net income"), ("DTI", "DTI"), ("due-date", "Due date"), ("", "")],
)
def test_names_are_read_as_words(name, text):
    assert briefing.words(name) == text
