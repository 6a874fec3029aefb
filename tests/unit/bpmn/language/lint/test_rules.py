"""Every rule has a drawing that trips it, one that does not, and a section in the docs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpmn.language.lint.table import RULES
from tests.unit.bpmn.language.lint.rule_cases import (
    AWAITED,
    CASES,
    COMPENSATE,
    COMPENSATED,
    INNER,
    MESSAGE,
    UNDO,
    event_sub,
    start,
    sub,
    task,
)
from tests.unit.bpmn.language.words import codes_of, flow, problems_of, straight

HOME = Path(__file__).parents[5]
DOCS = HOME / "docs" / "lint.md"


@pytest.mark.parametrize("code", CASES)
def test_a_drawing_trips_the_rule(code: str) -> None:
    case = CASES[code]
    assert code in codes_of(case.trips, roots=case.roots, more=case.more)


@pytest.mark.parametrize("code", CASES)
def test_a_good_drawing_does_not_trip_the_rule(code: str) -> None:
    case = CASES[code]
    assert code not in codes_of(case.passes, roots=case.roots, more=case.more)


@pytest.mark.parametrize("code", CASES)
def test_the_problem_names_an_element_and_says_a_sentence(code: str) -> None:
    case = CASES[code]
    found = [p for p in problems_of(case.trips, roots=case.roots, more=case.more) if p.code == code]
    assert all(problem.element and problem.message[0].isupper() | (problem.message[0] == '"') for problem in found)
    assert all(problem.message.endswith((".", "?")) for problem in found)


def test_a_sub_process_is_undone_in_one_way() -> None:
    undone = event_sub(start("us", COMPENSATE) + task("ut") + flow("us", "ut"))
    inside = sub(INNER + undone)
    assert "compensation_twice" not in codes_of(straight(inside))
    assert "compensation_twice" in codes_of(straight(inside) + COMPENSATED + UNDO)


@pytest.mark.parametrize("vendor", ["flowable", "activiti"])
def test_what_an_event_gateway_awaits_may_be_shared_where_the_engine_of_the_drawing_does_not_mind(vendor: str) -> None:
    shared = AWAITED.replace("<receiveTask", f'<receiveTask {vendor}:async="true"') + flow("start", "c")
    assert "event_gateway_target_shared" not in codes_of(shared, roots=MESSAGE)


def test_every_rule_of_the_table_has_a_case() -> None:
    assert {rule.code for rule in RULES} == set(CASES)


def test_every_code_of_the_language_has_a_section_in_the_docs() -> None:
    documented = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"(?m)^### .*", DOCS.read_text(encoding="utf-8")))))
    assert {rule.code for rule in RULES} | set(_codes_of_the_readers()) <= documented


def _codes_of_the_readers() -> Iterator[str]:
    """The codes that stand as constants in calls of the report, and in tables of refused extensions."""
    for path in (HOME / "bpmn" / "language").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            constants = [a.value for a in node.args if isinstance(a, ast.Constant)]
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("error", "warning", "info") and constants:
                yield constants[0]
            named = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
            if isinstance(node.func, ast.Name) and node.func.id == "Unsupported":
                yield named["code"]
