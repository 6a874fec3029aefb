"""Conversion functions of DMN 1.5, table 72, and the text of values."""

import pytest

from decisions.feel import parse, to_json


def _value(text: str) -> object:
    return to_json(parse(text).evaluate({}).value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string(1.10)", "1.1"),
        ("string(1e3)", "1000"),
        ("string(-0.0)", "0"),
        ("string(0.000001)", "0.000001"),
        ("string(1/3)", "0.3333333333333333333333333333333333"),
        ("string(true)", "true"),
        ("string(null)", None),
        ('string("x")', "x"),
        ('string([1, "a", [true, null]])', '[1, "a", [true, null]]'),
        ('string({a: "foo", "b c": {d: 1}})', '{a: "foo", b c: {d: 1}}'),
        ('string({"{": 1, "and": 2, "": 3})', '{"{": 1, "and": 2, "": 3}'),
        ('string(@"2026-11-20")', "2026-11-20"),
        ('string(@"10:00:00.120Z")', "10:00:00.12Z"),
        ('string(@"2026-11-20T10:00:00@Europe/Paris")', "2026-11-20T10:00:00@Europe/Paris"),
        ('string(@"-0044-03-15")', "-0044-03-15"),
        ('string(duration("P14M"))', "P1Y2M"),
        ('string(duration("PT49H0.5S"))', "P2DT1H0.5S"),
        ('string(duration("-PT0S"))', "PT0S"),
        ('string(duration("P0Y"))', "P0M"),
        ("string([1..3))", "[1..3)"),
        ("string((> 5))", "(> 5)"),
        ('string((@"2026-01-01"..@"2026-02-01"])', '(@"2026-01-01"..@"2026-02-01"]'),
        ('number("1 000,0", " ", ",")', 1000),
        ('number("1,000.05", ",", ".")', 1000.05),
        ('number("1.000.000,01", ".", ",")', 1000000.01),
        ('number("-1.5", null, null)', -1.5),
        ('number("1e3", null, ".")', 1000),
        ('number(from: "1,000", grouping separator: ",", decimal separator: null)', 1000),
        ('number("12")', 12),
        ('date("2026-11-20")', "2026-11-20"),
        ('date(date and time("2026-11-20T10:00:00Z"))', "2026-11-20"),
        ("date(2024, 2, 29)", "2024-02-29"),
        ('date("-2026-01-01")', "-2026-01-01"),
        ('date("999999999-12-31")', "999999999-12-31"),
        ('time("23:59:00z")', "23:59:00Z"),
        ('time("23:59:00.123456789")', "23:59:00.123456789"),
        ('time("00:00:00+18:00")', "00:00:00+18:00"),
        ('time("24:00:00")', "00:00:00"),
        ('time(date and time("2026-11-20T10:00:00@Asia/Dhaka"))', "10:00:00@Asia/Dhaka"),
        ('time(@"2026-11-20")', "00:00:00Z"),
        ("time(11, 59, 45.25, null)", "11:59:45.25"),
        ('time(hour: 11, minute: 59, second: 0, offset: duration("-PT2H"))', "11:59:00-02:00"),
        ("time(11, 59, 0)", "11:59:00"),
        ('date and time("2026-11-20")', "2026-11-20T00:00:00"),
        ('date and time("2026-12-31T24:00:00")', "2027-01-01T00:00:00"),
        ('date and time(@"2026-11-20", @"10:00:00@Europe/Paris")', "2026-11-20T10:00:00@Europe/Paris"),
        ('date and time(@"2026-11-20T01:00:00Z", @"10:00:00")', "2026-11-20T10:00:00"),
        ('duration("P1Y2M")', "P1Y2M"),
        ('duration("-P3DT4H")', "-P3DT4H"),
        ('duration("PT3600S")', "PT1H"),
        ('years and months duration(@"2011-12-22", @"2013-08-24")', "P1Y8M"),
        ('years and months duration(@"2013-08-24", @"2011-12-22")', "-P1Y8M"),
        ('years and months duration(from: @"2026-01-31", to: @"2026-02-28")', "P0M"),
        ('range("[18..21)")', "[18..21)"),
        ('range("(@\\"2026-01-01\\"..date(\\"2026-02-01\\")]")', '(@"2026-01-01"..@"2026-02-01"]'),
    ],
)
def test_a_conversion_gives_what_the_standard_says(text: str, expected: object) -> None:
    assert _value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "string()", 'string("a", "b")', 'number("abc", ",", ".")', 'number("1", ",", ",")', 'number("1", "&", ".")',
        "number(null, null, null)", 'number("1,5", null, ".")', 'number("", " ", ".")', 'number("1", ".")',
        'date("2026-13-01")', 'date("2026-02-29")', 'date("26-01-01")', 'date("02026-01-01")', 'date("+2026-01-01")',
        'date("9999999999-01-01")', "date(2026, 13, 1)", "date(2026, 1.5, 1)", "date(null)", "date(1)", "date([])",
        "date(1000000000, 1, 1)", 'date("2026-01-01T00:00:00")', 'time("25:00:00")', 'time("10:60:00")',
        'time("7:00:00")', 'time("10:00:00+19:00")', 'time("10:00:00@Nowhere/Town")',
        'time("10:00:00+01:00@Europe/Paris")',
        'time("10:00")', "time(24, 0, 0)", "time(-1, 0, 0)", 'time(1, 0, 0, "PT1H")', 'time(1, 0, 0, @"P1D")',
        'date and time("2026-01-01T24:00:01")', 'date and time("10:00:00")', "date and time(null)",
        'date and time(@"2026-01-01", null)', 'duration("P")', 'duration("PT")', 'duration("P1YT")',
        'duration("P1Y1D")',
        'duration("P1H")', 'duration("1D")', 'duration("P1D2H")', "duration(null)",
        'years and months duration(null, @"2026-01-01")',
        'range("[1..]")', 'range("[3..1]")', 'range("(>= 10)")', 'range("[a..3]")', "range([1..3])", 'range("")',
        'range("[1..\\"b\\"]")', '@"foo"', '@""',
    ],
)  # fmt: skip
def test_a_conversion_that_cannot_answer_says_why(text: str) -> None:
    result = parse(text).evaluate({})
    assert result.value is None
    assert result.failed
