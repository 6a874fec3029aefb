"""The pages and admin pages of decisions, as people of different rights see them."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from guardian.shortcuts import assign_perm

from decisions import feedback
from decisions.models import DecisionDefinition, PolicyVersion, PredictorVersion

from .conftest import NOW, ask, register
from .test_definitions import add, model

pytestmark = pytest.mark.django_db


@pytest.fixture
def governor():
    """Return the browser of somebody who may do everything."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ines", first_name="Ines", last_name="Roth"))
    return client


@pytest.fixture
def person():
    """Make a person with some permissions, and return their browser and themselves."""

    def make(*permissions, on=None):
        user = get_user_model().objects.create_user("per")
        for permission in permissions:
            if on is None:
                user.user_permissions.add(Permission.objects.get(codename=permission))
            else:
                assign_perm(f"decisions.{permission}", user, on)
        client = Client()
        client.force_login(user)
        return client

    return make


def _page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def test_the_list_names_every_decision_and_how_it_stands(loan, governor):
    loan()
    add(model())
    page = _page(governor, "/decisions/")
    assert "Deciding alone" in page
    assert "Table, version 1" in page
    assert "not certified" in page


def test_a_models_page_shows_policy_numbers_and_records(loan, governor):
    loan(0.7)
    feedback.record_outcome(
        record_id=ask().record_id, label="refuse", actor=None, saw_suggestion=True, seconds_spent=5, now=NOW
    )
    page = _page(governor, "/decisions/loan/")
    assert "typed by hand, not certified" in page
    assert "LN-1" in page
    assert "What it reads" in page


@pytest.mark.parametrize(
    ("state", "says"),
    [("no model", "No model: all to people"), ("stopped", "Stopped: all to people"), ("other", "another model")],
)
def test_a_page_says_when_nothing_is_decided_alone(publish, loan, governor, state, says):
    if state == "stopped":
        loan()
        DecisionDefinition.objects.update(is_automatic=False)
    if state == "other":
        loan()
        publish(certificate={"alpha": 0.05, "delta": 0.1, "model": "0" * 64})
    assert says in _page(governor, "/decisions/loan/")


def test_a_policy_is_published_from_the_page(loan, governor):
    loan()
    asked = {"auto_at": "0,97", "suggest_at": "0.5", "audit_rate": "10", "note": "After the review",
             "hard_rules": "Tier A goes to a person: tier = \"A\"\nLarge ones: amount > 5 | suggest",
             "never_alone": ["refuse"]}  # fmt: skip
    governor.post("/decisions/loan/policy/", asked)
    policy = PolicyVersion.objects.order_by("-version").first()
    assert (policy.version, policy.auto_at, policy.audit_rate) == (2, 0.97, 0.1)
    assert [rule["effect"] for rule in policy.hard_rules] == ["always_human", "at_most_suggest"]
    assert (policy.never_alone, policy.created_by.username) == (["refuse"], "ines")


def test_a_wrong_policy_is_told_and_changes_nothing(loan, governor):
    loan()
    asked = {"auto_at": "0.5", "suggest_at": "0.9", "audit_rate": "10", "hard_rules": ""}
    response = governor.post("/decisions/loan/policy/", asked, follow=True)
    assert "Nothing was changed" in response.content.decode()
    assert PolicyVersion.objects.count() == 1


def test_a_policy_is_not_published_over_one_that_nobody_has_looked_at(loan, publish, governor):
    loan()
    assert 'name="seen" value="1"' in _page(governor, "/decisions/loan/")
    publish(auto_at=0.99)
    asked = {"auto_at": "0.7", "suggest_at": "0.6", "audit_rate": "10", "hard_rules": "", "seen": "1"}
    assert "policy 2 meanwhile" in governor.post("/decisions/loan/policy/", asked, follow=True).content.decode()
    for seen in ("2", "x"):
        governor.post("/decisions/loan/policy/", {**asked, "seen": seen})
    assert [policy.auto_at for policy in PolicyVersion.objects.order_by("version")] == [0.8, 0.99, 0.7]


def test_keeping_the_threshold_keeps_the_certificate_and_changing_it_loses_it(loan, publish, governor):
    version = loan()
    publish(certificate={"alpha": 0.05, "delta": 0.1, "model": version.artefact_id})
    asked = {"auto_at": "0.8", "suggest_at": "0.6", "audit_rate": "10", "hard_rules": ""}
    governor.post("/decisions/loan/policy/", asked)
    governor.post("/decisions/loan/policy/", {**asked, "auto_at": "0.81"})
    found = [policy.is_certified for policy in PolicyVersion.objects.order_by("-version")]
    assert found == [False, True, True, False]


def test_the_switch_is_thrown_from_the_page(loan, governor):
    loan()
    assert 'name="to" value="people"' in _page(governor, "/decisions/loan/")
    for _ in range(2):  # two people who stop it at the same moment stop it
        governor.post("/decisions/loan/switch/", {"reason": "Too many complaints", "to": "people"})
    assert DecisionDefinition.objects.get(key="loan").is_automatic is False
    assert 'name="to" value="policy"' in _page(governor, "/decisions/loan/")
    governor.post("/decisions/loan/switch/", {"reason": "Settled", "to": "policy"})
    assert DecisionDefinition.objects.get(key="loan").is_automatic is True


def test_a_table_is_shown_tried_and_downloaded(governor):
    add(model())
    page = _page(governor, '/decisions/tier/?version=1&variables={"amount": 150}')
    assert "&quot;high&quot;" in page
    assert 'data-rules="r1"' in page
    assert "not JSON" in _page(governor, "/decisions/tier/?variables={")
    assert governor.get("/decisions/tier/versions/1/file/").content == model()
    _page(governor, "/decisions/tier/versions/9/file/", 404)


def test_a_record_shows_conditions_reasons_and_outcomes(loan, governor):
    loan(0.7)
    verdict = ask()
    page = _page(governor, f"/decisions/records/{verdict.record_id}/")
    assert "Confidence above 0.80" in page
    assert "amount: 1200" in page
    assert "Nobody has answered yet" in page
    assert "LN-1" in _page(governor, "/decisions/records/?decision=loan&route=suggest")


def test_a_stranger_sees_nothing(loan, person):
    loan()
    record = ask().record_id
    stranger = person()
    assert "No decision yet" in _page(stranger, "/decisions/")
    _page(stranger, "/decisions/loan/", 404)
    _page(stranger, f"/decisions/records/{record}/", 404)
    assert stranger.post("/decisions/loan/switch/", {"reason": "x"}).status_code == 404


def test_permissions_on_one_decision_open_that_one(loan, question, person):
    loan()
    record = ask().record_id
    add(model())
    reader = person("view_decisiondefinition", "see_records", on=question)
    page = _page(reader, "/decisions/loan/")
    assert "Publish another policy" not in page
    _page(reader, f"/decisions/records/{record}/")
    _page(reader, "/decisions/tier/", 404)
    reader.post("/decisions/loan/switch/", {"reason": "x"})
    assert DecisionDefinition.objects.get(key="loan").is_automatic is True


def test_every_admin_page_opens(loan, governor):
    version = loan(0.7)
    verdict = ask()
    add(model())
    for name in ("decisiondefinition", "predictor", "predictorversion", "policyversion", "decisionrecord", "outcome"):
        _page(governor, f"/admin/decisions/{name}/")
    for name, key in (("decisionrecord", verdict.record_id), ("predictorversion", version.pk)):
        _page(governor, f"/admin/decisions/{name}/{key}/change/")
    definition = DecisionDefinition.objects.get(key="loan")
    _page(governor, f"/admin/decisions/decisiondefinition/{definition.pk}/change/")
    _page(governor, f"/admin/decisions/decisiondefinition/{definition.pk}/permissions/")


def test_a_policy_is_published_from_the_admin_and_its_problems_are_told(loan, question, governor):
    loan()
    asked = {"definition": question.pk, "auto_at": 0.9, "suggest_at": 0.5, "audit_rate": 0.1, "time_limit_ms": 500,
             "hard_rules": json.dumps([{"code": "a", "text": "A", "expression": "tier ="}]),
             "never_alone": "[]", "critical": "{}", "note": ""}  # fmt: skip
    assert "cannot be read" in governor.post("/admin/decisions/policyversion/add/", asked).content.decode()
    governor.post("/admin/decisions/policyversion/add/", {**asked, "hard_rules": "[]"})
    policy = PolicyVersion.objects.order_by("-version").first()
    assert (policy.version, policy.auto_at, policy.created_by.username) == (2, 0.9, "ines")


def test_a_version_is_put_back_from_the_admin(loan, governor):
    first = loan()
    loan(0.95)
    draft = register(0.5)
    asked = {"action": "put_back", "_selected_action": [str(first.pk), str(draft.pk)]}
    page = governor.post("/admin/decisions/predictorversion/", asked, follow=True).content.decode()
    assert "loan 3: nothing was changed" in page
    assert PredictorVersion.objects.get(state="active") == first


@pytest.mark.parametrize("asked", ["label=approve", "confidence__gt=0.8", "conditions__icontains=x", "result=1",
                                   "probabilities__approve__gt=0.5", "inputs__contains=1"])  # fmt: skip
def test_no_list_of_records_is_narrowed_by_what_is_sealed(loan, question, governor, asked):
    loan(0.5)
    ask()
    assert governor.get(f"/admin/decisions/decisionrecord/?{asked}").status_code == 400
    _page(governor, f"/admin/decisions/decisionrecord/?route=escalate&definition__id__exact={question.pk}")


WRONG_LABELS = ("5", "[1]", "[{}]", '"approve"', '[{"value": 1}]', '[{"value": "a"}, {"value": "a"}]',
                '[{"value": "a", "text": 5}]', '[{"value": "a", "text": null}]')  # fmt: skip


def test_answers_that_no_page_could_show_are_refused_as_they_are_typed(question, governor):
    address = f"/admin/decisions/decisiondefinition/{question.pk}/change/"
    inlines = {f"{rows}-{count}_FORMS": 0 for rows in ("policies", "dmn_versions") for count in ("TOTAL", "INITIAL")}
    for labels in WRONG_LABELS:
        answer = governor.post(address, {**inlines, "name": "Loan", "labels": labels})
        assert (answer.status_code, len(answer.context["errors"])) == (200, 1), labels
    assert governor.post(address, {**inlines, "name": "Loan", "labels": '[{"value": "a"}]'}).status_code == 302
    assert DecisionDefinition.objects.get(key="loan").labels == [{"value": "a"}]


def test_a_policy_typed_as_json_is_refused_or_means_what_it_says(question, governor):
    asked = {"definition": question.pk, "auto_at": 0.9, "suggest_at": 0.5, "audit_rate": 0.1, "time_limit_ms": 500}
    for wrong in ({"never_alone": "7"}, {"never_alone": "[{}]"}, {"critical": '{"approve": "x"}'}, {"critical": "[1]"},
                  {"hard_rules": '[{"code": 1, "text": 2, "expression": 3}]'}, {"hard_rules": "5"}):  # fmt: skip
        answer = governor.post("/admin/decisions/policyversion/add/", {**asked, **wrong})
        assert (answer.status_code, len(answer.context["errors"])) == (200, 1), wrong
    assert governor.post("/admin/decisions/policyversion/add/", asked).status_code == 302
    policy = PolicyVersion.objects.get()
    assert (policy.hard_rules, policy.never_alone, policy.critical) == ([], [], {})
