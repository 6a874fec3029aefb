"""String functions of DMN 1.5, table 74, with the corners of XPath's regular expressions."""

import pytest

from decisions.feel import parse, to_json


def _value(text: str) -> object:
    return to_json(parse(text).evaluate({}).value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", 3, 3)', "oba"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("foobar", 3, 3.8)', "oba"),
        ('substring("foobar", -6)', "foobar"),
        ('substring("foobar", -9)', "foobar"),
        ('substring("foobar", 7)', ""),
        ('substring("\\U01F40Eab", 2)', "ab"),
        ('substring(string: "foobar", start position: 3)', "obar"),
        ('substring(["foobar"], [3])', "obar"),
        ('string length("tes\\uD83D\\uDC0Et")', 5),
        ('string length("")', 0),
        ('upper case("aBc4ß")', "ABC4SS"),
        ('lower case("aBc4")', "abc4"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "xyz")', ""),
        ('substring before("foobar", "")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('substring after("foobar", "")', "foobar"),
        ('substring after("", "a")', ""),
        ('contains("foobar", "of")', False),
        ('contains("foobar", "ob")', True),
        ('starts with("foobar", "fo")', True),
        ('starts with("foobar", "ba")', False),
        ('ends with("foobar", "r")', True),
        ('ends with(string: "foobar", match: "fo")', False),
        ('string join(["a", "b", "c"], "_and_")', "a_and_b_and_c"),
        ('string join(["a", "b", "c"])', "abc"),
        ('string join(["a", "b", "c"], null)', "abc"),
        ('string join(["a", null, "c"], "X")', "aXc"),
        ('string join([], "X")', ""),
        ('string join("a", "X")', "a"),
        ('split("John Doe", "\\\\s")', ["John", "Doe"]),
        ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
        ('split("", ";")', [""]),
    ],
)
def test_a_string_function_gives_what_the_standard_says(text: str, expected: object) -> None:
    assert _value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('matches("foobar", "^fo*b")', True),
        ('matches("abc", "ABC")', False),
        ('matches("abc", "ABC", "i")', True),
        ('matches("abc", "abc", null)', True),
        ('matches("a\\nb", "a.b")', False),
        ('matches("a\\nb", "a.b", "s")', True),
        ('matches("a\\rb", "a.b")', False),
        ('matches("a\\nb", "^b$")', False),
        ('matches("a\\nb", "^b$", "m")', True),
        ('matches("abc\\n", "^$", "m")', False),
        ('matches("helloworld", "hello world", "x")', True),
        ('matches("hello world", "hello[ ]world", "x")', True),
        ('matches("hello world", "\\\\p{ IsBasicLatin}+", "x")', True),
        ('matches("a.c", "a.c", "q")', True),
        ('matches("abc", "a.c", "q")', False),
        ('matches("é1_", "^\\\\w\\\\d.$")', True),
        ('matches("٣", "\\\\d")', True),
        ('matches("a-b:c", "^\\\\i\\\\c*$")', True),
        ('matches("-b", "^\\\\i\\\\c*$")', False),
        ('matches("f", "[a-z-[aeiou]]")', True),
        ('matches("e", "[a-z-[aeiou]]")', False),
        ('matches("E", "[A-Z-[OI]]", "i")', True),
        ('matches("o", "[A-Z-[OI]]", "i")', False),
        ('matches("x", "[^a-f-[x]]")', False),
        ('matches("aA", "(a)\\\\1", "i")', True),
        ('matches("Ä", "\\\\p{Lu}")', True),
        ('matches("Ä", "\\\\P{Lu}")', False),
        ('matches("aaa", "^a{2,3}$")', True),
        ('matches("a]", "a[\\\\]]")', True),
        ('matches("a&b", "[&&]")', True),
        ('replace("banana", "a", "o")', "bonono"),
        ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
        ('replace("abracadabra", "bra", "*")', "a*cada*"),
        ('replace("abracadabra", "a.*?a", "*")', "*c*bra"),
        ('replace("abracadabra", "a(.)", "a$1$1")', "abbraccaddabbra"),
        ('replace("AAAA", "A+?", "b")', "bbbb"),
        ('replace("darted", "^(.*?)d(.*)$", "$1c$2")', "carted"),
        ('replace("a$b", "\\\\$", "\\\\$\\\\$")', "a$$b"),
        ('replace("abc", "b", "$0$0")', "abbc"),
        ('replace("abc", "(b)", "$12")', "ab2c"),
        ('replace("a.b", ".", "-$", "q")', "a-$b"),
        ('replace("0123456789", "(\\\\d{3})(\\\\d{3})(\\\\d{4})", "($1) $2-$3")', "(012) 345-6789"),
    ],
)
def test_a_pattern_means_what_xpath_says(text: str, expected: object) -> None:
    assert _value(text) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(a", "a)", "[a", "a{", "a{x}", "a{3,2}", "*a", "a**", "a++", "(?=a)", "(?<n>a)", "\\\\b", "\\\\1",
        "(a)[\\\\1]",
        "(a\\\\1)", "\\\\p{Foo}", "\\\\p{IsNowhere}", "a]", "a}", "[]", "[b-a]", "[a-\\\\d]", "\\\\",
        "((a{999}){999}){999}",
    ],
)  # fmt: skip
def test_a_bad_pattern_is_null_with_a_message(pattern: str) -> None:
    result = parse(f'matches("abc", "{pattern}")').evaluate({})
    assert result.value is None
    assert [message.code for message in result.messages] == ["bad_pattern"]


@pytest.mark.parametrize(
    "text",
    [
        'substring("foobar", 0)',
        'substring("foobar", 1, -1)',
        "substring(null, 1)",
        "substring(1, 1)",
        'substring("foobar")',
        "string length(null)",
        "upper case(1)",
        'contains("a", null)',
        'string join(["a", 1])',
        'string join(["a"], 1)',
        'matches("a", "b", "p")',
        'matches("a", [])',
        'replace("abc", ".*?", "x")',
        'replace("abc", "b", "$")',
        'replace("abc", "b", "\\\\x")',
        'split("abc", "")',
        'split("abc", null)',
        'starts with(text: "a", match: "b")',
    ],
)
def test_a_string_function_that_cannot_answer_says_why(text: str) -> None:
    result = parse(text).evaluate({})
    assert result.value is None
    assert result.failed
