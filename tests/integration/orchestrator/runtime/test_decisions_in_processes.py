"""Business rule tasks end to end: bound as drawn, recorded by hash, with the engine's clock and every message."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from decisions import artefacts, definitions, policies, resolution, versions
from decisions.models import DecisionRecord, DmnVersion
from decisions.predictors.schema import Field, FieldType, Schema
from decisions.rules import Rule
from humantasks.models import HumanTask
from orchestrator import deployments
from orchestrator.models import Activity, Incident, Instance
from orchestrator.runtime import instances, store
from tests import drawings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_cached_models() -> None:
    bpmn_definitions.forget()
    resolution.forget_compiled()


def table(*rules: tuple[str, str], key="tier", policy="FIRST", source="amount", tag="") -> bytes:
    """Return a DMN file with one table: rules as (test, output)."""
    lines = "".join(
        f'<rule id="r{number}"><inputEntry><text><![CDATA[{test}]]></text></inputEntry>'
        f"<outputEntry><text><![CDATA[{output}]]></text></outputEntry></rule>"
        for number, (test, output) in enumerate(rules, 1)
    )
    tagged = f' camunda:versionTag="{tag}"' if tag else ""
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="D"'
        ' xmlns:camunda="http://camunda.org/schema/1.0/dmn" namespace="urn:d">'
        f'<decision id="{key}" name="Tier"{tagged}><variable name="{key}"/><decisionTable id="t" hitPolicy="{policy}">'
        f'<input id="i"><inputExpression><text>{source}</text></inputExpression></input>'
        f'<output id="o" name="tier"/>{lines}</decisionTable></decision></definitions>'
    ).encode()


HIGH = table(("> 100", '"high"'), ("-", '"low"'), tag="one")
LOW = table(("> 1000", '"high"'), ("-", '"low"'), tag="two")


def rule_task(attributes: str = "", called: str = "", key: str = "rules") -> bytes:
    """Return start, one business rule task, end."""
    extension = f"<bpmn:extensionElements>{called}</bpmn:extensionElements>" if called else ""
    task = f'<bpmn:businessRuleTask id="rule" name="rule"{attributes}>{extension}</bpmn:businessRuleTask>'
    return drawings.drawing(key, drawings.START + task + drawings.END + drawings.chain("start", "rule", "end"))


def zeebe(binding: str = "", more: str = "") -> bytes:
    bound = f' bindingType="{binding}"' if binding else ""
    return rule_task(called=f'<zeebe:calledDecision decisionId="tier" resultVariable="out"{bound}{more}/>')


def camunda(more: str = "") -> bytes:
    return rule_task(f' camunda:decisionRef="tier" camunda:resultVariable="out"{more}')


def deploy(*files: bytes) -> deployments.Deployed:
    """Deploy files, drawings and tables by what they are."""
    named = [(f"{n}.dmn" if b"/DMN/" in data else f"{n}.bpmn", data) for n, data in enumerate(files)]
    return deployments.deploy(files=named, actor=None, now=timezone.now())


def run(now=None, **variables):
    """Run the process "rules" to its end and return its variables."""
    step = instances.start(key="rules", variables=variables, now=now or timezone.now())
    row = Instance.objects.get(id=step.id)
    assert row.state == "completed", list(Incident.objects.values_list("message", flat=True))
    return store.read(row).variables


@pytest.mark.parametrize(
    ("drawing", "answer"),
    [
        (zeebe(), "low"),
        (zeebe("latest"), "low"),
        (zeebe("deployment"), "high"),
        (zeebe("versionTag", ' versionTag="one"'), "high"),
        (camunda(), "low"),
        (camunda(' camunda:decisionRefBinding="deployment"'), "high"),
        (camunda(' camunda:decisionRefBinding="version" camunda:decisionRefVersion="1"'), "high"),
        (camunda(' camunda:decisionRefBinding="versionTag" camunda:decisionRefVersionTag="one"'), "high"),
    ],
)
def test_a_task_asks_the_version_it_is_bound_to(drawing, answer):
    deploy(HIGH, drawing)
    deploy(LOW)
    assert run(amount=150)["out"] == answer


def test_a_plain_implementation_names_a_decision():
    deploy(HIGH, rule_task(' implementation="tier"'))
    assert run(amount=150)["tier"] == "high"


@pytest.mark.parametrize(
    ("how", "rules", "policy", "out"),
    [
        ("singleEntry", [("-", '"a"')], "FIRST", "a"),
        ("singleResult", [("-", '"a"')], "FIRST", {"tier": "a"}),
        ("collectEntries", [("-", '"a"'), ("-", '"b"')], "COLLECT", ["a", "b"]),
        ("resultList", [("-", '"a"'), ("-", '"b"')], "COLLECT", [{"tier": "a"}, {"tier": "b"}]),
    ],
)
def test_results_are_mapped_as_camunda_maps_them(how, rules, policy, out):
    deploy(table(*rules, policy=policy), camunda(f' camunda:mapDecisionResult="{how}"'))
    assert run(amount=1)["out"] == out


def test_the_record_holds_the_hash_and_the_rules_that_matched():
    deploy(HIGH, zeebe())
    run(amount=150)
    record = DecisionRecord.objects.get()
    assert record.content_sha256 == DmnVersion.objects.get().sha256
    assert record.evidence["matched_rules"] == [1]
    assert record.inputs == {"amount": 150}


def test_the_page_of_a_record_marks_the_rules_that_matched(admin):
    deploy(HIGH, zeebe())
    run(amount=150)
    client = Client()
    client.force_login(admin)
    page = client.get(f"/decisions/records/{DecisionRecord.objects.get().id}/").content.decode()
    assert 'data-decision="tier" data-rules="r1"' in page


def test_a_table_alone_is_deployed():
    done = deploy(HIGH)
    assert [(line["key"], line["version"]) for line in done.definitions] == [("tier", 1)]
    assert DmnVersion.objects.get().deployment_id == done.id


def test_a_process_that_calls_a_missing_decision_is_not_ready_and_says_which():
    done = deploy(zeebe())
    assert [line["executable"] for line in done.definitions] == [False]
    (problem,) = [each for each in done.problems if each.code == "decision_missing"]
    assert problem.element == "rule"
    assert '"tier"' in problem.message


def test_now_and_today_are_the_clock_of_the_engine():
    moment = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)
    deploy(table(("-", "string(today()) + string(now() = date and time(limit))")), zeebe())
    assert run(now=moment, amount=1, limit="2024-02-29T23:30:00Z")["out"] == "2024-02-29true"


def test_messages_of_an_expression_reach_the_history():
    task = (
        '<bpmn:scriptTask id="sum"><bpmn:extensionElements>'
        '<zeebe:script expression="=amount + &quot;a&quot;" resultVariable="out"/>'
        "</bpmn:extensionElements></bpmn:scriptTask>"
    )
    deploy(drawings.drawing("rules", drawings.START + task + drawings.END + drawings.chain("start", "sum", "end")))
    run(amount=1)
    told = [message for row in Activity.objects.all() for message in (row.detail or {}).get("messages", [])]
    assert told == ['cannot add number 1 to string "a", at 8']


def test_messages_of_a_table_reach_its_record():
    deploy(table(("-", 'if missing = null then "none" else "some"')), zeebe())
    assert run(amount=1)["out"] == "none"
    (message,) = DecisionRecord.objects.get().evidence["messages"]
    assert 'there is no variable "missing"' in message


def test_a_table_that_fails_stops_the_case_with_its_messages():
    deploy(table(("-", "amount + null")), zeebe())
    step = instances.start(key="rules", variables={"amount": 1}, now=timezone.now())
    incident = Incident.objects.get(instance_id=step.id)
    assert incident.code == "decision_failed"
    assert "null" in incident.message


def test_messages_of_an_upload_reach_its_readiness_report(admin):
    called = '<zeebe:calledDecision decisionId="tier" resultVariable="out"/><zeebe:ioMapping>'
    called += '<zeebe:input source="=1 + (" target="x"/></zeebe:ioMapping>'
    done = deploy(HIGH, rule_task(called=called))
    client = Client()
    client.force_login(admin)
    page = client.get(f"/drawings/uploads/{done.id}/").content.decode()
    assert "expected an expression" in page


LENDING = drawings.drawing(
    "lending",
    drawings.START
    + drawings.service("assess", "ai-decision", {"decision": "loan", "candidate_groups": "reviewers"})
    + drawings.END
    + drawings.chain("start", "assess", "end"),
)
LIMITS = table(("> 50000", '"always_human"'), ("-", "null"), key="limits")
TIERS = table(('"A"', '"always_human"'), ("-", "null"), key="tiers", source="tier").replace(b"urn:d", b"urn:e")


@pytest.fixture
def confident_model(settings) -> None:
    """A model that is sure of everything, under a policy whose rules are two tables."""
    settings.HANDOFF_PREDICTORS = {**settings.HANDOFF_PREDICTORS, "fake": "decisions.predictors.fake.load"}
    artefacts.forget_loaded()
    now = timezone.now()
    definitions.add_question(
        key="loan", predictor_key="loan", name="Loan", question="Approve?", result_variable="answer",
        labels=["approve", "refuse"], actor=None,
    )  # fmt: skip
    probabilities = {"approve": 0.99, "refuse": 0.01}
    fields = (Field(name="amount", type=FieldType.NUMBER, minimum=0.0, maximum=1e6),
              Field(name="tier", type=FieldType.STRING, categories=("A", "B")))  # fmt: skip
    row = {"features": {"amount": 1, "tier": "B"}, "probabilities": probabilities}
    version = versions.register(
        key="loan", artefact=json.dumps({"probabilities": probabilities}).encode(),
        schema=Schema(fields=fields).to_json(), labels=["approve", "refuse"], metrics={}, environment={}, training={},
        kind="fake", actor=None, now=now, golden=[row] * versions.GOLDEN_ROWS,
    )  # fmt: skip
    versions.PredictorVersion.objects.filter(pk=version.pk).update(state="validated")
    versions.switch(version_id=version.id, actor=None, now=now)
    deploy(LIMITS, TIERS, LENDING)
    rules = [
        Rule(code="limits", text="Never automatic above 50 000", decision="limits"),
        Rule(code="tiers", text="Always a person for tier A", decision="tiers"),
    ]
    terms = policies.Terms(auto_at=0.8, suggest_at=0.6, audit_rate=0.0, time_limit_ms=20_000, hard_rules=rules)
    policies.publish(key="loan", terms=terms, actor=None, now=now)


@pytest.mark.parametrize(
    ("amount", "tier", "route", "stopped_by"),
    [(50_000, "B", "auto", []), (50_001, "B", "escalate", ["rule:limits"]), (10, "A", "escalate", ["rule:tiers"])],
)
def test_policy_rules_drawn_as_tables_send_cases_to_people(confident_model, work, amount, tier, route, stopped_by):
    step = instances.start(key="lending", variables={"amount": amount, "tier": tier}, now=timezone.now())
    work()
    record = DecisionRecord.objects.get(instance_id=step.id)
    assert record.route == route
    assert [each["code"] for each in record.conditions if not each["met"]] == stopped_by
    assert HumanTask.objects.filter(instance_id=step.id).exists() is (route == "escalate")
    assert (Instance.objects.get(id=step.id).state == "completed") is (route == "auto")
