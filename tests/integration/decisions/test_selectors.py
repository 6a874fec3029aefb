"""What people read of decisions: outcomes, similar cases, how often others agreed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from guardian.shortcuts import assign_perm

from decisions import feedback, selectors
from decisions.errors import UnknownLabel, UnknownRecord
from decisions.feedback import Source

from .conftest import NOW, ask

pytestmark = pytest.mark.django_db


def _answer(verdict, label="approve", *, minutes=1, **more):
    values = {"actor": None, "saw_suggestion": True, "seconds_spent": 40, "now": NOW + timedelta(minutes=minutes)}
    return feedback.record_outcome(record_id=verdict.record_id, label=label, **{**values, **more})


def _earlier():
    return selectors.earlier(key="loan", business_key="LN-1", except_instance=uuid4())


def test_an_outcome_says_whether_it_agrees(loan):
    loan(0.7)
    verdict = ask()
    assert [_answer(verdict, "approve").agrees, _answer(verdict, "refuse", minutes=2).agrees] == [True, False]


def test_the_newest_outcome_counts_and_earlier_ones_stay(loan):
    loan(0.7)
    verdict = ask()
    _answer(verdict, "approve")
    _answer(verdict, "refuse", minutes=5, source=Source.CORRECTION, comment="Income was forged")
    seen = selectors.record(verdict.record_id)
    assert [each.label for each in seen.outcomes] == ["refuse", "approve"]
    assert seen.outcome.comment == "Income was forged"


def test_an_outcome_without_an_answer_of_the_model_neither_agrees_nor_not(loan):
    loan()
    verdict = ask({})
    assert _answer(verdict, saw_suggestion=False).agrees is None


def test_an_unknown_label_or_record_is_refused(loan):
    loan(0.7)
    with pytest.raises(UnknownLabel, match="approve, refuse"):
        _answer(ask(), "perhaps")
    with pytest.raises(UnknownRecord):
        feedback.record_outcome(
            record_id=uuid4(), label="approve", actor=None, saw_suggestion=False, seconds_spent=None, now=NOW
        )


def test_similar_cases_are_the_nearest_answered_ones(loan):
    loan(0.7)
    near, far, open_case = (
        ask({"amount": 1300, "tier": "B"}), ask({"amount": 90_000, "tier": "A"}), ask({"amount": 1200, "tier": "B"})
    )  # fmt: skip
    _answer(near, "refuse")
    _answer(far, "approve")
    case = ask({"amount": 1200, "tier": "B"})
    found = selectors.similar(case.record_id)
    assert [each.record_id for each in found] == [near.record_id, far.record_id]
    assert (found[0].label, found[0].decided_by) == ("refuse", "person")
    assert found[0].similarity > 0.99
    assert found[0].differences == ("Amount 1,300 (here 1,200)",)
    assert open_case.record_id not in {each.record_id for each in found}


def test_a_case_that_waits_for_a_second_look_is_like_no_other_until_it_is_answered(loan, publish):
    loan(0.99)
    publish(audit_rate=1.0)
    drawn = ask()
    publish(audit_rate=0.0)
    case = ask()
    assert selectors.record(drawn.record_id).is_sealed
    assert selectors.similar(case.record_id) == ()
    assert [each.answer for each in _earlier()] == ["approve"]
    _answer(drawn, "refuse", source=Source.AUDIT, saw_suggestion=False)
    assert [each.label for each in selectors.similar(case.record_id)] == ["refuse"]
    assert sorted(each.answer for each in _earlier()) == ["approve", "refuse"]


def test_agreement_counts_cases_of_the_same_answer_and_confidence(loan):
    loan(0.7)
    for label in ("approve", "approve", "refuse"):
        _answer(ask(), label)
    loan(0.95)
    _answer(ask(), "refuse")
    loan(0.72)
    found = selectors.agreement(ask().record_id)
    assert (found.cases, found.confirmed) == (3, 2)


def test_records_are_seen_by_permission_on_their_decision(loan, question):
    loan()
    ask()
    ask(key="unknown")
    user = get_user_model().objects.create_user("ada")
    assert selectors.visible_records(user).count() == 0
    assign_perm("decisions.see_records", user, question)
    user = get_user_model().objects.get(pk=user.pk)
    assert [row.decision_key for row in selectors.visible_records(user)] == ["loan"]
    assert selectors.visible_records(None).count() == 2
