"""The door: parsing once, values in and out, unknown names, the clock, templates and budgets."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from decisions.feel import (
    Budget,
    FeelSyntaxError,
    Syntax,
    parse,
    parse_template,
    parse_unary_tests,
    to_feel,
    to_json,
)


def test_a_text_is_parsed_once() -> None:
    assert parse("a + 1", names=["a"]) is parse("a + 1", names=["a"])
    assert parse("a + 1") is not parse("a + 1", names=["b"])
    assert parse_template("= a + 1") is parse_template("=a + 1") or parse_template("= a").text.strip() == "a"


def test_an_unknown_name_is_null_with_a_warning() -> None:
    result = parse("missing").evaluate({})
    assert result.value is None
    assert not result.failed
    assert [(m.severity, m.code, m.position) for m in result.messages] == [("warn", "unknown_name", 1)]


def test_a_name_that_is_not_needed_is_not_missed() -> None:
    result = parse("if true then 1 else missing").evaluate({})
    assert result.messages == ()


def test_only_names_that_are_read_are_converted() -> None:
    assert parse("a").evaluate({"a": 1, "b": object()}).value == 1


def test_numbers_keep_34_digits() -> None:
    assert to_json(parse("a + b").evaluate({"a": 0.1, "b": 0.2}).value) == 0.3
    assert parse("a * 3").evaluate({"a": Decimal(1) / 3}).value == Decimal("0.9999999999999999999999999999")
    assert parse("1/3").evaluate({}).value == Decimal("0.3333333333333333333333333333333333")


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -5, 1.5, 10**30, "", "text", [], [1, "a", None], {}, {"a": {"b": [1.25]}}]
)
def test_json_comes_back_as_it_went_in(value: object) -> None:
    assert to_json(to_feel(value)) == value
    assert type(to_json(to_feel(value))) is type(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2026, 11, 20), "2026-11-20"),
        (datetime(2026, 11, 20, 10, 0, tzinfo=UTC), "2026-11-20T10:00:00Z"),
        (datetime(2026, 11, 20, 10, 0, 0, 5000), "2026-11-20T10:00:00.005"),
        (time(10, 30), "10:30:00"),
        (timedelta(days=1, hours=2), "P1DT2H"),
        (timedelta(seconds=-1), "-PT1S"),
        (float("nan"), None),
        (float("inf"), None),
        ((1, 2), [1, 2]),
        (Decimal("1.50"), 1.5),
    ],
)
def test_values_of_python_become_values_of_feel(value: object, expected: object) -> None:
    assert to_json(to_feel(value)) == expected


def test_other_objects_never_enter() -> None:
    with pytest.raises(TypeError, match="a FEEL value cannot be made of object"):
        to_feel(object())


def test_ranges_and_functions_leave_as_text() -> None:
    assert to_json(parse("[1..3]").evaluate({}).value) == "[1..3]"
    assert to_json(parse("function(a) a").evaluate({}).value) == "function(a)"


def test_now_is_what_the_caller_says() -> None:
    moment = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
    assert to_json(parse("now()").evaluate({}, now=moment).value) == "2026-11-20T10:30:00Z"
    assert to_json(parse("today()").evaluate({}, now=moment).value) == "2026-11-20"
    assert parse('now() > @"2026-11-20T10:00:00Z"').evaluate({}, now=moment).value is True


def test_now_without_a_clock_is_null_with_a_message() -> None:
    assert parse("now()").evaluate({}).messages[0].code == "no_clock"


@pytest.mark.parametrize(
    ("text", "syntax", "expected"),
    [
        ("= amount + 1", Syntax.FEEL, 6),
        ("=amount", Syntax.FEEL, 5),
        ("${amount + 1}", Syntax.JUEL, 6),
        ("#{amount}", Syntax.JUEL, 5),
        ("Order ${amount} of #{total}", Syntax.JUEL, "Order 5 of 9"),
        ("plain text", Syntax.FEEL, "plain text"),
        ("", Syntax.FEEL, ""),
        ("amount", Syntax.FEEL, "amount"),
    ],
)
def test_a_template_is_feel_juel_or_itself(text: str, syntax: Syntax, expected: object) -> None:
    expression = parse_template(text)
    assert expression.syntax is syntax
    assert to_json(expression.evaluate({"amount": 5, "total": 9}).value) == expected


def test_only_a_literal_is_constant() -> None:
    assert parse_template("plain").is_constant
    assert parse('"text"').is_constant
    assert not parse("1 + 1").is_constant
    assert not parse_template("=a").is_constant


def test_extras_are_known_only_where_asked_for() -> None:
    assert parse("is defined(a)", extras=True).evaluate({"a": 1}).value is True
    assert parse("is defined(a)").evaluate({"a": 1}).messages[0].code == "unknown_function"
    assert parse_template("=get or else(a, 5)").evaluate({}).value == 5


@pytest.mark.parametrize(
    ("text", "value"), [("o.`a-b` + 1", 4), ("`x y` + `if`", 3), ("o.`a-b`.c", None), ("[o][`a-b` > 2][1].`a-b`", 3)]
)
def test_a_name_in_backticks_may_hold_anything(text: str, value: object) -> None:
    assert to_json(parse(text).evaluate({"o": {"a-b": 3}, "x y": 1, "if": 2}).value) == value


def test_asking_whether_a_variable_is_there_gives_no_warning() -> None:
    for text in ("is defined(customer.vip)", "get or else(customer.vip, false)"):
        result = parse(text, extras=True).evaluate({})
        assert (result.value, result.messages) == (False, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is defined(null)", False),
        ("get or else(null, 5)", 5),
        ("get or else(3, 5)", 3),
        ("is empty([])", True),
        ('is blank("  ")', True),
        ('trim("  a b ")', "a b"),
        ("partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]),
        ('extract("references are 1234, 1256", "12[0-9]*")', ["1234", "1256"]),
        ('to base64("FEEL")', "RkVFTA=="),
        ('last day of month(@"2024-02-10")', "2024-02-29"),
        ('to json({a: [1, true, null], b: @"2026-01-01"})', '{"a": [1, true, null], "b": "2026-01-01"}'),
        ('from json("{\\"a\\": [1.5, null]}")', {"a": [1.5, None]}),
        ('assert(5, 5 > 1, "too small")', 5),
        ('date and time(@"2026-07-01T10:00:00Z", "Europe/Paris")', "2026-07-01T12:00:00@Europe/Paris"),
        ("string length(uuid())", 36),
        ("random number() < 1", True),
        ('cycle(3, duration("PT1H"))', "R3/PT1H"),
        ('cycle(null, "PT1H")', "R/PT1H"),
        ('cycle(repetitions: 1 + 1, interval: @"P1M")', "R2/P1M"),
        ('cycle(@"P1D")', "R/P1D"),
        ('fromAi(toolCall.city, "the city", "string", {minLength: 1})', None),
        ('fromAi("Rome", "the city")', "Rome"),
    ],
)
def test_an_extra_gives_what_its_vendor_says(text: str, expected: object) -> None:
    assert to_json(parse(text, extras=True).evaluate({}).value) == expected


@pytest.mark.parametrize(
    "text",
    [
        'assert(0, 0 > 1, "too small")',
        "partition([1], 0)",
        'from json("{")',
        "trim(1)",
        'cycle("3", @"PT1H")',
        "cycle(3, 5)",
        'date and time(@"2026-07-01T10:00:00Z", "Nowhere")',
        'extract("a", "(")',
    ],
)
def test_an_extra_that_cannot_answer_says_why(text: str) -> None:
    result = parse(text, extras=True).evaluate({})
    assert result.value is None
    assert result.failed


@pytest.mark.parametrize(
    ("text", "budget", "what"),
    [
        ("for i in 1..1000 return i", Budget(steps=100), "steps"),
        ("for i in 1..1000 return i", Budget(list_size=100), "list items"),
        ('string join(for i in 1..100 return "aaaaaaaaaa")', Budget(string_size=100), "characters"),
        ("{f: function(n) if n = 0 then 0 else f(n - 1), r: f(20)}.r", Budget(depth=10), "nested calls"),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|aa)+$")', Budget(seconds=0.2), "seconds"),
        ("some i in 1..100000000, j in 1..100000000 satisfies false", Budget(seconds=0.1, steps=10**9), "seconds"),
    ],
)
def test_a_budget_ends_an_evaluation_with_null_and_a_message(text: str, budget: Budget, what: str) -> None:
    result = parse(text).evaluate({}, budget=budget)
    assert result.value is None
    assert result.messages[0].code == "budget_exceeded"
    assert what in result.messages[0].text


def test_messages_are_kept_up_to_a_hundred() -> None:
    assert len(parse("for i in 1..500 return i + null").evaluate({}).messages) == 100


def test_cells_over_one_context_share_its_frame() -> None:
    cell = parse_unary_tests("> 5, < limit", names=["limit"])
    assert cell.possible_names == {"?", "limit"}
    assert [cell.evaluate({"?": value, "limit": 2}).value for value in (1, 3, 6)] == [True, False, True]


def test_an_expression_prints_itself_as_feel() -> None:
    assert parse("a+b * ( c )").feel == "a + b * c"
    assert parse_template("${a gt 1 && b eq 'x'}").feel == 'a > 1 and b = "x"'


def test_a_template_that_is_no_expression_is_refused() -> None:
    for text in ("= 1 +", "${", "${a +}", "#{a b}"):
        with pytest.raises(FeelSyntaxError):
            parse_template(text)
