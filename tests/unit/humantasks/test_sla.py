"""How a task's time stands, and how urgent that makes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humantasks.deadlines import sla
from humantasks.deadlines.sla import Standing

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def clock(*, hours: float, goal: float | None = None, due: float | None = 10, priority: int = 50) -> sla.Clock:
    """Return the clock of a task `hours` after it came."""
    return sla.clock(
        priority=priority,
        created_at=START,
        goal_at=None if goal is None else START + goal * HOUR,
        due_at=None if due is None else START + due * HOUR,
        now=START + hours * HOUR,
    )


@pytest.mark.parametrize(
    ("hours", "goal", "due", "standing"),
    [
        (0, None, None, Standing.NONE),
        (0, None, 10, Standing.ON_TIME),
        (7.9, None, 10, Standing.ON_TIME),
        (8, None, 10, Standing.AT_RISK),
        (5, 5, 10, Standing.AT_RISK),
        (10, None, 10, Standing.OVERDUE),
        (5, 5, None, Standing.OVERDUE),
    ],
)
def test_how_a_promise_stands(hours, goal, due, standing):
    assert clock(hours=hours, goal=goal, due=due).standing is standing


@pytest.mark.parametrize(("hours", "urgency"), [(0, 20), (5, 35), (9.99, 50), (10, 70), (12, 80), (100, 90)])
def test_urgency_rises_to_and_beyond_the_deadline(hours, urgency):
    assert clock(hours=hours).urgency == urgency


def test_a_missed_goal_adds_to_it():
    assert clock(hours=5, goal=4).urgency == clock(hours=5).urgency + 10


def test_without_a_promise_waiting_makes_it_urgent_slowly():
    assert [clock(hours=h, due=None).urgency for h in (0, 10, 100)] == [20, 30, 40]


def test_the_clock_counts_to_the_goal_first_and_then_to_the_deadline():
    before, after = clock(hours=3, goal=4), clock(hours=5, goal=4)
    assert (before.left, before.is_goal, before.goal_share) == (HOUR, True, 0.4)
    assert (after.left, after.is_goal) == (5 * HOUR, False)


def test_a_deadline_at_the_beginning_is_overdue_at_once():
    assert clock(hours=0, due=0).standing is Standing.OVERDUE


@given(
    st.floats(0, 500), st.floats(0, 500), st.integers(0, 100),
    st.none() | st.floats(0, 400), st.none() | st.floats(0, 400),
)  # fmt: skip
def test_urgency_is_0_to_100_and_never_falls_with_time(one, other, priority, goal, due):
    early, late = sorted((one, other))
    first = clock(hours=early, goal=goal, due=due, priority=priority).urgency
    assert 0 <= first <= clock(hours=late, goal=goal, due=due, priority=priority).urgency <= 100
