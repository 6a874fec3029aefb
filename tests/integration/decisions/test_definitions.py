"""DMN decisions: deployed per content, bound as asked, evaluated without needless statements."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from decisions import definitions, resolution
from decisions.decide import Route
from decisions.models import DmnModel, DmnVersion
from decisions.rules import Rule

from .conftest import NOW, ask

pytestmark = pytest.mark.django_db

MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="Tiers" namespace="urn:{namespace}">
{imports}
  <decision id="{key}" name="Tier">
    <variable name="tier_of"/>
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="i"><inputExpression typeRef="number"><text>amount</text></inputExpression></input>
      <output id="o" name="tier" typeRef="string"/>
      <rule id="r1"><inputEntry><text>&gt; {limit}</text></inputEntry>
        <outputEntry><text>"{high}"</text></outputEntry></rule>
      <rule id="r2"><inputEntry><text>-</text></inputEntry><outputEntry><text>"low"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def model(limit=100, key="tier", high="high", namespace="tiers", imports=""):
    """Return a file with one decision of two rules."""
    return MODEL.format(limit=limit, key=key, high=high, namespace=namespace, imports=imports).encode()


def add(*files, deployment_id=None):
    """Deploy files, named in turn."""
    named = [(f"{number}.dmn", data) for number, data in enumerate(files)]
    return definitions.add(files=named, actor=None, deployment_id=deployment_id, now=NOW)


def value(amount=150, **binding):
    """Return what the decision "tier" gives."""
    return definitions.evaluate(key="tier", variables={"amount": amount}, now=NOW, **binding).value


def test_a_decision_is_deployed_and_answers_with_its_evidence():
    (added,) = add(model()).decisions
    answer = definitions.evaluate(key="tier", variables={"amount": 150}, now=NOW)
    assert (added.key, added.version, answer.value, answer.error) == ("tier", 1, "high", None)
    assert answer.evidence["matched_rules"] == [1]
    assert answer.evidence["matched_rule_ids"] == ["r1"]
    assert answer.evidence["version_id"] == str(added.id)
    assert definitions.exists("tier")
    assert definitions.is_known("tier")


def test_the_same_content_keeps_its_version_and_new_content_is_a_new_one():
    versions = [add(model(limit)).decisions[0].version for limit in (100, 100, 200, 100)]
    assert versions == [1, 1, 2, 1]
    assert DmnModel.objects.count() == 2


def test_the_latest_answers_unless_another_is_asked_for():
    first, second = uuid4(), uuid4()
    add(model(100), deployment_id=first)
    add(model(200), deployment_id=second)
    assert value() == "low"
    assert value(binding="version", version="1") == "high"
    assert value(binding="deployment", deployment_id=first) == "high"
    assert value(binding="deployment", deployment_id=second) == "low"
    assert value(binding="deployment", deployment_id=uuid4()) == "low"


def test_a_deployment_of_known_content_is_bound_to_it():
    add(model(100))
    add(model(200))
    again = uuid4()
    add(model(100), deployment_id=again)
    assert value(binding="deployment", deployment_id=again) == "high"


def test_a_missing_decision_or_version_is_an_answer_with_an_error():
    assert "not deployed" in definitions.evaluate(key="none", variables={}, now=NOW).error
    add(model())
    answer = definitions.evaluate(key="tier", variables={}, binding="version", version="7", now=NOW)
    assert answer.error == 'The decision "tier" is not deployed in version 7.'


@pytest.mark.parametrize(("binding", "statements"), [({}, 1), ({"binding": "version", "version": "1"}, 0)])
def test_a_known_decision_costs_at_most_one_statement(binding, statements):
    add(model())
    value(**binding)
    with CaptureQueriesContext(connection) as queries:
        value(**binding)
    assert len(queries) == statements


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<definitions", None),
        (b"not xml at all", None),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', None),
        (model(limit="((("), None),
    ],
)
def test_a_broken_file_is_told_and_nothing_is_stored(data, code):
    added = add(model(), data)
    assert added.decisions == ()
    assert any(problem.file == "1.dmn" and problem.severity == "error" for problem in added.problems)
    assert not DmnVersion.objects.exists()


def test_two_files_with_one_key_are_refused():
    added = add(model(), model(namespace="others"))
    assert [problem.code for problem in added.problems] == ["duplicate_decision"]


def test_a_key_that_a_model_answers_is_not_taken_over(question):
    added = add(model(key="loan"))
    assert [(problem.code, problem.element) for problem in added.problems] == [("decision_key_taken", "loan")]


def test_a_model_with_imports_answers_after_a_restart():
    imports = '<import name="base" namespace="urn:tiers" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    add(model(), model(key="other", namespace="more", imports=imports))
    resolution.forget_compiled()
    assert definitions.evaluate(key="other", variables={"amount": 150}, now=NOW).value == "high"


def test_new_content_of_an_import_is_a_new_version():
    imports = '<import name="base" namespace="urn:tiers" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    other = model(key="other", namespace="more", imports=imports)
    add(model(100), other)
    versions = {each.key: each.version for each in add(model(200), other).decisions}
    assert versions == {"tier": 2, "other": 2}


def test_a_decision_task_may_ask_a_table():
    add(model())
    verdict = ask({"amount": 150}, key="tier")
    assert (verdict.route, verdict.label, verdict.model) == (Route.AUTO, "high", "tier 1")
    assert verdict.result_variable == "tier_of"


def test_a_table_without_an_answer_escalates():
    add(model(high="x").replace(b'"low"', b"1 + null"))
    verdict = ask({"amount": 1}, key="tier")
    assert (verdict.route, bool(verdict.error)) == (Route.ESCALATE, True)


@pytest.mark.parametrize(("amount", "route"), [(100, Route.AUTO), (60_000, Route.ESCALATE)])
def test_a_policy_rule_may_be_a_table(loan, publish, amount, route):
    add(model(limit=50_000, high="always_human"))
    loan(0.99)
    publish(hard_rules=[Rule(code="limits", text="Within the limits of the desk", decision="tier")])
    verdict = ask({"amount": amount, "tier": "B"})
    assert verdict.route is route
    if route is Route.ESCALATE:
        assert verdict.conditions[0].actual == "applies (rule 1)"
