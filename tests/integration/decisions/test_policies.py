"""Policies: versions that never change, and rules that make sense."""

import pytest
from django.contrib.auth import get_user_model
from guardian.shortcuts import assign_perm

from decisions import policies
from decisions.errors import NotAllowed, PolicyInvalid, UnknownDecision
from decisions.models import PolicyVersion
from decisions.policies import Terms
from decisions.rules import Rule

from .conftest import NOW

pytestmark = pytest.mark.django_db


def test_each_policy_is_a_new_version_and_the_newest_is_in_force(publish, question):
    publish(auto_at=0.9)
    publish(auto_at=0.8)
    assert [policy.auto_at for policy in question.policies.order_by("-version")] == [0.8, 0.9]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"auto_at": 0.5, "suggest_at": 0.6}, "cannot act alone from 0.5"),
        ({"auto_at": 1.2}, "between 0 and 1"),
        ({"audit_rate": 2}, "audit rate"),
        ({"time_limit_ms": 0}, "time limit"),
        ({"never_alone": ["perhaps"]}, '"perhaps" is no answer'),
        ({"critical": {"fraud": 0.1}}, '"fraud" is no answer'),
        ({"hard_rules": [Rule(code="r", text="t", expression="amount >")]}, "cannot be read"),
        ({"hard_rules": [Rule(code="r", text="t")]}, "either an expression or a decision"),
        ({"hard_rules": [Rule(code="r", text="t", decision="none")]}, "not deployed"),
        ({"hard_rules": [Rule(code="r", text="t", expression="true")] * 2}, "stands twice"),
        ({"hard_rules": [Rule(code="r", text="t", expression=1)]}, "of a rule are texts"),
        ({"never_alone": 7}, "list of texts"),
        ({"never_alone": [["approve"]]}, "list of texts"),
        ({"critical": ["refuse"]}, "highest probability"),
        ({"critical": {"refuse": "often"}}, "highest probability"),
        ({"critical": {"refuse": None}}, "highest probability"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(publish, change, says):
    with pytest.raises(PolicyInvalid, match=says):
        publish(**change)
    assert not PolicyVersion.objects.exists()


def test_every_problem_is_told_at_once(publish):
    with pytest.raises(PolicyInvalid) as refused:
        publish(auto_at=2, audit_rate=-1, never_alone=["perhaps"])
    assert all(part in str(refused.value) for part in ("between 0 and 1", "audit rate", "perhaps"))


def test_a_policy_cannot_be_changed(publish):
    policy = publish()
    policy.auto_at = 0.1
    with pytest.raises(TypeError, match="append-only"):
        policy.save()


def test_an_unknown_decision_has_no_policy(db):
    with pytest.raises(UnknownDecision, match="nothing-here"):
        policies.publish(key="nothing-here", terms=Terms(auto_at=1, suggest_at=0), actor=None, now=NOW)


def test_publishing_needs_the_permission_on_the_decision(publish, question):
    someone = get_user_model().objects.create_user("ada")
    with pytest.raises(NotAllowed):
        policies.publish(key="loan", terms=Terms(auto_at=0.9, suggest_at=0.5), actor=someone, now=NOW)
    assign_perm("decisions.publish_policy", someone, question)
    someone = get_user_model().objects.get(pk=someone.pk)
    policy = policies.publish(key="loan", terms=Terms(auto_at=0.9, suggest_at=0.5), actor=someone, now=NOW)
    assert policy.created_by == someone


def test_stopping_needs_a_reason(question):
    with pytest.raises(PolicyInvalid, match="reason"):
        policies.stop_automation(key="loan", reason=" ", actor=None, now=NOW)
