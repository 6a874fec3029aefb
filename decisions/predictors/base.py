"""What every predictor takes and gives, whatever library stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from decisions.edge.canonical import JSON

#: Values of one case by field name, as the input schema read them; None is a missing optional value.
Features = Mapping[str, str | float | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One feature's share in an answer."""

    feature: str  #: name of the field, or the word of a text
    text: str  #: for people: "Duration months: 48"
    contribution: float  #: positive speaks for the answer, negative against; only relative size has meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a model says, uncalibrated."""

    label: str
    confidence: float  #: raw probability of `label`, 0..1
    probabilities: Mapping[str, float]  #: raw, one per label, adds up to 1
    reasons: tuple[Reason, ...] = ()  #: the strongest first
    novelty: float | None = None  #: 0 looks like the training data, 1 shares nothing with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A stored model with what is needed to run it. Its bytes are the ones registered under `sha256`."""

    sha256: str
    data: bytes
    labels: tuple[str, ...]
    #: fields in the order the model was trained on, as `schema.Schema.to_json` writes them
    schema: Mapping[str, JSON]
    #: how a row becomes the model's input (see predictors/encoding.py)
    encoding: Mapping[str, JSON] = field(default_factory=dict)


class Predictor(Protocol):
    """A loaded model. Calls may come from several threads."""

    def predict(self, rows: Sequence[Features]) -> list[Prediction]:
        """Return one prediction per row, without reasons."""
        ...

    def explain(self, features: Features, label: str, top: int = 5) -> tuple[Reason, ...]:
        """Return the strongest reasons for `label`, at most `top`."""
        ...


#: Registered under a name in `HANDOFF_PREDICTORS`; raises `ArtefactRefused` for bytes it will not load.
Loader = Callable[[Artefact], Predictor]
