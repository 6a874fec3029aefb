"""Trains a predictor from a table: mixed columns or one text, calibrated, measured on rows it never saw.

Stands beside `sklearn`, the room that knows scikit-learn.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
import skops
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from decisions.confidence import calibration, thresholds
from decisions.confidence.calibration import Labelled
from decisions.edge.canonical import JSON, sha256
from decisions.predictors import sklearn as runtime
from decisions.predictors.base import Artefact, Predictor
from decisions.predictors.encoding import Column, Encoding, Input, one_hot
from decisions.predictors.schema import Field, FieldType, Schema, category

#: A text column has at least this many words on average, and hardly ever the same text twice.
TEXT_WORDS = 4
#: A column with more different words than this is no category.
LIMIT_CATEGORIES = 200
GOLDEN = 60
ALPHAS = (0.01, 0.02, 0.05, 0.10)

_BACKGROUND = 20
_FOLDS = 5
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "?"))

Row = Mapping[str, str]
Tell = Callable[[str], None]


class TrainingRefused(Exception):
    """The table cannot be learnt from."""

    code = "training_refused"
    retryable = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows to learn from, rows to measure on, and what each means."""

    train: Sequence[Row]
    held_out: Sequence[Row]
    label: str
    fields: Sequence[str]
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A trained model, ready to be registered."""

    artefact: bytes
    schema: Schema
    encoding: Encoding
    labels: tuple[str, ...]
    calibration: dict[str, JSON]
    metrics: dict[str, JSON]
    golden: list[dict[str, JSON]]
    environment: dict[str, JSON]
    algorithm: str
    #: held-out answers, for certificates
    cases: tuple[thresholds.Case, ...]


def train(table: Table, *, seed: int, tell: Tell) -> Trained:
    """Return the better of a few models by cross-validation, calibrated on folds it was not fitted on.

    Raises:
        TrainingRefused: too few rows, one label only, or no usable column.
    """
    labels = _labels(table)
    schema = infer_schema(table)
    encoding = _encoding(table, schema)
    targets = np.array([row[table.label].strip() for row in table.train])
    data = _inputs(table.train, schema, encoding)
    with runtime.threads.limit(limits=1):
        name, estimator, folds = _best(data, targets, encoding, seed, tell)
        estimator.fit(data, targets)
    document = calibration.fit(_labelled(folds, labels, targets))
    tell(f"calibrated by {document['kind']} on {document['n']} rows")
    artefact = runtime.dump(estimator)
    predictor = runtime.load(_artefact(artefact, labels, schema, encoding))
    judged = _judge(predictor, document, table, schema)
    return Trained(
        artefact=artefact,
        schema=schema,
        encoding=encoding,
        labels=labels,
        calibration=document,
        metrics=_metrics(judged, len(table.train)),
        golden=_golden(predictor, table, schema),
        environment=environment(),
        algorithm=name,
        cases=tuple(thresholds.Case(confidence=c, is_right=right) for c, right in judged),
    )


def environment() -> dict[str, JSON]:
    """Return the versions that a model's numbers depend on."""
    return {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "skops": skops.__version__,
    }


def infer_schema(table: Table) -> Schema:
    """Return the fields with the type, range and categories that the training rows show."""
    if table.text:
        return Schema(fields=(Field(name=table.text, type=FieldType.TEXT),))
    fields = [_field(name, [row.get(name, "") for row in table.train]) for name in table.fields]
    usable = tuple(field for field in fields if field is not None)
    if not usable:
        raise TrainingRefused("No column has values that a model can learn from.")
    return Schema(fields=usable)


def text_column(rows: Sequence[Row], fields: Sequence[str]) -> str | None:
    """Return the only column when it holds free text, else None."""
    if len(fields) != 1:
        return None
    texts = [row.get(fields[0], "") for row in rows]
    words = sum(len(text.split()) for text in texts) / max(len(texts), 1)
    return fields[0] if words >= TEXT_WORDS and len(set(texts)) > 0.5 * len(texts) else None


def _field(name: str, values: Sequence[str]) -> Field | None:
    """Return a column as a field; None when it says nothing (empty, constant, or a name for each row)."""
    present = [value.strip() for value in values if not is_missing(value)]
    different = set(present)
    if len(different) < 2:
        return None
    required = len(present) == len(values)
    if different <= {"true", "false", "True", "False", "TRUE", "FALSE"}:
        return Field(name=name, type=FieldType.BOOLEAN, is_required=required)
    numbers = _numbers(present)
    if numbers is not None:
        return Field(name=name, type=FieldType.NUMBER, is_required=required, minimum=min(numbers), maximum=max(numbers))
    if len(different) > min(LIMIT_CATEGORIES, 0.5 * len(present)):
        return None
    categories = tuple(sorted({category(value) for value in different}))
    return Field(name=name, type=FieldType.STRING, is_required=required, categories=categories)


def is_missing(value: str | None) -> bool:
    """True for what a table writes when it has no value."""
    return value is None or value.strip().lower() in _MISSING


def _numbers(values: Sequence[str]) -> list[float] | None:
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _labels(table: Table) -> tuple[str, ...]:
    counted = Counter(row[table.label].strip() for row in table.train)
    found = sorted(counted)
    rare = [label for label in found if counted[label] < _FOLDS]
    if len(found) < 2:
        raise TrainingRefused(f'The column "{table.label}" has one value only.')
    if rare:
        shown = ", ".join(f'"{label}"' for label in rare[:5])
        raise TrainingRefused(f"Each label needs {_FOLDS} rows to learn from; these have fewer: {shown}.")
    return tuple(found)


def _encoding(table: Table, schema: Schema) -> Encoding:
    if table.text:
        return Encoding(input=Input.TEXTS, field=table.text)
    medians = {}
    for field in schema.fields:
        if field.type is FieldType.NUMBER:
            values = [float(row[field.name]) for row in table.train if not is_missing(row.get(field.name))]
            medians[field.name] = float(np.median(values))
    optional = [field.name for field in schema.fields if not field.is_required]
    step = max(1, len(table.train) // _BACKGROUND)
    background = tuple(features_of(row, schema) for row in table.train[::step][:_BACKGROUND])
    columns: tuple[Column, ...] = one_hot(schema, medians, optional)
    return Encoding(input=Input.MATRIX, columns=columns, background=background)


def features_of(row: Row, schema: Schema) -> dict[str, Any]:
    """Return a row of the table as the predictor's features."""
    features, _ = schema.read({name: None if is_missing(value) else value for name, value in row.items()})
    return features


def _inputs(rows: Sequence[Row], schema: Schema, encoding: Encoding) -> Any:
    if encoding.input is Input.TEXTS:
        return np.array([row[encoding.field] for row in rows], dtype=object)
    return np.array(encoding.matrix([features_of(row, schema) for row in rows]), dtype=np.float64)


def _candidates(encoding: Encoding, rows: int, labels: int, seed: int) -> dict[str, Any]:
    """Return the models worth trying for this much data."""
    if encoding.input is Input.TEXTS:
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2 if rows >= 2000 else 1)
        linear = LogisticRegression(C=10, max_iter=300)
        return {"TF-IDF and logistic regression": make_pipeline(words, linear)}
    found: dict[str, Any] = {
        f"logistic regression (C={strength:g})": make_pipeline(
            StandardScaler(), LogisticRegression(C=strength, max_iter=2000)
        )
        for strength in (0.03, 0.3)
    }
    if labels <= 10:
        found["gradient boosting"] = HistGradientBoostingClassifier(
            max_iter=100, learning_rate=0.06, max_leaf_nodes=15, min_samples_leaf=20, random_state=seed
        )
    return found


def _best(data: Any, targets: Any, encoding: Encoding, seed: int, tell: Tell) -> tuple[str, Any, np.ndarray[Any, Any]]:
    """Return name, unfitted model and out-of-fold probabilities of the one with the smallest log loss."""
    found = []
    labels = sorted(set(targets))
    for name, estimator in _candidates(encoding, len(targets), len(labels), seed).items():
        folds = _out_of_fold(estimator, data, targets, seed)
        loss = float(log_loss(targets, folds, labels=labels))
        tell(f"{name}: log loss {loss:.4f} over {_FOLDS} folds")
        found.append((loss, name, estimator, folds))
    _, name, estimator, folds = min(found, key=lambda entry: entry[0])
    return name, estimator, folds


def _out_of_fold(estimator: Any, data: Any, targets: Any, seed: int) -> np.ndarray[Any, Any]:
    """Return probabilities for each row by a model that was fitted without it."""
    labels = sorted(set(targets))
    folds = np.zeros((len(targets), len(labels)))
    for fitted, left_out in StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(targets, targets):
        estimator.fit(data[fitted], targets[fitted])
        folds[left_out] = estimator.predict_proba(data[left_out])
    return folds


def _labelled(folds: Any, labels: Sequence[str], targets: Any) -> list[Labelled]:
    return [
        Labelled(probabilities=dict(zip(labels, map(float, row), strict=True)), label=str(target))
        for row, target in zip(folds, targets, strict=True)
    ]


def _artefact(data: bytes, labels: Sequence[str], schema: Schema, encoding: Encoding) -> Artefact:
    return Artefact(
        sha256=sha256(data),
        data=data,
        labels=tuple(labels),
        schema=schema.to_json(),
        encoding=encoding.to_json(),
    )


def _judge(predictor: Predictor, document: Mapping[str, Any], table: Table, schema: Schema) -> list[tuple[float, bool]]:
    """Return (calibrated confidence, right or not) for each held-out row."""
    judged = []
    rows = list(table.held_out)
    for start in range(0, len(rows), 512):
        part = rows[start : start + 512]
        answers = predictor.predict([features_of(row, schema) for row in part])
        for row, answer in zip(part, answers, strict=True):
            calibrated = calibration.apply(document, answer.probabilities)
            label = calibration.top(calibrated)
            judged.append((calibrated[label], label == row[table.label].strip()))
    return judged


def _golden(predictor: Predictor, table: Table, schema: Schema) -> list[dict[str, JSON]]:
    """Return rows with the answers the stored bytes give today, for replay before activation."""
    step = max(1, len(table.train) // GOLDEN)
    features = [features_of(row, schema) for row in table.train[::step][:GOLDEN]]
    answers = predictor.predict(features)
    return [
        {"features": row, "probabilities": dict(answer.probabilities)}
        for row, answer in zip(features, answers, strict=True)
    ]


def _metrics(judged: Sequence[tuple[float, bool]], rows: int) -> dict[str, JSON]:
    """Return what the held-out rows say; nothing when there are none."""
    metrics: dict[str, JSON] = {"rows_trained": rows, "rows_held_out": len(judged)}
    if not judged:
        return metrics
    cases = [thresholds.Case(confidence=confidence, is_right=right) for confidence, right in judged]
    bins = calibration.binned(judged)
    metrics["accuracy"] = sum(right for _, right in judged) / len(judged)
    metrics["expected_calibration_error"] = calibration.expected_error(bins)
    metrics["area_under_risk_coverage"] = thresholds.area_under_risk_coverage(cases)
    metrics["risk_coverage"] = [list(point) for point in thresholds.risk_coverage(cases)]
    metrics["reliability"] = list(bins)
    promises: dict[str, JSON] = {}
    for alpha in ALPHAS:
        found = thresholds.certify(cases, alpha=alpha)
        if isinstance(found, thresholds.Certificate):
            promises[f"{alpha:g}"] = found.to_json()
        else:
            promises[f"{alpha:g}"] = {"missing": found.missing, "says": found.sentence()}
    metrics["certifiable"] = promises
    return metrics
