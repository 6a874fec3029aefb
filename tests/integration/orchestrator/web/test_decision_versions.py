"""Two versions of a table side by side."""

from __future__ import annotations

import pytest
from django.utils import timezone

from decisions import comparison, definitions, resolution
from tests.integration.orchestrator.runtime.test_decisions_in_processes import table

pytestmark = pytest.mark.django_db
BEFORE = [("> 100", '"high"'), ("> 50", '"middle"'), ("-", '"low"')]
AFTER = [("> 200", '"high"'), ("> 50", '"middle"'), ("-", '"low"'), ("< 0", '"odd"')]


@pytest.fixture(autouse=True)
def two_versions(db) -> None:
    resolution.forget_compiled()
    for rules in (BEFORE, AFTER):
        definitions.add(files=[("t.dmn", table(*rules))], actor=None, deployment_id=None, now=timezone.now())


def compared(before=1, after=2):
    rows = {row.version: row for row in resolution.versions("tier")}
    return comparison.compare(definitions.outline(rows[before]), definitions.outline(rows[after]))


def test_changed_and_added_rules_are_told_cell_by_cell():
    found = compared()
    assert [(rule.kind, rule.number_before, rule.number_after) for rule in found.rules] == [
        ("changed", 1, 1), ("added", None, 4),
    ]  # fmt: skip
    changed = [(cell.column, cell.before, cell.after) for cell in found.rules[0].cells if cell.is_changed]
    assert changed == [("amount", "> 100", "> 200")]
    assert found.unchanged == 2


def test_the_other_way_round_a_rule_is_removed():
    assert [rule.kind for rule in compared(2, 1).rules] == ["changed", "removed"]


def test_rules_without_ids_are_paired_by_what_they_say():
    data = table(*BEFORE, key="bare"), table(*BEFORE[1:], key="bare")
    for each in data:
        bare = each.replace(b'<rule id="r1">', b"<rule>").replace(b'<rule id="r2">', b"<rule>")
        bare = bare.replace(b'<rule id="r3">', b"<rule>")
        definitions.add(files=[("b.dmn", bare)], actor=None, deployment_id=None, now=timezone.now())
    new, old = resolution.versions("bare")
    found = comparison.compare(definitions.outline(old), definitions.outline(new))
    assert [(rule.kind, rule.number_before) for rule in found.rules] == [("removed", 1)]


def test_a_changed_hit_policy_is_told():
    data = table(*AFTER, policy="UNIQUE")
    definitions.add(files=[("t.dmn", data)], actor=None, deployment_id=None, now=timezone.now())
    found = compared(2, 3)
    assert found.rules == ()
    assert len(found.notes) == 1
    assert "FIRST" in found.notes[0]


def test_the_page_compares_the_newest_with_the_one_before(page_of):
    client = page_of("admin", is_superuser=True)
    page = client.get("/decisions/tier/versions/").content.decode()
    assert "version 1 and 2" in page
    assert "<ins>&gt; 200</ins>" in page
    assert 'data-src="/decisions/tier/versions/1/file/"' in page
    assert 'href="/decisions/tier/versions/"' in client.get("/decisions/tier/").content.decode()


def test_who_may_not_see_the_decision_may_not_compare_it(page_of):
    assert page_of().get("/decisions/tier/versions/").status_code in (403, 404)
