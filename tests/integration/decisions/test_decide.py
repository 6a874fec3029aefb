"""Deciding a case: alone, as a suggestion, or by a person; recorded once, whatever happens."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from decisions import policies, selectors, versions
from decisions import records as decide_records
from decisions.decide import Route
from decisions.models import Artefact, DecisionRecord
from decisions.rules import Effect, Rule

from .conftest import CASE, NOW, ask, fake, register

pytestmark = pytest.mark.django_db


def _unmet(verdict):
    return {condition.code for condition in verdict.conditions if not condition.met}


@pytest.mark.parametrize(
    ("approve", "route", "unmet"),
    [
        (0.9, Route.AUTO, set()),
        (0.8, Route.SUGGEST, {"confident_alone"}),
        (0.7, Route.SUGGEST, {"confident_alone"}),
        (0.55, Route.ESCALATE, {"confident_alone", "confident_enough_to_suggest"}),
    ],
)
def test_confidence_chooses_the_route(loan, approve, route, unmet):
    loan(approve)
    verdict = ask()
    assert (verdict.route, verdict.label, _unmet(verdict)) == (route, "approve", unmet)
    assert verdict.confidence == pytest.approx(approve)


def test_verdict_says_who_answered_and_why(loan):
    loan()
    verdict = ask()
    assert (verdict.model, verdict.policy, verdict.result_variable) == ("loan 1", "loan 1", "answer")
    assert verdict.labels == ("approve", "refuse")
    assert verdict.certified is False
    assert [reason.feature for reason in verdict.reasons] == ["amount", "tier"]


def test_the_same_key_is_answered_by_the_first_record(loan):
    loan(0.9)
    first = ask(idempotency_key="once")
    loan(0.55)
    again = ask({"amount": 5, "tier": "A"}, idempotency_key="once")
    assert again == first
    assert DecisionRecord.objects.count() == 1


def test_a_racing_twin_gets_the_record_that_was_first(loan, monkeypatch):
    loan()
    first = ask(idempotency_key="race")
    find, asked = decide_records.find, []
    monkeypatch.setattr(decide_records, "find", lambda key: find(key) if asked else asked.append(key))
    assert ask(idempotency_key="race") == first
    assert DecisionRecord.objects.count() == 1


def test_record_holds_what_is_needed_to_do_it_again(loan):
    version = loan(0.7)
    verdict = ask({**CASE, "note": "seen by rules only"})
    record = DecisionRecord.objects.get(id=verdict.record_id)
    assert record.inputs == {**CASE, "note": "seen by rules only"}
    assert record.content_sha256 == version.artefact_id
    assert record.raw_probabilities == {"approve": 0.7, "refuse": pytest.approx(0.3)}
    assert record.policy.version == 1
    assert {"rules", "load", "predict"} <= set(record.latency_ms)
    assert record.inputs_sha256 != ""


def test_a_record_cannot_be_changed_or_deleted(loan):
    loan()
    record = DecisionRecord.objects.get(id=ask().record_id)
    with pytest.raises(TypeError, match="append-only"):
        record.save()
    with pytest.raises(TypeError, match="append-only"):
        record.delete()


@pytest.mark.parametrize(
    ("fake_says", "code"),
    [({"error": "no such feature"}, "model_failed"), ({"seconds": 1.0}, "model_late")],
)
def test_a_model_that_fails_or_is_late_escalates(loan, publish, fake_says, code):
    publish(time_limit_ms=50)
    loan(0.99, **fake_says)
    verdict = ask()
    assert (verdict.route, verdict.label, code in _unmet(verdict)) == (Route.ESCALATE, None, True)
    assert verdict.error.startswith(code)


def test_no_model_escalates(publish):
    publish()
    verdict = ask()
    assert (verdict.route, _unmet(verdict)) == (Route.ESCALATE, {"model_active"})


def test_no_policy_escalates_although_the_model_is_sure(question):
    version = register(0.99)
    versions.activate(version_id=version.id, actor=None, now=NOW)
    assert (ask().route, _unmet(ask())) == (Route.ESCALATE, {"policy_in_force"})


def test_an_unknown_decision_escalates_and_is_recorded(db):
    verdict = ask(key="never-heard-of")
    assert (verdict.route, _unmet(verdict)) == (Route.ESCALATE, {"decision_known"})
    assert verdict.result_variable == "never_heard_of"
    assert DecisionRecord.objects.get().decision_key == "never-heard-of"


def test_a_corrupt_artefact_escalates(loan, settings, tmp_path):
    settings.HANDOFF_HOME = tmp_path
    version = loan()
    Artefact.objects.filter(pk=version.artefact_id).update(data=fake(0.99))
    verdict = ask()
    assert (verdict.route, _unmet(verdict)) == (Route.ESCALATE, {"artefact_corrupt"})


def test_a_changed_cache_file_is_not_trusted(loan, settings, tmp_path):
    settings.HANDOFF_HOME = tmp_path
    version = loan(0.7)
    path = tmp_path / "artefacts" / f"{version.artefact_id}.skops"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(fake(0.99))
    assert ask().confidence == pytest.approx(0.7)
    assert path.read_bytes() != fake(0.99)


@pytest.mark.parametrize(
    ("variables", "route", "code"),
    [
        ({"tier": "B"}, Route.ESCALATE, "inputs_usable"),
        ({"amount": "many", "tier": "B"}, Route.ESCALATE, "inputs_usable"),
        ({}, Route.ESCALATE, "inputs_usable"),
        ({"amount": 200_000, "tier": "B"}, Route.SUGGEST, "inputs_familiar"),
        ({"amount": 1200, "tier": "Z"}, Route.SUGGEST, "inputs_familiar"),
    ],
)
def test_inputs_that_do_not_fit_go_to_a_person(loan, variables, route, code):
    loan()
    verdict = ask(variables)
    assert (verdict.route, _unmet(verdict)) == (route, {code})
    assert (verdict.label is None) == (code == "inputs_usable")


def test_a_hard_rule_wins_over_a_sure_model(loan, publish):
    loan(0.99)
    publish(hard_rules=[Rule(code="tier-a", text="Tier A always goes to a person", expression='tier = "A"')])
    kept, stopped = ask(), ask({"amount": 1200, "tier": "A"})
    assert (kept.route, stopped.route) == (Route.AUTO, Route.ESCALATE)
    (condition,) = [each for each in stopped.conditions if not each.met]
    assert (condition.code, condition.actual) == ("rule:tier-a", "tier = A")


def test_a_rule_can_ask_for_a_suggestion_only(loan, publish):
    loan(0.99)
    rule = Rule(code="large", text="Never alone above 50 000", expression="amount > 50000",
                effect=Effect.AT_MOST_SUGGEST)  # fmt: skip
    publish(hard_rules=[rule])
    assert ask({"amount": 60_000, "tier": "B"}).route is Route.SUGGEST


def test_a_rule_that_cannot_be_evaluated_applies(loan, publish):
    loan(0.99)
    publish(hard_rules=[Rule(code="r", text="Old customers only", expression="customer.years > 2")])
    verdict = ask()
    assert (verdict.route, _unmet(verdict)) == (Route.ESCALATE, {"rule:r"})


def test_the_switch_sends_everything_to_people_and_keeps_the_suggestion(loan):
    loan(0.99)
    policies.stop_automation(key="loan", reason="Complaints in the north", actor=None, now=NOW)
    verdict = ask()
    assert (verdict.route, verdict.label, _unmet(verdict)) == (Route.SUGGEST, "approve", {"automation_on"})
    policies.resume_automation(key="loan", reason="Checked", actor=None, now=NOW)
    assert ask().route is Route.AUTO


def test_a_policy_past_its_date_only_suggests(loan, publish):
    loan(0.99)
    publish(valid_until=NOW - timedelta(seconds=1))
    assert (ask().route, _unmet(ask())) == (Route.SUGGEST, {"policy_valid"})


def test_a_certificate_holds_for_its_model_only(loan, publish):
    version = loan(0.99)
    publish(certificate={"alpha": 0.05, "model": version.artefact_id})
    assert (ask().route, ask().certified) == (Route.AUTO, True)
    loan(0.98)
    assert (ask().route, _unmet(ask())) == (Route.SUGGEST, {"certificate_fits"})


def test_audits_are_drawn_by_the_policys_rate(loan, publish):
    loan(0.99)
    publish(audit_rate=1.0)
    assert ask().is_audit is True
    publish(audit_rate=0.0)
    assert ask().is_audit is False
    publish(audit_rate=0.3)
    drawn = sum(ask(idempotency_key=f"audit {number}").is_audit for number in range(100))
    assert 15 <= drawn <= 45


def test_a_person_sees_no_answer_of_an_escalated_case(loan):
    loan(0.55)
    verdict = ask()
    seen = selectors.for_reviewer(verdict.record_id)
    assert verdict.label == "approve"
    assert (seen.label, seen.confidence, seen.probabilities, seen.reasons) == (None, None, None, ())
    assert not any("0.55" in condition.actual for condition in seen.conditions)


def test_a_decision_costs_few_statements(loan):
    loan()
    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
    reads = [query for query in queries if query["sql"].startswith("SELECT")]
    writes = [query for query in queries if query["sql"].startswith("INSERT")]
    assert (len(reads), len(writes)) == (4, 1)
