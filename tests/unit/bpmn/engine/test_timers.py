"""Timers: ISO 8601 and cron (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bpmn.engine import timers
from bpmn.language.process import TimerKind

NOW = datetime(2026, 1, 31, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDuration", "PT15M", "2026-01-31T12:15:30+00:00"),
        ("timeDuration", "P1M", "2026-02-28T12:00:30+00:00"),
        ("timeDuration", "P1Y2M3DT4H5M6S", "2027-04-03T16:05:36+00:00"),
        ("timeDuration", "P2W", "2026-02-14T12:00:30+00:00"),
        ("timeDuration", "PT0.5S", "2026-01-31T12:00:30.500000+00:00"),
        ("timeDuration", "PT0,5S", "2026-01-31T12:00:30.500000+00:00"),
        ("timeDuration", "-PT1H", "2026-01-31T11:00:30+00:00"),
        ("timeDate", "2026-02-01T10:00:00Z", "2026-02-01T10:00:00+00:00"),
        ("timeDate", "2026-02-01T10:00:00+02:00", "2026-02-01T08:00:00+00:00"),
        ("timeDate", "2026-02-01T10:00:00", "2026-02-01T10:00:00+00:00"),
        ("timeDate", "2026-02-01T10:00:00@Europe/Berlin", "2026-02-01T09:00:00+00:00"),
        ("timeDate", "2026-02-01", "2026-02-01T00:00:00+00:00"),
        ("timeDate", "2026-02-01T10:00:00+01:00[Europe/Berlin]", "2026-02-01T09:00:00+00:00"),
        ("timeCycle", "R/PT1H", "2026-01-31T13:00:30+00:00"),
        ("timeCycle", "R3/2026-02-01T00:00:00Z/PT1H", "2026-02-01T00:00:00+00:00"),
        ("timeCycle", "0 0 9 * * MON-FRI", "2026-02-02T09:00:00+00:00"),
        ("timeCycle", "*/15 * * * *", "2026-01-31T12:15:00+00:00"),
        ("timeCycle", "0 0 0 L * ?", "2026-02-28T00:00:00+00:00"),
        ("timeCycle", "0 0 12 ? * 2#1", "2026-02-03T12:00:00+00:00"),
        ("timeCycle", "0 0 12 29 2 ?", "2028-02-29T12:00:00+00:00"),
        ("timeCycle", "R-1/PT1H", "2026-01-31T13:00:30+00:00"),
        ("timeCycle", "@every PT1H", "2026-01-31T13:00:30+00:00"),
        ("timeCycle", "@daily", "2026-02-01T00:00:00+00:00"),
    ],
)
def test_a_timer_is_due_when_its_text_says(kind: str, text: str, due: str) -> None:
    assert timers.schedule(TimerKind(kind), text, NOW).due_at.isoformat() == due


@pytest.mark.parametrize(
    ("text", "due", "left"),
    [
        ("R/2020-01-01T00:30:00Z/PT1H", "2026-01-31T12:30:00+00:00", None),
        ("R/2020-01-31T00:00:00Z/P0Y0M1D", "2026-02-01T00:00:00+00:00", None),
        ("R/2020-01-05T00:00:00Z/P1M", "2026-02-05T00:00:00+00:00", None),
        ("R5/2026-01-31T10:00:00Z/PT1H", "2026-01-31T13:00:00+00:00", 1),
        ("R3/2011-03-11T12:13:00Z/PT5M", "2011-03-11T12:23:00+00:00", 0),
        ("R3/2011-03-11T12:13:00Z/P1M", "2011-05-11T12:13:00+00:00", 0),
        ("R3/2026-01-31T12:00:30Z/PT1H", "2026-01-31T12:00:30+00:00", 2),
    ],
)
def test_a_repetition_passes_over_what_it_missed_before_it_was_armed(text: str, due: str, left: int | None) -> None:
    armed = timers.schedule(TimerKind.CYCLE, text, NOW)
    assert (armed.due_at.isoformat(), armed.left) == (due, left)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDuration", "five minutes"),
        ("timeDuration", "P"),
        ("timeDuration", "PT"),
        ("timeDuration", "P99999Y"),
        ("timeDuration", "2026-01-01"),
        ("timeDate", "tomorrow"),
        ("timeCycle", "R3"),
        ("timeCycle", "R0/PT1H"),
        ("timeCycle", "R3/PT0S"),
        ("timeCycle", "61 * * * *"),
        ("timeCycle", "0 0 0 30 2 ?"),
        ("timeCycle", "a b c"),
        ("timeDuration", "P99999999999999D"),
        ("timeDuration", "P" + "9" * 400 + "Y"),
        ("timeDate", "0001-01-01T00:00:00+23:00"),
        ("timeDate", "2026-11-22T10:00:00@Europe"),
        ("timeDate", "2026-11-22T10:00:00@" + "a" * 230),
        ("timeDate", "[" * 200_000),
        ("timeCycle", "R" + "9" * 20 + "/PT1H"),
        ("timeCycle", "R" + "9" * 5000 + "/PT1H"),
        ("timeCycle", "0 0 0 ? * 1#x"),
        ("timeCycle", "0 0 0 " + "1," * 100_000 + "1 * ?"),
    ],
)
def test_a_text_that_says_no_time_is_refused(kind: str, text: str) -> None:
    with pytest.raises(timers.TimerUnreadable):
        timers.schedule(TimerKind(kind), text, NOW)


@pytest.mark.parametrize(("text", "count"), [("R3/PT10M", 3), ("R1/PT10M", 1), ("R/PT10M/2026-01-31T12:35:00Z", 3)])
def test_a_repetition_counts_from_when_it_was_due(text: str, count: int) -> None:
    armed = timers.schedule(TimerKind.CYCLE, text, NOW)
    dues = []
    while armed is not None:
        dues.append(armed.due_at)
        armed = timers.following(armed)

    assert len(dues) == count
    assert all((b - a).total_seconds() == 600 for a, b in zip(dues, dues[1:], strict=False))


@pytest.mark.parametrize("text", ["R/9999-12-31T23:00:00Z/P1D", "0 0 0 1 1 ? 2030"])
def test_a_repetition_ends_with_the_calendar(text: str) -> None:
    armed = timers.schedule(TimerKind.CYCLE, text, NOW)

    assert timers.following(armed) is None


def test_a_cron_line_goes_on_for_ever() -> None:
    armed = timers.schedule(TimerKind.CYCLE, "0 30 8 * * *", NOW)

    assert [armed.due_at.day, timers.following(armed).due_at.day] == [1, 2]
