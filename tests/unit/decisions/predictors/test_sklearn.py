"""scikit-learn predictors: what is loaded, what is refused, and whether the reasons are right."""

import io
import os
import zipfile

import numpy as np
import pytest
import skops.io
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from decisions.edge.canonical import sha256
from decisions.predictors import sklearn as predictors
from decisions.predictors.base import Artefact
from decisions.predictors.encoding import Encoding, Input, one_hot
from decisions.predictors.errors import ArtefactRefused
from decisions.predictors.schema import Field, FieldType, Schema

SCHEMA = Schema(
    fields=(
        Field(name="amount", type=FieldType.NUMBER, minimum=0.0, maximum=10.0),
        Field(name="tier", type=FieldType.STRING, categories=("a", "b")),
    )
)
MATRIX = Encoding(input=Input.MATRIX, columns=one_hot(SCHEMA, {"amount": 5.0}, []))
ROWS = [{"amount": float(n % 11), "tier": "ab"[n % 2]} for n in range(80)]
TARGETS = ["high" if row["amount"] > 5 else "low" for row in ROWS]


def _artefact(estimator, encoding=MATRIX, schema=SCHEMA, labels=("high", "low"), data=None):
    data = data or predictors.dump(estimator)
    return Artefact(sha256=sha256(data), data=data, labels=labels, schema=schema.to_json(), encoding=encoding.to_json())


@pytest.fixture(scope="module")
def linear():
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return model.fit(np.array(MATRIX.matrix(ROWS)), TARGETS)


def test_probabilities_are_those_of_the_estimator(linear):
    (found,) = predictors.load(_artefact(linear)).predict([{"amount": 9.0, "tier": "a"}])
    assert found.label == "high"
    expected = linear.predict_proba([[9.0, 1.0, 0.0]])[0]
    assert [found.probabilities["high"], found.probabilities["low"]] == pytest.approx(list(expected))


def test_linear_reasons_add_up_to_the_log_odds(linear):
    predictor = predictors.load(_artefact(linear))
    case = {"amount": 9.0, "tier": "b"}
    reasons = predictor.explain(case, "high")
    total = sum(reason.contribution for reason in reasons) - linear[-1].intercept_[0]
    assert -total == pytest.approx(linear.decision_function([[9.0, 0.0, 1.0]])[0])
    assert reasons[0].text == "Amount: 9"
    assert [r.contribution for r in predictor.explain(case, "low")] == [-r.contribution for r in reasons]


def test_shapley_reasons_find_the_field_that_decides():
    from sklearn.ensemble import HistGradientBoostingClassifier

    encoding = Encoding(input=Input.MATRIX, columns=MATRIX.columns, background=tuple(ROWS[:20]))
    model = HistGradientBoostingClassifier(max_iter=10, min_samples_leaf=5)
    model.fit(np.array(encoding.matrix(ROWS)), TARGETS)
    predictor = predictors.load(_artefact(model, encoding))
    reasons = predictor.explain({"amount": 9.0, "tier": "b"}, "high")
    assert reasons[0].feature == "amount"
    assert reasons[0].contribution > 0.3
    assert reasons == predictor.explain({"amount": 9.0, "tier": "b"}, "high")


def test_text_reasons_are_words_and_unknown_words_are_novel():
    schema = Schema(fields=(Field(name="text", type=FieldType.TEXT),))
    texts = ["card is lost", "lost my card", "rate of exchange", "exchange rate today"] * 5
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10)).fit(texts, ["card", "card", "rate", "rate"] * 5)
    encoding = Encoding(input=Input.TEXTS, field="text")
    predictor = predictors.load(_artefact(model, encoding, schema, ("card", "rate")))
    known, strange = predictor.predict([{"text": "I lost it"}, {"text": "zzz qqq"}])
    assert (known.label, known.novelty, strange.novelty) == ("card", 0.5, 1.0)
    assert predictor.explain({"text": "I lost it"}, "card")[0].text == '"lost"'


class _Evil:
    def __reduce__(self):
        return os.system, ("echo harm",)


def test_a_file_that_calls_a_function_is_refused_and_nothing_runs(monkeypatch):
    called = []
    data = skops.io.dumps(make_pipeline(FunctionTransformer(os.system), LogisticRegression()))
    monkeypatch.setattr(os, "system", lambda *args: called.append(args))
    with pytest.raises(ArtefactRefused, match="not allowed: .*system"):
        predictors.load(_artefact(None, data=data))
    assert called == []


def test_a_pickle_is_refused():
    import pickle

    with pytest.raises(ArtefactRefused, match="no skops file|not a skops file"):
        predictors.load(_artefact(None, data=pickle.dumps(_Evil())))


def test_a_file_that_unpacks_to_gigabytes_is_refused(monkeypatch):
    monkeypatch.setattr(predictors, "LIMIT_UNPACKED", 1000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b"0" * 100_000)
    with pytest.raises(ArtefactRefused, match="unpacks"):
        predictors.read(buffer.getvalue())


def test_a_zip_that_is_no_model_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", b"{}")
    with pytest.raises(ArtefactRefused, match="cannot be read"):
        predictors.read(buffer.getvalue())


def test_something_without_probabilities_is_refused():
    with pytest.raises(ArtefactRefused, match="no probabilities"):
        predictors.load(_artefact(StandardScaler().fit([[1.0], [2.0]])))


def test_other_labels_than_registered_are_refused(linear):
    with pytest.raises(ArtefactRefused, match="labels"):
        predictors.load(_artefact(linear, labels=("yes", "no")))


def test_a_model_of_another_version_is_refused(linear, monkeypatch):
    import sklearn.base

    monkeypatch.setattr(sklearn.base, "__version__", "1.0.0")
    data = predictors.dump(linear)
    monkeypatch.undo()
    with pytest.raises(ArtefactRefused, match=r"made with scikit-learn 1\.0\.0"):
        predictors.load(_artefact(None, data=data))
