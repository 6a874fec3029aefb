"""Laws that hold for all values: decimals, calendar, durations, text of values."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from decisions.feel import parse, to_feel, to_json
from decisions.feel.values import Date, DateTime, DayTimeDuration, Time, YearMonthDuration, parse_at_literal, to_text
from decisions.feel.values.calendar import from_days, iso_week, to_days

_decimals = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False).map(lambda d: Decimal(str(d)))
_days = st.integers(-730_000_000_000 // 2, 730_000_000_000 // 2)


def _value(text: str, **context: object) -> object:
    return parse(text).evaluate(context).value


@given(_decimals, _decimals)
def test_addition_is_exact_and_commutes(one: Decimal, other: Decimal) -> None:
    assert _value("a + b", a=one, b=other) == one + other == _value("b + a", a=one, b=other)
    assert _value("a + b - b", a=one, b=other) == one


@given(_decimals, _decimals)
def test_modulo_and_floor_belong_together(one: Decimal, other: Decimal) -> None:
    rest = _value("modulo(a, b)", a=one, b=other)
    if other:
        assert rest == one - other * _value("floor(a / b)", a=one, b=other) or abs(one / other) > 10**15
        assert rest == 0 or (rest > 0) == (other > 0)
    else:
        assert rest is None


@given(_decimals, st.integers(-3, 5))
def test_rounding_lands_within_one_step(number: Decimal, scale: int) -> None:
    step = Decimal(10) ** -scale
    for name in ("decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down"):
        rounded = _value(f"{name}(n, s)", n=number, s=scale)
        assert abs(rounded - number) < step
        assert rounded % step == 0
    assert _value("floor(n) <= n and n <= ceiling(n)", n=number) is True


@given(_decimals, _decimals, _decimals)
def test_order_is_total_and_between_agrees(a: Decimal, b: Decimal, c: Decimal) -> None:
    context = {"a": a, "b": b, "c": c}
    assert _value("a < b or a = b or a > b", **context) is True
    assert _value("(a between b and c) = (a >= b and a <= c)", **context) is True
    assert _value("(a in [b..c]) = (a between b and c)", **context) is True
    assert _value("min(a, b, c) <= max([a, b, c])", **context) is True


@given(_decimals)
def test_the_text_of_a_number_is_read_as_the_same_number(number: Decimal) -> None:
    assert _value("number(string(n), null, null) = n", n=number) is True
    assert parse(f"({to_text(number)})").evaluate({}).value == number


@given(_days)
def test_days_and_dates_are_one_to_one(days: int) -> None:
    year, month, day = from_days(days)
    assert to_days(year, month, day) == days
    assert from_days(days + 1) > (year, month, day)


@given(st.dates(min_value=date(2, 1, 1), max_value=date(9998, 12, 31)))
def test_the_calendar_agrees_with_pythons(day: date) -> None:
    mine = to_feel(day)
    assert mine.days == (day - date(1970, 1, 1)).days
    assert mine.weekday == day.isoweekday()
    assert iso_week(day.year, day.month, day.day) == day.isocalendar().week
    assert _value("day of year(d)", d=day) == day.timetuple().tm_yday
    assert to_json(_value('d + @"P40D"', d=day)) == str(to_feel(day + timedelta(days=40))) if day.year < 9998 else True


@given(_days, st.integers(-(10**9), 10**9))
def test_adding_and_taking_a_duration_away_changes_nothing(days: int, seconds: int) -> None:
    moment = DateTime(Date.of_days(days), Time(12, 30, 15))
    context = {"t": moment, "d": DayTimeDuration(seconds * 10**9)}
    assert _value("t + d - d", **context) == moment
    assert _value("(t + d) - t", **context) == context["d"]


_temporal = st.one_of(
    st.builds(Date.of_days, _days),
    st.builds(
        Time,
        st.integers(0, 23),
        st.integers(0, 59),
        st.integers(0, 59),
        st.integers(0, 999_999_999),
        st.one_of(st.none(), st.integers(-64_800, 64_800)),
    ),
    st.builds(YearMonthDuration, st.integers(-(10**6), 10**6)),
    st.builds(DayTimeDuration, st.integers(-(10**18), 10**18)),
    st.builds(
        DateTime,
        st.builds(Date.of_days, _days),
        st.builds(
            Time,
            st.integers(0, 23),
            st.integers(0, 59),
            zone=st.sampled_from(["Europe/Paris", "Asia/Dhaka"]),
            second=st.just(7),
        ),
    ),
)


@given(_temporal)
def test_the_text_of_a_temporal_value_is_read_as_the_same_value(value: object) -> None:
    assert parse_at_literal(str(value)) == value
    assert parse(f'@"{value}"').evaluate({}).value == value


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**15), 10**15), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


@given(_json, _json)
def test_equality_agrees_with_identity_on_json(one: object, other: object) -> None:
    assert _value("a = a", a=one) is True or one is None
    if _value("is(a, b)", a=one, b=other):
        assert _value("a = b", a=one, b=other) is True
    assert _value("a = b", a=one, b=other) is _value("b = a", a=one, b=other)


@given(_json)
@example([{"null": 1, "a": {"b": None}}, {"true": 0, "c": True}])
def test_a_literal_that_is_printed_is_read_as_the_same_value(value: object) -> None:
    text = to_text([to_feel(value)])
    if "\ud800" <= max(text, default="") <= "\udfff":
        return
    assert to_json(parse(text).evaluate({}).value) == [value]


@given(st.lists(st.integers(-9, 9), max_size=8))
def test_list_functions_agree_with_each_other(items: list[int]) -> None:
    assert _value("reverse(reverse(l)) = l", l=items) is True
    assert _value("sort(l, function(a, b) a < b)", l=items) == sorted(items)
    assert _value("count(distinct values(l))", l=items) == len(set(items))
    assert _value("flatten(for x in l return [x, [x]])", l=items) == [x for x in items for _ in range(2)]
    assert _value("every x in l satisfies list contains(l, x)", l=items) is True
    assert _value("concatenate(l, l)", l=items) == items * 2
