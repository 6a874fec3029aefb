"""What people read of times, names and shares."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from humantasks.deadlines import sla
from orchestrator.templatetags import handoff


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"), (0, "0 ms"), (0.64, "640 ms"), (1, "1 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"),
        (3600, "1 h"), (3605, "1 h"), (8280, "2 h 18 min"), (90_000, "1 d 1 h"), (86_405, "1 d"),
        (timedelta(minutes=2), "2 min"),
    ],
)  # fmt: skip
def test_a_length_of_time_has_its_two_largest_units(seconds: float | None, words: str) -> None:
    assert handoff.span(seconds) == words


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(0), ">now<"), (timedelta(minutes=-5, seconds=-1), ">5 min ago<"),
        (timedelta(hours=2, minutes=59), ">in 2 h<"), (timedelta(seconds=-3.5), ">3 s ago<"),
    ],
)  # fmt: skip
def test_a_near_moment_is_a_distance(gap: timedelta, words: str) -> None:
    assert words in handoff.near(timezone.now() + gap)


def test_a_far_moment_is_a_date_and_says_the_exact_time_on_hover() -> None:
    at = timezone.now() - timedelta(days=40)
    words = handoff.near(at)
    assert f">{at.day} {at:%b %Y}<" in words
    assert f'title="{at.day} {at:%b %Y, %H:%M:%S}"' in words


@pytest.mark.parametrize(
    ("first", "last", "name", "letters"),
    [("Alice", "Moreau", "a", "AM"), ("", "", "reviewer", "RE"), ("", "", "loan-portal", "LP"), ("", "", "x", "XX")],
)
def test_a_face_has_two_letters(first: str, last: str, name: str, letters: str) -> None:
    assert handoff.initials(User(username=name, first_name=first, last_name=last)) == letters


@pytest.mark.parametrize(
    ("value", "most", "width"),
    [(0.4, 1, "40.0%"), (2, 4, "50.0%"), (9, 3, "100.0%"), (1, 0, "0.0%"), (None, 1, "0.0%")],
)
def test_a_bar_never_leaves_its_frame(value: float | None, most: float, width: str) -> None:
    assert f'width="{width}"' in handoff.bar(value, "act", most)


def test_a_bar_has_only_colours_with_a_meaning() -> None:
    with pytest.raises(ValueError, match="no such tone"):
        handoff.bar(0.5, '"><script>')


def test_an_icon_comes_from_the_sprite() -> None:
    assert re.search(r'href="/static/\w{12}/vendor/tabler-icons/icons.svg#lock"', handoff.icon("lock"))


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    root = Path(__file__).resolve().parents[4]
    sprite = (root / "orchestrator/static/vendor/tabler-icons/icons.svg").read_text(encoding="utf-8")
    there = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    named = {
        name
        for template in (root / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([\w-]+)"', template.read_text(encoding="utf-8"))
    }
    assert named - there == set()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (42, "42 s"), (59 * 60 + 22, "59 min"), (2 * 3600 + 59, "2 h"), (26 * 3600 + 70, "1 d 2 h")],
)
def test_a_countdown_says_seconds_only_in_its_last_minute(seconds, said):
    assert handoff.about(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"outcome": "assess", "reason": "Within the rules"}, "Outcome assess · Reason Within the rules"),
        ({"rows": [{"a": 1}]}, '{"rows": [{"a": 1}]}'),
        (
            {"label": "yes", "result": "yes", "decided_by": "model", "confidence": 0.8868, "record": "01a1fee4"},
            "yes, decided by a model with confidence 0.89",
        ),
        (
            {"label": "no", "result": "no", "decided_by": "person", "confidence": 0.7, "record": "01a1fee4"},
            "no, decided by a person",
        ),
        (22_700, "22,700"),
    ],
)
def test_a_value_is_said_in_words_not_as_json(value, said):
    assert handoff.in_words(value) == said


@pytest.mark.parametrize(
    ("hours_to_due", "expected"),
    [(-1, "bad"), (100, "act")],
)
def test_what_is_overdue_is_red_whatever_its_urgency(hours_to_due: int, expected: str) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    clock = sla.clock(priority=0, created_at=now - timedelta(days=2), goal_at=None,
                      due_at=now + timedelta(hours=hours_to_due), now=now)  # fmt: skip
    assert clock.urgency < 80
    assert handoff.tone(clock) == expected
