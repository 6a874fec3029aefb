"""Reading the kit's test files, and running a folder that we wrote ourselves."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from decisions.dmn import tck
from decisions.dmn.tck_runner import run_folder
from decisions.feel.values import Date
from tests.unit.decisions.dmn.draw import data, decision, file, literal

_HEAD = (
    "<testCases xmlns='http://www.omg.org/spec/DMN/20160719/testcase' "
    "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
)


def _tests(body: str) -> bytes:
    return f"{_HEAD}<modelName>m.dmn</modelName>{body}</testCases>".encode()


def _case(given: str, expected: str, error: str = "false") -> str:
    return (
        f"<testCase id='1'><inputNode name='x'>{given}</inputNode>"
        f"<resultNode name='d' errorResult='{error}'><expected>{expected}</expected></resultNode></testCase>"
    )


def _typed(kind: str, content: str) -> str:
    return f"<value xsi:type='xsd:{kind}'>{content}</value>"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (_typed("decimal", "1.5"), Decimal("1.5")),
        (_typed("boolean", "true"), True),
        (_typed("string", "a"), "a"),
        (_typed("date", "2026-01-02"), Date(2026, 1, 2)),
        ("<value xsi:nil='true'/>", None),
        ("<value>12</value>", Decimal(12)),
        (
            f"<list><item>{_typed('string', 'a')}</item><item><value xsi:nil='true'/></item></list>",
            ["a", None],
        ),
        (
            f"<component name='k'>{_typed('string', 'a')}</component><component name='n' xsi:nil='true'/>",
            {"k": "a", "n": None},
        ),
    ],
)
def test_values_of_the_kit_are_read(given: str, expected: Any) -> None:
    read = tck.read(_tests(_case(given, _typed("string", "a"))))
    assert read is not None
    assert read.cases[0].inputs == {"x": expected}


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        (Decimal(1), Decimal("1.000000001"), True),
        (Decimal(1), Decimal("1.0001"), False),
        ([Decimal(1)], [Decimal(1), Decimal(2)], False),
        ({"a": None}, {"a": None}, True),
        ({"a": None}, {}, False),
        (None, False, False),
        (True, Decimal(1), False),
    ],
)
def test_results_agree_as_the_kits_runners_say(expected: Any, actual: Any, same: bool) -> None:
    assert tck.agree(expected, actual) is same


def _statuses(expected: str, error: str = "false", name: str = "d") -> list[tuple[str, str]]:
    files = {
        "m.dmn": file(data("x", "number"), decision(name, literal("x + 1"), needs=["_x"])),
        "m-test.xml": _tests(_case(_typed("decimal", "1"), expected, error)),
        "other.xml": b"<other/>",
        "broken.xml": b"<",
    }
    outcomes = run_folder(files, folder="m", now=datetime(2026, 1, 1, tzinfo=UTC))
    return [(each.test_file, each.status) for each in outcomes]


def test_a_folder_tells_success_failure_and_error() -> None:
    broken = ("broken.xml", "ERROR")
    assert _statuses(_typed("decimal", "2")) == [broken, ("m-test", "SUCCESS")]
    assert _statuses(_typed("decimal", "3")) == [broken, ("m-test", "FAILURE")]
    assert _statuses(_typed("decimal", "2"), name="gone") == [broken, ("m-test", "ERROR")]
