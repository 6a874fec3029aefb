"""scikit-learn models from skops files: loaded by a fixed list of types, asked row by row, explained.

The only room that knows scikit-learn, skops and numpy (with `frames` and `training` beside it); only worker
code comes here. Source of the format: skops persistence, https://skops.readthedocs.io
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from decisions.predictors.absent import absent
from decisions.predictors.base import Artefact, Features, Prediction, Predictor, Reason
from decisions.predictors.encoding import Encoding, Input
from decisions.predictors.errors import ArtefactRefused, PredictorFailed
from decisions.predictors.schema import Schema

# scikit-learn imports pandas wherever it is installed: 29 MB and half a second that only `frames` needs.
with absent("pandas"):
    import skops.io
    from sklearn.exceptions import InconsistentVersionWarning
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

#: Types beyond the ones skops trusts itself. Reviewed one by one: plain data or compiled trees, no code.
#: Never extend it with what a file asks for.
ALLOWED_TYPES = (
    "numpy.dtype",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.compose._column_transformer._RemainderColsList",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
)
LIMIT_UNPACKED = 512 * 1024 * 1024

_PERMUTATIONS = 12
_SEED = 20260101

#: One row is answered fastest by one thread; a pool of them only fights with the other workers.
threads = ThreadpoolController()

Matrix = np.ndarray[Any, Any]


def load(artefact: Artefact) -> Predictor:
    """Return the predictor of a skops file that takes arrays or texts.

    Raises:
        ArtefactRefused: it is no skops file, too large, of another scikit-learn version, holds a type that is
            not allowed, or is no classifier of the registered labels.
    """
    encoding = Encoding.from_json(artefact.encoding)
    estimator = read(artefact.data)
    if encoding.input is Input.TEXTS:
        return TextPredictor(estimator, artefact, encoding)
    if encoding.input is Input.MATRIX:
        return MatrixPredictor(estimator, artefact, encoding)
    raise ArtefactRefused(f'the kind "sklearn" takes a matrix or texts; a {encoding.input} is for "sklearn_frame"')


def read(data: bytes) -> Any:
    """Return the estimator in a skops file, if every type in it is allowed.

    Raises:
        ArtefactRefused: see `load`.
    """
    _refuse_bombs(data)
    try:
        strangers = set(skops.io.get_untrusted_types(data=data)) - set(ALLOWED_TYPES)
    except Exception as error:
        # The file is from outside; whatever skops cannot read is refused with skops' own words.
        raise ArtefactRefused(f"it cannot be read: {error}") from error
    if strangers:
        raise ArtefactRefused(f"it holds types that are not allowed: {', '.join(sorted(strangers)[:5])}")
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            return skops.io.loads(data, trusted=list(ALLOWED_TYPES))
        except InconsistentVersionWarning as warning:
            raise ArtefactRefused(
                f"it was made with scikit-learn {warning.original_sklearn_version}, "
                f"this is {warning.current_sklearn_version}"
            ) from warning
        except Exception as error:
            raise ArtefactRefused(f"it cannot be loaded: {error}") from error


def dump(estimator: Any) -> bytes:
    """Return an estimator as skops bytes."""
    return bytes(skops.io.dumps(estimator))


def _refuse_bombs(data: bytes) -> None:
    """Refuse what unpacks to more than `LIMIT_UNPACKED` before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ArtefactRefused("it is not a skops file") from error
    if unpacked > LIMIT_UNPACKED:
        raise ArtefactRefused(f"it unpacks to {unpacked // 2**20} MB, more than {LIMIT_UNPACKED // 2**20}")


class SklearnPredictor:
    """What predictors over any kind of input share: labels, predictions, sampled Shapley reasons."""

    def __init__(self, estimator: Any, artefact: Artefact, encoding: Encoding) -> None:
        if not hasattr(estimator, "predict_proba") or not hasattr(estimator, "classes_"):
            raise ArtefactRefused(f"{type(estimator).__name__} gives no probabilities")
        self.labels = [str(label) for label in estimator.classes_]
        if set(self.labels) != set(artefact.labels):
            raise ArtefactRefused(f"its labels are {self.labels[:10]}, registered are {artefact.labels[:10]}")
        self.estimator = estimator
        self.schema = Schema.from_json(artefact.schema)
        self.encoding = encoding

    def predict(self, rows: Sequence[Features]) -> list[Prediction]:
        """Return one raw prediction per row."""
        return [self._prediction(row) for row in self._probabilities(self._input(rows))]

    def explain(self, features: Features, label: str, top: int = 5) -> tuple[Reason, ...]:
        """Return each field's sampled Shapley value for the probability of `label`, the largest first."""
        if not self.encoding.background:
            return ()
        shares = self._shapley(features, self.labels.index(label))
        return _strongest([self._reason(field, features, share) for field, share in shares.items()], top)

    def _input(self, rows: Sequence[Features]) -> Any:
        raise NotImplementedError

    def _groups(self) -> Mapping[str, list[int]]:
        """Return the columns of `_array` that belong to each field."""
        raise NotImplementedError

    def _array(self, rows: Sequence[Features]) -> Matrix:
        """Return rows as an array whose columns can be exchanged."""
        raise NotImplementedError

    def _from_array(self, array: Matrix) -> Any:
        """Return the model's input for such an array."""
        return array

    def _probabilities(self, data: Any) -> Matrix:
        with threads.limit(limits=1):
            found: Matrix = self.estimator.predict_proba(data)
        if not np.isfinite(found).all():
            raise PredictorFailed("the model's probabilities are not numbers")
        return found

    def _prediction(self, row: Matrix) -> Prediction:
        best = int(row.argmax())
        probabilities = dict(zip(self.labels, map(float, row), strict=True))
        return Prediction(label=self.labels[best], confidence=float(row[best]), probabilities=probabilities)

    def _shapley(self, features: Features, label: int) -> dict[str, float]:
        """Return what exchanging a background row's field for the case's own changes, by field."""
        case = self._array([features])[0]
        background = self._array(self.encoding.background)
        groups = self._groups()
        names = list(groups)
        draw = np.random.default_rng(_SEED)
        orders = [draw.permutation(len(names)) for _ in range(_PERMUTATIONS)]
        steps = []
        for order in orders:
            row = background[draw.integers(len(background))].copy()
            steps.append(row.copy())
            for index in order:
                row[groups[names[index]]] = case[groups[names[index]]]
                steps.append(row.copy())
        values = self._probabilities(self._from_array(np.array(steps)))[:, label]
        shares = dict.fromkeys(names, 0.0)
        for number, order in enumerate(orders):
            start = number * (len(names) + 1)
            for place, index in enumerate(order):
                change = values[start + place + 1] - values[start + place]
                shares[names[index]] += float(change) / len(orders)
        return shares

    def _reason(self, name: str, features: Features, contribution: float) -> Reason:
        field = next(each for each in self.schema.fields if each.name == name)
        text = f"{field.title}: {_shown(features.get(name))}"
        return Reason(feature=name, text=text, contribution=contribution)


class MatrixPredictor(SklearnPredictor):
    """A model over plain numbers; linear ones are explained exactly."""

    def __init__(self, estimator: Any, artefact: Artefact, encoding: Encoding) -> None:
        super().__init__(estimator, artefact, encoding)
        self._columns_of: dict[str, list[int]] = {}
        for index, column in enumerate(encoding.columns):
            self._columns_of.setdefault(column.field, []).append(index)
        self._linear = _linear_parts(estimator)

    def explain(self, features: Features, label: str, top: int = 5) -> tuple[Reason, ...]:
        """Return exact contributions to the log-odds of a linear model, else sampled Shapley values."""
        if self._linear is None:
            return super().explain(features, label, top)
        scale, linear = self._linear
        weights = _weights(linear, self.labels.index(label))
        shares = weights * scale(self._input([features]))[0]
        return _strongest(
            [self._reason(name, features, float(shares[columns].sum())) for name, columns in self._columns_of.items()],
            top,
        )

    def _input(self, rows: Sequence[Features]) -> Matrix:
        return np.array(self.encoding.matrix(rows), dtype=np.float64)

    def _array(self, rows: Sequence[Features]) -> Matrix:
        return self._input(rows)

    def _groups(self) -> Mapping[str, list[int]]:
        return self._columns_of


class TextPredictor(SklearnPredictor):
    """TF-IDF and a linear model over one text."""

    def __init__(self, estimator: Any, artefact: Artefact, encoding: Encoding) -> None:
        super().__init__(estimator, artefact, encoding)
        steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else []
        if len(steps) != 2 or not isinstance(steps[0], TfidfVectorizer):
            raise ArtefactRefused("a text model is a pipeline of a TfidfVectorizer and a classifier")
        self._words, self._classifier = steps
        self._terms = self._words.get_feature_names_out()
        self._analyse: Callable[[str], list[str]] = self._words.build_analyzer()

    def predict(self, rows: Sequence[Features]) -> list[Prediction]:
        """Return one raw prediction per row, with the share of the text's words never seen in training."""
        found = super().predict(rows)
        return [replace(one, novelty=self._novelty(text)) for one, text in zip(found, self._input(rows), strict=True)]

    def explain(self, features: Features, label: str, top: int = 5) -> tuple[Reason, ...]:
        """Return the words that speak most for or against `label`."""
        if not isinstance(self._classifier, LogisticRegression):
            return ()
        row = self._words.transform(self._input([features])).tocoo()
        weights = _weights(self._classifier, self.labels.index(label))
        return _strongest(
            [
                Reason(
                    feature=str(self._terms[column]),
                    text=f'"{self._terms[column]}"',
                    contribution=float(weights[column] * value),
                )
                for column, value in zip(row.col, row.data, strict=True)
            ],
            top,
        )

    def _input(self, rows: Sequence[Features]) -> list[str]:
        return [str(row.get(self.encoding.field) or "") for row in rows]

    def _novelty(self, text: str) -> float:
        terms = {term for term in self._analyse(text) if " " not in term}
        if not terms:
            return 1.0
        return sum(term not in self._words.vocabulary_ for term in terms) / len(terms)


def _linear_parts(estimator: Any) -> tuple[Callable[[Matrix], Matrix], LogisticRegression] | None:
    """Return scaling and linear model when that is all the estimator is."""
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    if not isinstance(steps[-1], LogisticRegression) or len(steps) > 2:
        return None
    if len(steps) == 1:
        return (lambda data: data), steps[0]
    return (steps[0].transform, steps[1]) if isinstance(steps[0], StandardScaler) else None


def _weights(linear: LogisticRegression, label: int) -> Matrix:
    """Return the coefficients that speak for a label, against the mean of all labels."""
    coefficients: Matrix = linear.coef_
    if len(coefficients) == 1:
        return coefficients[0] if label == 1 else -coefficients[0]
    return np.asarray(coefficients[label] - coefficients.mean(axis=0))


def _strongest(reasons: list[Reason], top: int) -> tuple[Reason, ...]:
    told = [reason for reason in reasons if abs(reason.contribution) > 1e-9]
    return tuple(sorted(told, key=lambda reason: -abs(reason.contribution))[:top])


def _shown(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,g}" if isinstance(value, (int, float)) else str(value)
