"""`train_model`: a table in, a working decision out, honest about what it does not know."""

import csv
import os
import random
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from decisions.decide import Route
from decisions.models import DecisionDefinition, PolicyVersion, PredictorVersion

from .conftest import ask

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]
GERMAN = ROOT.parent / "shared" / "datasets" / "loan_german_credit.csv"


def _write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def loans(tmp_path):
    """600 made-up applications: the amount and the job decide, with a little noise."""
    draw, rows = random.Random(4), []
    for number in range(600):
        amount, job = draw.randint(500, 20_000), draw.choice(["clerk", "driver", "teacher"])
        risk = amount / 20_000 - 0.3 * (job == "teacher") + draw.gauss(0, 0.07)
        rows.append({"id": f"L{number}", "amount": amount, "job": job, "married": draw.choice(["true", "false"]),
                     "income": "" if number % 9 == 0 else draw.randint(1000, 5000),
                     "outcome": "bad" if risk > 0.45 else "good"})  # fmt: skip
    return _write(tmp_path / "loans.csv", rows)


def _train(path, **options):
    out = StringIO()
    values = {"label": "outcome", **options}
    arguments = [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    call_command("train_model", "loan-risk", "--csv", str(path), *arguments, stdout=out)
    return out.getvalue()


def test_a_table_becomes_a_decision_that_answers(loans):
    said = _train(loans, rows=400, drop="id")
    version = PredictorVersion.objects.get()
    assert "400 rows to learn from, 200 held out" in said
    assert (version.state, len(version.golden) >= 50) == ("active", True)
    assert version.metrics["accuracy"] > 0.85
    assert [field["name"] for field in version.schema["fields"]] == ["amount", "job", "married", "income"]
    verdict = ask({"amount": 900, "job": "teacher", "married": True, "income": 3000}, key="loan-risk")
    assert (verdict.label, verdict.result_variable, verdict.route) == ("good", "loan_risk", Route.AUTO)


def test_a_missing_optional_value_is_no_reason_to_stop(loans):
    _train(loans, rows=400)
    verdict = ask({"amount": 900, "job": "teacher", "married": "true"}, key="loan-risk")
    assert verdict.route is Route.AUTO


def test_a_threshold_typed_by_hand_is_not_certified(loans):
    said = _train(loans, rows=400, auto_at=0.97)
    assert "alone above 0.97 (typed by hand, not certified)" in said
    assert PolicyVersion.objects.get().is_certified is False


def test_a_certified_policy_carries_its_evidence_and_ends(loans):
    said = _train(loans, rows=200, certify=0.2)
    policy = PolicyVersion.objects.get()
    assert "Certified on 200 rows: at most 20% wrong, 90% certain" in said
    assert policy.certificate["model"] == PredictorVersion.objects.get().artefact_id
    assert policy.certificate["upper_bound"] <= 0.2
    assert policy.valid_until is not None


def test_what_cannot_be_certified_is_said_and_the_policy_stays_typed(loans):
    said = _train(loans, rows=500, certify=0.001)
    assert "No certificate: not certifiable at 0%" in said
    assert PolicyVersion.objects.get().is_certified is False


def test_training_again_is_a_new_version_under_the_same_policy(loans):
    _train(loans, rows=400)
    _train(loans, rows=500)
    states = list(PredictorVersion.objects.order_by("version").values_list("state", flat=True))
    assert states == ["retired", "active"]
    assert PolicyVersion.objects.count() == 1


def test_texts_are_learnt_by_their_words(tmp_path):
    draw = random.Random(2)
    words = {"card": ["my card is lost", "where is my new card", "the card does not work"],
             "rate": ["what is the exchange rate", "the rate seems wrong today", "rate for euro please"]}  # fmt: skip
    rows = [
        {"text": f"{draw.choice(texts)} {draw.choice(['now', 'please', 'thanks', 'again'])} {number}",
         "outcome": label, "split": "train" if number % 3 else "test"}
        for number in range(150) for label, texts in words.items()
    ]  # fmt: skip
    said = _train(_write(tmp_path / "texts.csv", rows), split_column="split")
    assert "200 rows to learn from, 100 held out" in said
    assert PredictorVersion.objects.get().encoding["input"] == "texts"
    verdict = ask({"text": "my card is broken, please"}, key="loan-risk")
    assert verdict.label == "card"
    assert '"card"' in {reason.text for reason in verdict.reasons}
    strange = ask({"text": "xylophone"}, key="loan-risk")
    assert "like_training_data" in {each.code for each in strange.conditions if not each.met}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"label": "colour"}, "no column colour"),
        ({"drop": "amount,shape"}, "no column shape"),
        ({"label": "married", "drop": "amount,job,income,outcome,id"}, "No column has values"),
        ({"label": "id"}, "these have fewer"),
    ],
)
def test_a_table_that_teaches_nothing_is_refused_in_words(loans, options, says):
    with pytest.raises(CommandError, match=says):
        _train(loans, **options)
    assert not DecisionDefinition.objects.exists()


def test_a_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    with pytest.raises(CommandError, match="cannot be read"):
        _train(path)


@pytest.mark.corpus
@pytest.mark.skipif(not GERMAN.exists(), reason=f"{GERMAN.name} is not at ../shared/datasets")
def test_real_loans_are_learnt_without_the_columns_that_must_not_count():
    _train(GERMAN, label="risk", drop="personal_status_sex,foreign_worker", rows=500)
    version = PredictorVersion.objects.get()
    assert version.metrics["rows_held_out"] == 500
    assert version.metrics["accuracy"] > 0.68
    assert not {"personal_status_sex", "foreign_worker"} & {field["name"] for field in version.schema["fields"]}


def test_nothing_but_a_prediction_imports_scikit_learn():
    code = (
        "import sys, django; django.setup()\n"
        "import decisions.decide, decisions.admin, decisions.selectors, decisions.figures, decisions.versions\n"
        "import orchestrator.config.urls\n"
        "heavy = {'sklearn', 'numpy', 'pandas', 'scipy', 'skops'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "DJANGO_SETTINGS_MODULE": "orchestrator.config.settings"})  # fmt: skip
    assert done.returncode == 0, done.stderr
