"""Times, ids and languages as modelers write them."""

from __future__ import annotations

import pytest

from bpmn.language import normalise
from bpmn.language.process import TimerKind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (TimerKind.DURATION, "PT15M"),
        (TimerKind.DURATION, "P1Y2M3DT4H5M6.5S"),
        (TimerKind.DURATION, "P2W"),
        (TimerKind.DURATION, "pt10s"),
        (TimerKind.DURATION, '"PT1H"'),
        (TimerKind.DATE, "2030-12-31"),
        (TimerKind.DATE, "2030-12-31T18:00"),
        (TimerKind.DATE, "2030-12-31T18:00:00.5+02:00"),
        (TimerKind.DATE, "2030-12-31T18:00:00[Europe/Berlin]"),
        (TimerKind.CYCLE, "R3/PT10H"),
        (TimerKind.CYCLE, "R/PT1H"),
        (TimerKind.CYCLE, "R-1/P1D"),
        (TimerKind.CYCLE, "R5/2030-01-01T00:00:00Z/P1D"),
        (TimerKind.CYCLE, "R5/PT1H/2030-01-01"),
        (TimerKind.CYCLE, "0 0/5 * * * ?"),
        (TimerKind.CYCLE, "0 9 * * MON-FRI"),
        (TimerKind.CYCLE, "@daily"),
    ],
)
def test_a_time_of_iso_8601_or_cron_is_accepted(kind: TimerKind, text: str) -> None:
    assert normalise.timer_complaint(text, kind) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (TimerKind.DURATION, "5 minutes"),
        (TimerKind.DURATION, "P"),
        (TimerKind.DURATION, "PT"),
        (TimerKind.DURATION, "P1H"),
        (TimerKind.DATE, "tomorrow"),
        (TimerKind.DATE, "31.12.2030"),
        (TimerKind.CYCLE, "R3"),
        (TimerKind.CYCLE, "R/PT0S"),
        (TimerKind.CYCLE, "R3/2030-01-01"),
        (TimerKind.CYCLE, "every day"),
        (TimerKind.CYCLE, "500###10s"),
        (TimerKind.CYCLE, "* * * * " + "L" * 200 + "!"),
        (TimerKind.CYCLE, "* * * * ABC"),
        (TimerKind.CYCLE, "=cycle(" + " " * 100_000),
    ],
)
def test_any_other_time_is_refused_with_an_example(kind: TimerKind, text: str) -> None:
    assert normalise.timer_complaint(text, kind)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("pt10s", TimerKind.DURATION, "PT10S"),
        ("'PT1H'", TimerKind.DURATION, "PT1H"),
        ("0 9 * * mon-fri", TimerKind.CYCLE, "0 9 * * mon-fri"),
        ("${wait}", TimerKind.DURATION, "${wait}"),
        ('=duration("PT1H")', TimerKind.DURATION, '=duration("PT1H")'),
    ],
)
def test_a_literal_time_is_written_as_iso_8601_writes_it(text: str, kind: TimerKind, expected: str) -> None:
    assert normalise.timer(text, kind) == expected


@pytest.mark.parametrize("text", ["a", "_ä.1-x", "sid-0A.b_c"])
def test_an_xml_name_may_be_an_id(text: str) -> None:
    assert normalise.is_ncname(text)


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("1", True), ("False", False), ("", True)])
def test_an_absent_boolean_is_its_default(text: str, expected: bool) -> None:
    assert normalise.boolean(text, default=True) is expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0 0 9 ? * 2-6", "0 0 9 ? * MON-FRI"),
        ("0 0 12 ? * 2#1", "0 0 12 ? * MON#1"),
        ("0 0 12 ? * 6L", "0 0 12 ? * FRIL"),
        ("0 0 12 ? * 1,7 2030", "0 0 12 ? * SUN,SAT 2030"),
        ("0 0 9 ? * MON-FRI", "0 0 9 ? * MON-FRI"),
        ("0 0/5 * * * ?", "0 0/5 * * * ?"),
        ("R3/PT1H", "R3/PT1H"),
    ],
)
def test_quartz_counts_the_days_of_the_week_from_sunday(written: str, read: str) -> None:
    assert normalise.quartz(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("x == True", "x == true"),
        ("x is None or y is not None", "x == null or y != null"),
        ("not done and (not ready)", "!done and (!ready)"),
        ("x == 'not done' or name = \"None\"", "x == 'not done' or name = \"None\""),
        ("x is True or y is not False", "x == true or y != false"),
        ("x not in ['a', 'b'] and y", "not(x in ['a', 'b']) and y"),
        ("a.b not in done or 'x' not in l", "not(a.b in done) or not('x' in l)"),
        ("x == 'a not in b'", "x == 'a not in b'"),
        ("not(x) or not x == 1 or Truely", "not(x) or not x == 1 or Truely"),
        ("'" * 100_000, "'" * 100_000),
    ],
)
def test_conditions_may_use_the_words_of_python(written: str, read: str) -> None:
    assert normalise.plain_words(written) == read


def test_texts_of_a_condition_get_double_quotes() -> None:
    assert normalise.double_quotes("""x in ['a', "b'", 'c"']""") == """x in ["a", "b'", 'c"']"""
