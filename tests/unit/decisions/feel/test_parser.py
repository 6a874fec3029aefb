"""Reading FEEL: names with spaces, precedence, literals, comments and what is refused (DMN 1.5, 10.3.1)."""

import pickle

import pytest

from decisions.feel import FeelSyntaxError, parse, parse_unary_tests, to_json


def _value(text: str, **context: object) -> object:
    return to_json(parse(text, names=list(context)).evaluate(context).value)


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("Employment Status", {"Employment Status": "EMPLOYED"}, "EMPLOYED"),
        ("Employment   \n Status", {"Employment Status": "EMPLOYED"}, "EMPLOYED"),
        ("Extra days case 1 + 1", {"Extra days case 1": 4}, 5),
        ("Date-Time2 - 1", {"Date-Time2": 3, "Date": 100, "Time2": 50}, 2),
        ("Date - Time2", {"Date-Time2": 3, "Date": 100, "Time2": 50}, 50),
        ("a-b", {"a-b": 1, "a": 5, "b": 2}, 1),
        ("a -b", {"a-b": 1, "a": 5, "b": 2}, 3),
        ("some x in values in a list satisfies x > 1", {"values in a list": [1, 2]}, True),
        ("terms and conditions and true", {"terms and conditions": True}, True),
        ("Student's name", {"Student's name": "Ann"}, "Ann"),
        ("Kn+1", {"Kn+1": 7, "Kn": 1}, 7),
        ("if condition", {"if condition": 1}, 1),
        ("true positives", {"true positives": 3}, 3),
        ("date of birth", {"date of birth": "x"}, "x"),
        ("Loan.interest rate * 2", {"Loan": {"interest rate": 2}}, 4),
        ("Loan.rate/year", {"Loan": {"rate/year": 2}, "rate/year": 0}, 2),
        ("🐎 + 1", {"🐎": 1}, 2),
        ("größe", {"größe": 2}, 2),
    ],
)
def test_names_are_read_by_what_is_in_scope(text: str, context: dict, expected: object) -> None:
    assert _value(text, **context) == expected


def test_words_run_together_are_not_the_name_with_spaces() -> None:
    result = parse("EmploymentStatus", names=["Employment Status"]).evaluate({"Employment Status": "x"})
    assert result.value is None
    assert result.messages[0].code == "unknown_name"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 /* one */ + // two\n 2", 3),
        ('"// no comment" + "/* none */"', "// no comment/* none */"),
        ('"\\u0041\\U01F40E\\n\\t\\"\\\\"', 'A🐎\n\t"\\'),
        ('"\\ud83d\\udca9"', "💩"),
        ('"\\d+"', "\\d+"),
        ("1.5e-2", 0.015),
        (".25", 0.25),
        ("[1,2,3]", [1, 2, 3]),
        ("[]", []),
        ("{}", {}),
        ('{"a b": 1, c-d: 2}', {"a b": 1, "c-d": 2}),
        ('@"P1D"', "P1D"),
        ("\u00a01\u2003+\ufeff2", 3),
        ("1 < 2 and 2 < 3 or false", True),
        ("1 + 2 instance of number", True),
        ("-1 instance of number", True),
        ("not(true) or true", True),
        ("if 1 = 1 then 2 + 3 else 4 + 5", 5),
        ("for i in [1, 2] return i + 1", [2, 3]),
        ("[1..3[ = [1..3)", True),
        ("]1..3] = (1..3]", True),
        ("[1..10[.end", 10),
        ("5 in [1..10[ and true", True),
        ("[[1..3[, [2..4[][2].end", 4),
        ("{a: [1..3[, b: a.start}.b", 1),
        ("[1..[5, 6][item > 5][1][.end", 6),
        ("count([1..3[) + 1", 2),
        ("2 in [1 .. [2, 3][2]]", True),
        ('substring ( "abc" , 2 )', "bc"),
    ],
)
def test_a_text_is_read_as_the_grammar_says(text: str, expected: object) -> None:
    assert to_json(parse(text).evaluate({}).value) == expected


@pytest.mark.parametrize(
    ("text", "expected", "position"),
    [
        ("", "expected an expression", 1),
        ("1 +", "expected an expression", 4),
        ("(1", 'expected ")"', 3),
        ("[1, 2", 'expected "]"', 6),
        ("{a: 1", 'expected ","', 6),
        ("{a: 1, a: 2}", 'expected each key once, not "a" again', 8),
        ('"abc', 'expected a closing quote (")', 5),
        ("1 2", "expected an operator or the end", 3),
        ("if a then b", 'expected "else"', 12),
        ("for x in xs", 'expected "return"', 12),
        ("some x in xs", 'expected "satisfies"', 13),
        ("f(a: 1, 2)", 'expected a parameter name with ":"', 9),
        ("x between 1", 'expected "and"', 12),
        ("@foo", 'expected a string behind "@"', 2),
        ("1..2", "expected an operator or the end", 2),
        ("a instance of list<", "expected a name", 20),
    ],
)
def test_a_wrong_text_is_refused_with_its_place(text: str, expected: str, position: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        parse(text)
    assert (caught.value.expected, caught.value.position) == (expected, position)
    assert expected in str(caught.value)


def test_a_syntax_error_travels_between_processes() -> None:
    error = FeelSyntaxError("1 +", 4, "expected an expression")
    assert str(pickle.loads(pickle.dumps(error))) == "expected an expression, but found the end at character 4"


@pytest.mark.parametrize("text", ["", "- 1 -", "not(", "1,", "< ", "1..2", "not(1) 2"])
def test_a_wrong_cell_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_unary_tests(text)


@pytest.mark.parametrize(
    ("text", "names", "possible"),
    [
        ("amount > 100 and tier = limit", {"amount", "tier", "limit"}, {"amount", "tier", "limit"}),
        ("for x in xs return x + y", {"xs", "y"}, {"xs", "y"}),
        ("{a: b, c: a}", {"b"}, {"b"}),
        ("orders[price > 10]", {"orders"}, {"orders", "price"}),
        ("function(a) a + b", {"b"}, {"b"}),
        ("count(xs)", {"xs"}, {"xs"}),
        ("sort(xs, min)", {"xs"}, {"xs", "min"}),
        ("a.b.c", {"a"}, {"a"}),
        ('"text"', set(), set()),
    ],
)
def test_an_expression_knows_the_names_it_reads(text: str, names: set, possible: set) -> None:
    expression = parse(text)
    assert expression.names == names
    assert expression.possible_names == possible
