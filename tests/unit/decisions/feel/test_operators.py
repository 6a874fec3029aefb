"""Arithmetic, comparison, logic and paths (DMN 1.5, 10.3.2.11 to 10.3.2.15)."""

import itertools

import pytest

from decisions.feel import parse, to_json


def _value(text: str) -> object:
    return to_json(parse(text).evaluate({}).value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ** 3 ** 2", 64),
        ("-3 ** 2", 9),
        ("2 ** -1", 0.5),
        ("10 / 4", 2.5),
        ("7 - 2 - 1", 4),
        ("--10", 10),
        ("0.1 + 0.2", 0.3),
        ("1e3 + .5", 1000.5),
        ("0 ** 0", 1),
        ("4 ** 0.5", 2),
        ('"foo" + "bar"', "foobar"),
        ("1 + 1 + 1 + 1 + 1 + 1 + 1 - 7", 0),
        ('@"2026-11-20" + @"P1M"', "2026-12-20"),
        ('@"2026-01-31" + @"P1M"', "2026-02-28"),
        ('@"2026-11-20" + @"PT36H"', "2026-11-21"),
        ('@"2026-11-20" - @"PT1S"', "2026-11-19"),
        ('@"2026-11-20" - @"2026-11-10"', "P10D"),
        ('@"10:15:00" + @"P1DT1H"', "11:15:00"),
        ('@"00:15:00" - @"PT1H"', "23:15:00"),
        ('@"10:00:00+02:00" - @"10:00:00Z"', "-PT2H"),
        ('@"2021-01-01T24:00:00" - @"PT1S"', "2021-01-01T23:59:59"),
        ('@"-2021-01-01T10:10:10+11:00" - @"P1D"', "-2022-12-31T10:10:10+11:00"),
        ('@"2021-03-27T10:00:00@Europe/Paris" + @"PT24H"', "2021-03-28T11:00:00@Europe/Paris"),
        ('@"2021-03-27T10:00:00@Europe/Paris" + @"P1M"', "2021-04-27T10:00:00@Europe/Paris"),
        ('@"2021-01-02T10:10:10@Europe/Paris" - @"2021-01-01T10:10:10@Asia/Dhaka"', "P1DT5H"),
        ('@"2021-01-02" - @"2021-01-01T10:10:10+11:00"', "P1DT49M50S"),
        ('@"P1D" * 1.5', "P1DT12H"),
        ('-2.5 * @"P1Y11M"', "-P4Y9M"),
        ('@"P10Y11M" / 2.5', "P4Y4M"),
        ('@"P10Y" / @"P5Y"', 2),
        ('@"P1D" / @"PT1H"', 24),
        ('@"P1Y" - @"P2M"', "P10M"),
        ('-@"P1D"', "-P1D"),
    ],
)
def test_arithmetic_gives_what_the_standard_says(text: str, expected: object) -> None:
    assert _value(text) == expected


_KINDS = {
    "number": "10", "string": '"10"', "boolean": "true", "date": '@"2021-01-01"', "time": '@"10:10:10"',
    "moment": '@"2021-01-01T10:10:10"', "days": '@"P1D"', "years": '@"P1Y"', "list": "[10]", "range": "[1..10]",
    "context": "{a: 10}", "function": "(function(a) a)", "null": "null",
}  # fmt: skip
_ALLOWED = {
    "+": "number+number string+string days+days years+years date+days days+date date+years years+date moment+days"
    " days+moment moment+years years+moment time+days days+time",
    "-": "number-number days-days years-years date-days date-years moment-days moment-years time-days time-time"
    " date-date moment-moment",
    "*": "number*number number*days days*number number*years years*number",
    "/": "number/number days/number years/number days/days years/years",
    "**": "number**number",
}


@pytest.mark.parametrize("operator", _ALLOWED)
def test_arithmetic_of_other_kinds_is_null_with_a_message_that_quotes_both(operator: str) -> None:
    allowed = {tuple(pair.split(operator)) for pair in _ALLOWED[operator].split(" ")}
    for one, other in itertools.product(_KINDS, _KINDS):
        result = parse(f"{_KINDS[one]} {operator} {_KINDS[other]}").evaluate({})
        assert (result.value is not None) == ((one, other) in allowed), (one, operator, other)
        assert result.failed == ((one, other) not in allowed)


def test_an_error_quotes_the_values_and_the_place() -> None:
    result = parse('1 + 2 and 5 < "a"').evaluate({})
    assert [message.text for message in result.messages][0] == 'cannot compare number 5 with string "a", at 13'
    assert result.messages[0].position == 13


@pytest.mark.parametrize("text", ["1 / 0", "10 ** 7000", "(-8) ** 0.5", "0 ** -1", '@"P1D" / 0', '@"P1D" / @"P0D"',
                                  '@"2021-01-02T10:10:10Z" - @"2021-01-01T10:10:10"', '@"10:00:00Z" - @"10:00:00"',
                                  '@"999999999-12-31" + @"P1D"', '-"a"', "-[1]", '-@"10:00:00"'])  # fmt: skip
def test_arithmetic_without_a_result_is_null_with_a_message(text: str) -> None:
    result = parse(text).evaluate({})
    assert result.value is None
    assert result.failed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 = 1.0", True),
        ("1 != 2", True),
        ("null = null", True),
        ("null != null", False),
        ("1 = null", False),
        ('1 = "1"', None),
        ("true = 1", None),
        ("[1, 2] = [1, 2]", True),
        ("[1, 2] = [2, 1]", False),
        ("[] = null", False),
        ('[1] = ["a"]', None),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("{a: 1} = {a: 1, b: 2}", False),
        ("[1..3] = [1..3]", True),
        ("[1..3] = [1..3)", False),
        ("(< 10) = (< 10)", True),
        ("(< 10) = (null..10)", False),
        ('@"2018-12-08" = @"2018-12-08"', True),
        ('time("23:59:00z") + duration("PT2M") = time("00:01:00@Etc/UTC")', True),
        ('@"10:30:00.0001" = @"10:30:00.0002"', True),
        ('@"10:30:00Z" = @"11:30:00+01:00"', True),
        ('@"10:30:00Z" = @"10:30:00"', False),
        ('@"2018-02-08T00:00:00+01:00" = @"2018-02-08T00:00:00@Europe/Paris"', True),
        ('@"2002-04-02T23:00:00-04:00" = @"2002-04-03T02:00:00-01:00"', True),
        ('@"P1Y" = @"P12M"', True),
        ('@"P1Y" = @"P365D"', None),
        ("1 < 2", True),
        ('"a" < "b"', True),
        ("2 >= 2", True),
        ('@"2026-01-01" < @"2026-01-02"', True),
        ('@"10:00:00Z" < @"10:00:00"', None),
        ('@"P1D" > @"PT23H"', True),
        ("true < false", None),
        ("[1] < [2]", None),
        ("null < 1", None),
        ('1 < "2"', None),
        ("5 between 1 and 10", True),
        ("5 between 6 and 10", False),
        ("null between 1 and 2", None),
        ('@"2026-01-01" between @"2025-01-01" and @"2027-01-01"', True),
        ("1 between 1 and 1 and true", True),
    ],
)
def test_comparison_gives_what_the_standard_says(text: str, expected: object) -> None:
    result = parse(text).evaluate({})
    assert result.value is expected
    assert result.failed is (expected is None)


_TRUTH = [
    ("true", "true", True, True), ("true", "false", False, True), ("true", "null", None, True),
    ("true", "5", None, True), ("false", "true", False, True), ("false", "false", False, False),
    ("false", "null", False, None), ("false", "5", False, None), ("null", "true", None, True),
    ("null", "false", False, None), ("null", "null", None, None), ("5", "true", None, True),
    ("5", "false", False, None), ("5", "5", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "both", "either"), _TRUTH)
def test_logic_has_three_values(one: str, other: str, both: bool | None, either: bool | None) -> None:
    assert parse(f"{one} and {other}").evaluate({}).value is both
    assert parse(f"{one} or {other}").evaluate({}).value is either
    assert parse(f"{one} and {other} and {other}").evaluate({}).value is both
    assert parse(f"{one} or {other} or {other}").evaluate({}).value is either


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2018-12-10".weekday', 1),
        ('@"2018-12-10T10:30:01+05:00".time offset', "PT5H"),
        ('@"2018-07-10T10:30:01@Europe/Paris".time offset', "PT2H"),
        ('@"2018-12-10T10:30:01@Etc/UTC".timezone', "Etc/UTC"),
        ('@"2018-12-10T10:30:01".time offset', None),
        ('@"10:30:01.5".second', 1),
        ('@"-P1Y2M".months', -2),
        ('@"P1DT2H".hours', 2),
        ("[1..3).end included", False),
        ("(> 5).start", 5),
        ("(=10).end included", True),
        ("{a: {b: 1}}.a.b", 1),
        ("[{a: {b: 1}}, {a: {b: [2, 3]}}].a.b", [1, [2, 3]]),
        ("{a: 1}.b", None),
        ("[{a: 1}, {b: 2}].a", [1, None]),
        ("null.a", None),
        ('{"x y": 1}.x y', 1),
        ("{or: 1}.or", 1),
    ],
)
def test_a_path_reads_components_and_properties(text: str, expected: object) -> None:
    assert _value(text) == expected


@pytest.mark.parametrize("text", ["(1).a", '"a".length', '@"2018-12-10".hour', '@"P1Y".days', "true.a"])
def test_a_property_that_does_not_exist_is_an_error(text: str) -> None:
    assert parse(text).evaluate({}).failed
