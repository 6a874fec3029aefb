"""External Java functions: the fixed list, conversion of arguments, and everything else refused."""

import pytest

from decisions.feel import parse, to_json


def _call(java_class: str, signature: str, arguments: str) -> object:
    names = ", ".join(f"p{place}" for place in range(signature.count(",") + 1))
    mapping = f'{{java: {{class: "{java_class}", method signature: "{signature}"}}}}'
    return parse(f"(function({names}) external {mapping})({arguments})").evaluate({})


@pytest.mark.parametrize(
    ("java_class", "signature", "arguments", "expected"),
    [
        ("Math", "max(double, double)", "123.45, 456.78", 456.78),
        ("Math", "max(int,int)", "123, 456", 456),
        ("Math", "max(float,float)", "123.46, 456.78", 456.78),
        ("Math", "abs(long)", "-5", 5),
        ("Math", "cos(double)", "0", 1),
        ("Math", "pow(double,double)", "2, 10", 1024),
        ("Math", "round(double)", "2.5", 3),
        ("Math", "floorMod(int,int)", "-3, 5", 2),
        ("Integer", "valueOf(java.lang.String)", '"123"', 123),
        ("Integer", "parseInt(java.lang.String,int)", '"ff", 16', 255),
        ("Integer", "toBinaryString(int)", "5", "101"),
        ("Integer", "toHexString(int)", "-1", "ffffffff"),
        ("Long", "sum(long,long)", "1, 2", 3),
        ("Short", "valueOf(short)", "123", 123),
        ("Byte", "valueOf(byte)", "3", 3),
        ("Float", "valueOf(java.lang.String)", '"1234.56"', 1234.56),
        ("Double", "valueOf(java.lang.String)", '"1234.56"', 1234.56),
        ("Boolean", "parseBoolean(java.lang.String)", '"TRUE"', True),
        ("String", "valueOf(char)", '"a"', "a"),
        ("Character", "isDigit(char)", '"5"', True),
        ("String", "format(java.lang.String, [Ljava.lang.Object;)", '"foo %s", "bar"', "foo bar"),
        (
            "String",
            "format(java.lang.String,[Ljava.lang.Object;)",
            '"%5.1f|%-4s|%04d|%%", [1.25, "a", 7]',
            "  1.3|a   |0007|%",
        ),
        ("String", "format(java.lang.String,[Ljava.lang.Object;)", '"%2$s %1$s %,d", ["a", "b"]', None),
        (
            "String",
            "format(java.lang.String,[Ljava.lang.Object;)",
            '"%,.2f %+d %x", [1234567.891, 5, 255]',
            "1,234,567.89 +5 ff",
        ),
    ],
)
def test_a_method_on_the_list_answers(java_class: str, signature: str, arguments: str, expected: object) -> None:
    result = _call(f"java.lang.{java_class}", signature, arguments)
    assert to_json(result.value) == expected


@pytest.mark.parametrize(
    ("java_class", "signature", "arguments"),
    [
        ("java.lang.Runtime", "exec(java.lang.String)", '"id"'),
        ("java.lang.System", "exit(int)", "0"),
        ("java.lang.Math", "foo(double)", "1"),
        ("java.lang.Math", "max(java.lang.String, java.lang.String)", '"1", "2"'),
        ("builtins", "eval(java.lang.String)", '"1"'),
        ("java.lang.Math", "__class__", "1"),
    ],
)
def test_a_method_that_is_not_on_the_list_is_refused(java_class: str, signature: str, arguments: str) -> None:
    result = _call(java_class, signature, arguments)
    assert result.value is None
    assert result.messages[0].code == "unknown_external"


@pytest.mark.parametrize(
    ("signature", "arguments"),
    [
        ("sqrt(double)", '"4"'), ("sqrt(double)", "-1"), ("abs(int)", "1.5"), ("abs(int)", "3000000000"),
        ("addExact(int,int)", "2147483647, 1"), ("exp(double)", "1e5"), ("log(double)", "0"), ("abs(int)", "null"),
    ],
)  # fmt: skip
def test_an_argument_or_result_that_does_not_fit_is_null_with_a_message(signature: str, arguments: str) -> None:
    result = _call("java.lang.Math", signature, arguments)
    assert result.value is None
    assert result.failed


def test_a_pmml_mapping_is_null_with_a_message() -> None:
    result = parse('(function(a) external {pmml: {document: "x", model: "y"}})(1)').evaluate({})
    assert "PMML" in result.messages[0].text
