"""A predictor for tests: its artefact is a JSON document that says what it answers.

Register it as `HANDOFF_PREDICTORS = {"fake": "decisions.predictors.fake.load"}`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from decisions.predictors.base import Artefact, Features, Prediction, Predictor, Reason
from decisions.predictors.errors import ArtefactRefused


class FakePredictor:
    """Answers the same every time, as late or as wrong as asked.

    Args:
        document: `{"probabilities": {label: p}, "seconds": 0, "error": "", "novelty": null}`.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._probabilities: dict[str, float] = dict(document["probabilities"])
        self._seconds = float(document.get("seconds", 0))
        self._error = str(document.get("error", ""))
        self._novelty = document.get("novelty")

    def predict(self, rows: Sequence[Features]) -> list[Prediction]:
        """Return the document's probabilities for each row."""
        time.sleep(self._seconds)
        if self._error:
            raise ValueError(self._error)
        label = max(self._probabilities, key=self._probabilities.__getitem__)
        prediction = Prediction(
            label=label,
            confidence=self._probabilities[label],
            probabilities=self._probabilities,
            novelty=self._novelty,
        )
        return [prediction for _ in rows]

    def explain(self, features: Features, label: str, top: int = 5) -> tuple[Reason, ...]:
        """Return each field as a reason, in the order of the schema."""
        names = list(features)[:top]
        return tuple(
            Reason(feature=name, text=f"{name}: {features[name]}", contribution=1.0 / (place + 1))
            for place, name in enumerate(names)
        )


def load(artefact: Artefact) -> Predictor:
    """Return the fake that the artefact's JSON describes."""
    try:
        return FakePredictor(orjson.loads(artefact.data))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ArtefactRefused(f"it is no document of a fake: {error}") from error
