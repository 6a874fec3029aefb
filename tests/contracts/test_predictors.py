"""Every registered predictor keeps the promises of `decisions.predictors.base.Predictor`."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from django.conf import settings
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from decisions.edge.canonical import sha256
from decisions.predictors.base import Artefact
from decisions.predictors.encoding import Encoding, Input, one_hot
from decisions.predictors.errors import ArtefactCorrupt, ArtefactRefused
from decisions.predictors.registry import load
from decisions.predictors.schema import Field, FieldType, Schema
from decisions.predictors.sklearn import dump

SCHEMA = Schema(
    fields=(
        Field(name="amount", type=FieldType.NUMBER, minimum=0.0, maximum=9.0),
        Field(name="tier", type=FieldType.STRING, categories=("a", "b")),
        Field(name="known", type=FieldType.BOOLEAN),
    )
)
ROWS = [{"amount": float(n % 10), "tier": "ab"[n % 2], "known": n % 3 == 0} for n in range(60)]
TARGETS = ["yes" if row["amount"] > 4 else "no" for row in ROWS]
KINDS = {**settings.HANDOFF_PREDICTORS, "fake": "decisions.predictors.fake.load"}


def _matrix():
    encoding = Encoding(input=Input.MATRIX, columns=one_hot(SCHEMA, {"amount": 5.0}, []))
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return dump(model.fit(np.array(encoding.matrix(ROWS)), TARGETS)), encoding


def _frame():
    columns = make_column_transformer((OneHotEncoder(), ["tier"]), (StandardScaler(), ["amount", "known"]))
    frame = pd.DataFrame(ROWS).astype({"amount": float})
    model = make_pipeline(columns, LogisticRegression())
    return dump(model.fit(frame, TARGETS)), Encoding(input=Input.FRAME, background=tuple(ROWS[:10]))


def _fake():
    return json.dumps({"probabilities": {"no": 0.3, "yes": 0.7}}).encode(), Encoding(input=Input.FRAME)


#: One sample for each kind: a new kind adds its line here.
SAMPLES = {"sklearn": _matrix, "sklearn_frame": _frame, "fake": _fake}


def _artefact(kind, **changes):
    data, encoding = SAMPLES[kind]()
    values = {"sha256": sha256(data), "data": data, "labels": ("no", "yes"), "schema": SCHEMA.to_json(),
              "encoding": encoding.to_json()}  # fmt: skip
    return Artefact(**{**values, **changes})


@pytest.fixture(scope="module", params=sorted(KINDS))
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def predictor(kind):
    return load(KINDS, kind, _artefact(kind))


def test_every_registered_kind_has_a_sample():
    assert set(KINDS) == set(SAMPLES)


def test_probabilities_are_a_distribution_over_the_labels(predictor):
    for prediction in predictor.predict(ROWS):
        assert set(prediction.probabilities) == {"no", "yes"}
        assert sum(prediction.probabilities.values()) == pytest.approx(1)
        assert prediction.confidence == max(prediction.probabilities.values())
        assert prediction.probabilities[prediction.label] == prediction.confidence


def test_a_row_alone_is_answered_as_among_others(predictor):
    together = predictor.predict(ROWS[:5])
    alone = [predictor.predict([row])[0] for row in ROWS[:5]]
    for one, other in zip(together, alone, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-9)


def test_reasons_are_bounded_ordered_and_name_fields(predictor):
    reasons = predictor.explain(ROWS[9], "yes", top=2)
    assert 0 < len(reasons) <= 2
    sizes = [abs(reason.contribution) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert {reason.feature for reason in reasons} <= {field.name for field in SCHEMA.fields}
    assert all(reason.text for reason in reasons)


def test_threads_share_a_predictor(predictor):
    expected = [prediction.probabilities for prediction in predictor.predict(ROWS)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: predictor.predict([row])[0].probabilities, ROWS))
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-9)


def test_changed_bytes_are_never_loaded(kind):
    artefact = _artefact(kind)
    with pytest.raises(ArtefactCorrupt):
        load(KINDS, kind, _artefact(kind, data=artefact.data + b" "))


def test_nonsense_is_refused(kind):
    data = b"not a model"
    with pytest.raises(ArtefactRefused):
        load(KINDS, kind, _artefact(kind, data=data, sha256=sha256(data)))
