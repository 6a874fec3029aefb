"""The subset of JUEL that Camunda 7 drawings use, and what of it is refused."""

import pytest

from decisions.feel import FeelSyntaxError, parse, parse_template, to_json

_CONTEXT = {
    "amount": 120, "status": "open", "order": {"items": [1, 2, {"price": 3}], "ship to": "Bern"},
    "nothing": None, "none": [], "flag": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${amount > 100 && status == 'open'}", True),
        ('${amount gt 100 and status eq "open"}', True),
        ("${amount le 100 || status ne 'open'}", False),
        ("${amount lt 100 or amount ge 120}", True),
        ("#{amount <= 120}", True),
        ("${!flag}", False),
        ("${not flag}", False),
        ("${!(amount > 500) and flag}", True),
        ("${empty nothing}", True),
        ("${empty none}", True),
        ("${empty order}", False),
        ("${not empty order.items}", True),
        ("${order.items[2].price}", 3),
        ("${order['items'][0]}", 1),
        ("${order['ship to']}", "Bern"),
        ("${nothing == null}", True),
        ("${amount > 100 ? 'big' : 'small'}", "big"),
        ("${flag ? status : 'x'}", "open"),
        ("${1 + 2 * 3 - 4 / 2}", 5),
        ("${amount % 7 + 1}", 2),
        ("${amount mod 7}", 1),
        ("${-amount}", -120),
        ("${amount div 2}", 60),
        ("${'it\\'s'}", "it's"),
        ("Order of ${amount} is ${status}.", "Order of 120 is open."),
        ("${nothing}text", "text"),
        ("  ${amount} ", 120),
        ("${true}", True),
        ("${1.5e1}", 15),
        ("${amount == '120'}", True),
        ("${'120.0' == amount}", True),
        ("${amount != '121'}", True),
        ("${amount > '20'}", True),
        ("${'' == 0}", True),
        ("${flag == 'true'}", True),
        ("${flag == 'TRUE'}", True),
        ("${flag != 'false'}", True),
        ("${flag == 'yes'}", False),
        ("${status < 'shut'}", True),
        ("${nothing == 5}", False),
        ("${nothing != 'x'}", True),
        ("${nothing < 5}", False),
        ("${nothing >= 5}", False),
        ("${nothing <= null}", True),
        ("${!nothing}", True),
        ("${nothing && flag}", False),
        ("${'true' && flag}", True),
        ("${'' || flag}", True),
        ("${'TRUE' ? 1 : 2}", 1),
        ("${nothing ? 1 : 2}", 2),
        ("${!(flag && nothing)}", True),
    ],
)
def test_an_expression_gives_what_juel_says(text: str, expected: object) -> None:
    result = parse_template(text).evaluate(_CONTEXT)
    assert to_json(result.value) == expected
    assert result.messages == ()


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("${bean.decide(amount)}", "bean.decide(amount)"),
        ("${approve()}", "approve()"),
        ("${fn:length(amount)}", "fn:length(amount)"),
        ("${execution.setVariable('a', 1)}", "execution.setVariable('a', 1)"),
        ("${amount > 1 && ''.getClass().forName('x')}", "''.getClass()"),
    ],
)
def test_a_call_is_refused_with_its_text(text: str, call: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        parse_template(text)
    assert f'"{call}"' in str(caught.value)


@pytest.mark.parametrize("text", ["${", "${}", "${a", "${a +}", "${'a}", "${a b}", "${a ? b}", "${a..b}",
"${a[1}", "${(a}",
                                  "${" + "(" * 5000 + "a", "${" + "!" * 5000 + "a}", "${" + "9" * 7000 + "}",
                                  "${#}"])  # fmt: skip
def test_a_wrong_text_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_template(text)


@pytest.mark.parametrize(
    "text",
    [
        "${amount == status}",
        "${amount > status}",
        "${flag > 1}",
        "${flag == 1}",
        "${order < 'x'}",
        "${!amount}",
        "${amount && flag}",
    ],
)
def test_operands_that_cannot_be_made_alike_are_an_error(text: str) -> None:
    assert parse_template(text).evaluate(_CONTEXT).failed


def test_an_unknown_name_is_an_error() -> None:
    result = parse_template("${missing}").evaluate({})
    assert result.failed
    assert result.messages[0].code == "unknown_name"


def test_a_missing_variable_never_means_a_function_of_feel() -> None:
    assert parse_template("${count}").evaluate({}).messages[0].code == "unknown_name"


@pytest.mark.parametrize(
    "text", ["${amount > 100 && not empty order}", "a ${amount} b", "${flag ? 1 : 2}", "${order.items[0] + 1}"]
)
def test_the_feel_it_prints_means_the_same(text: str) -> None:
    expression = parse_template(text)
    assert parse(expression.feel).evaluate(_CONTEXT).value == expression.evaluate(_CONTEXT).value


def test_the_names_it_reads_are_known() -> None:
    assert parse_template("${a.b > c && empty d['e']}").names == {"a", "c", "d"}
