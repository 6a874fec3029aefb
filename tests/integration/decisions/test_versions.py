"""Predictor versions: what may go into use, and what never does."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from guardian.shortcuts import assign_perm

from decisions import definitions, facts, versions
from decisions.errors import NotAllowed, VersionRefused
from decisions.models import Artefact, PredictorVersion, VersionState

from .conftest import NOW, SCHEMA, fake, golden, register

pytestmark = pytest.mark.django_db


def _state(version):
    return PredictorVersion.objects.get(pk=version.pk).state


def _activate(version, actor=None):
    return versions.activate(version_id=version.id, actor=actor, now=NOW)


def test_a_registered_version_is_a_draft_and_counted_up():
    first, second = register(0.9), register(0.8)
    assert [(each.version, each.state) for each in (first, second)] == [(1, "draft"), (2, "draft")]
    assert Artefact.objects.count() == 2


def test_activation_replays_the_golden_rows_and_retires_the_one_before():
    first, second = register(0.9), register(0.8)
    _activate(first)
    active = _activate(second)
    assert (_state(first), _state(second)) == ("retired", "active")
    assert "50 golden rows replayed" in active.state_note


@pytest.mark.parametrize("meanwhile", ["active", "retired"])
def test_a_version_that_moved_while_it_was_replayed_stays_where_it_is(monkeypatch, meanwhile):
    version, replay = register(0.9), versions._replay

    def slowly(found):
        if found.state == VersionState.DRAFT:
            monkeypatch.setattr(versions, "_replay", replay)
            _activate(version)
            if meanwhile == "retired":
                versions.retire(version_id=version.id, actor=None, now=NOW)
        return replay(found)

    monkeypatch.setattr(versions, "_replay", slowly)
    versions.validate(version_id=version.id, actor=None, now=NOW)
    assert _state(version) == meanwhile


def test_a_golden_row_that_differs_refuses_activation():
    rows = golden(0.9)
    rows[7] = {**rows[7], "probabilities": {"approve": 0.9 + 3e-6, "refuse": 0.1 - 3e-6}}
    version = register(0.9, rows=rows)
    with pytest.raises(VersionRefused, match="differ by up to 3e-06"):
        _activate(version)
    assert _state(version) == VersionState.DRAFT


def test_a_difference_within_the_tolerance_is_accepted():
    rows = golden(0.9)
    rows[7] = {**rows[7], "probabilities": {"approve": 0.9 + 5e-7, "refuse": 0.1}}
    _activate(register(0.9, rows=rows))


def test_too_few_golden_rows_refuse_activation():
    version = register(0.9, rows=golden(0.9)[:49])
    with pytest.raises(VersionRefused, match="49 golden rows, 50 are needed"):
        _activate(version)


def test_a_refused_artefact_is_quarantined_for_good():
    version = register(data=b"a pickle, perhaps")
    with pytest.raises(VersionRefused, match="refused"):
        _activate(version)
    assert _state(version) == VersionState.QUARANTINED
    with pytest.raises(VersionRefused, match="quarantined"):
        _activate(version)


def test_changed_bytes_in_the_database_are_found_at_activation(settings, tmp_path):
    settings.HANDOFF_HOME = tmp_path
    version = register(0.9)
    Artefact.objects.filter(pk=version.artefact_id).update(data=fake(0.99))
    with pytest.raises(VersionRefused, match="artefact_corrupt|not those"):
        _activate(version)
    assert _state(version) == VersionState.QUARANTINED


def test_a_draft_cannot_be_switched_on_without_replay():
    version = register(0.9)
    with pytest.raises(VersionRefused, match="Draft"):
        versions.switch(version_id=version.id, actor=None, now=NOW)


def test_going_back_needs_no_loading(settings):
    first, second = register(0.9), register(0.8)
    _activate(first)
    _activate(second)
    settings.HANDOFF_PREDICTORS = {}
    versions.switch(version_id=first.id, actor=None, now=NOW)
    assert (_state(first), _state(second)) == ("active", "retired")


def test_the_database_holds_one_active_version_only():
    first, second = register(0.9), register(0.8)
    _activate(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        PredictorVersion.objects.filter(pk=second.pk).update(state="active")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": ["approve"]}, "two labels"),
        ({"schema": {"fields": []}}, "no fields"),
        ({"schema": {"fields": [{"name": "a", "type": "colour"}]}}, "cannot be read"),
    ],
)
def test_nonsense_is_not_registered(change, says):
    values = {"key": "loan", "artefact": fake(0.9), "schema": SCHEMA.to_json(), "labels": ["a", "b"], "metrics": {},
              "golden": [], "environment": {}, "training": {}, "actor": None, "now": NOW}  # fmt: skip
    with pytest.raises(VersionRefused, match=says):
        versions.register(**{**values, **change})


def test_only_who_may_activates_and_the_permission_may_be_on_one_decision(question):
    version = register(0.9)
    someone = get_user_model().objects.create_user("ada")
    with pytest.raises(NotAllowed, match="activate_version on loan"):
        _activate(version, actor=someone)
    assign_perm("decisions.activate_version", someone, question)
    someone = get_user_model().objects.get(pk=someone.pk)
    assert _activate(version, actor=someone).activated_by == someone


def test_every_step_is_told():
    told = []

    def listen(fact, **_):
        told.append(fact.state)

    facts.told.connect(listen)
    version = register(0.9)
    _activate(version)
    versions.retire(version_id=version.id, actor=None, now=NOW, reason="drift")
    facts.told.disconnect(listen)
    assert told == ["draft", "validated", "active", "retired"]


def test_a_question_keeps_the_words_people_gave_it(question):
    question.labels = [{"value": "approve", "text": "Grant it"}]
    question.save()
    again = definitions.add_question(
        key="loan", predictor_key="loan", name="Other", question="Other?", result_variable="x",
        labels=["approve", "refuse"], actor=None,
    )  # fmt: skip
    assert (again.name, again.result_variable) == ("Loan", "answer")
    assert [each["text"] for each in again.labels] == ["Grant it", "Refuse"]
