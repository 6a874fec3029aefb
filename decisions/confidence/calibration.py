"""Turns raw probabilities into ones that mean what they say, by a small JSON document beside the model.

A document is `{"kind": ..., its parameters, "n": cases it was fitted on, "reliability": [bins]}`.
Source: Platt 1999 (sigmoid), Zadrozny & Elkan 2002 (isotonic), Guo et al. 2017 (temperature).
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.confidence import binomial
from decisions.edge.canonical import JSON

Probabilities = Mapping[str, float]
Document = Mapping[str, Any]

_EDGE = 1e-12
_BINS = 10
#: Below this many outcomes isotonic steps follow the noise; two numbers or one do not.
ISOTONIC_FROM = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A case whose right answer is known."""

    probabilities: Probabilities
    label: str


def apply(document: Document, raw: Probabilities) -> dict[str, float]:
    """Return calibrated probabilities, one per label, adding up to 1."""
    match document.get("kind", "identity"):
        case "temperature":
            return _tempered(raw, float(document["temperature"]))
        case "sigmoid":
            return _sigmoid(raw, document)
        case "isotonic":
            return _isotonic(raw, document["points"])
        case "identity":
            return dict(raw)
        case other:
            raise ValueError(f"unknown calibration {other!r}")


def band(document: Document, confidence: float, level: float = 0.9) -> tuple[float, float] | None:
    """Return the interval in which answers of about this confidence were right; None when never measured."""
    for entry in document.get("reliability", ()):
        if entry["from"] <= confidence <= entry["to"]:
            low, high = binomial.interval(entry["right"], entry["n"], level)
            return min(low, confidence), max(high, confidence)
    return None


def fit(cases: Sequence[Labelled]) -> dict[str, JSON]:
    """Return the calibration for cases that the model was not trained on, by their number and labels."""
    if not cases:
        return {"kind": "identity", "n": 0, "reliability": []}
    if len(cases) >= ISOTONIC_FROM:
        document = fit_isotonic(cases)
    elif len(cases[0].probabilities) == 2:
        document = fit_sigmoid(cases)
    else:
        document = fit_temperature(cases)
    document["n"] = len(cases)
    document["reliability"] = list(reliability(document, cases))
    return document


def fit_temperature(cases: Sequence[Labelled]) -> dict[str, JSON]:
    """Return the temperature with the smallest log loss."""

    def loss(log_temperature: float) -> float:
        temperature = math.exp(log_temperature)
        return -sum(
            math.log(max(_tempered(case.probabilities, temperature).get(case.label, 0.0), _EDGE)) for case in cases
        )

    return {"kind": "temperature", "temperature": math.exp(_lowest(loss, -3.0, 3.0))}


def fit_sigmoid(cases: Sequence[Labelled]) -> dict[str, JSON]:
    """Return slope and intercept for the log-odds of the second label (Newton's method, Platt's targets)."""
    positive = sorted(cases[0].probabilities)[1]
    points = [(_log_odds(case.probabilities[positive]), case.label == positive) for case in cases]
    hits = sum(right for _, right in points)
    high, low = (hits + 1) / (hits + 2), 1 / (len(points) - hits + 2)
    slope, intercept = 1.0, 0.0
    for _ in range(100):
        slope, intercept, step = _newton(points, high, low, slope, intercept)
        if step < 1e-9:
            break
    # A negative slope would turn the answers round: the model knows nothing here.
    return {"kind": "sigmoid", "positive": positive, "slope": max(slope, 0.0), "intercept": intercept}


def fit_isotonic(cases: Sequence[Labelled]) -> dict[str, JSON]:
    """Return the best increasing curve from the top label's probability to how often it was right."""
    points: dict[float, list[float]] = {}  # confidence -> its sum, number right, number of cases
    for case in cases:
        label = _top(case.probabilities)
        point = points.setdefault(case.probabilities[label], [0.0, 0.0, 0.0])
        point[0] += case.probabilities[label]
        point[1] += label == case.label
        point[2] += 1
    blocks: list[list[float]] = []
    for confidence in sorted(points):
        blocks.append(points[confidence])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            last = blocks.pop()
            blocks[-1] = [one + other for one, other in zip(blocks[-1], last, strict=True)]
    # Add half a case to each block's two sides: a block without an error does not promise certainty.
    curve = [(total / n, (right + 0.5) / (n + 1.0)) for total, right, n in blocks]
    return {"kind": "isotonic", "points": _increasing(curve)}


def reliability(document: Document, cases: Sequence[Labelled], bins: int = _BINS) -> list[dict[str, JSON]]:
    """Return the bins of cases after calibration (see `binned`)."""
    judged = []
    for case in cases:
        calibrated = apply(document, case.probabilities)
        label = _top(calibrated)
        judged.append((calibrated[label], label == case.label))
    return binned(judged, bins)


def binned(judged: Sequence[tuple[float, bool]], bins: int = _BINS) -> list[dict[str, JSON]]:
    """Return bins of about equal size: range of confidence, its mean, cases and how many were right.

    Equal confidences share a bin, so that there may be fewer bins than asked for.

    Args:
        judged: (confidence, whether the answer was right).
    """
    ordered = sorted(judged, key=lambda pair: pair[0])
    size = max(len(ordered) // bins, 20)
    parts: list[list[tuple[float, bool]]] = []
    for pair in ordered:
        is_tie = bool(parts) and parts[-1][-1][0] == pair[0]
        if not parts or (len(parts[-1]) >= size and not is_tie):
            parts.append([])
        parts[-1].append(pair)
    if len(parts) > 1 and len(parts[-1]) < size / 2:
        parts[-2:] = [parts[-2] + parts[-1]]
    edges = [0.0, *((one[-1][0] + two[0][0]) / 2 for one, two in zip(parts, parts[1:], strict=False)), 1.0]
    return [
        {
            "from": edges[index],
            "to": edges[index + 1],
            "mean": sum(confidence for confidence, _ in part) / len(part),
            "n": len(part),
            "right": sum(right for _, right in part),
        }
        for index, part in enumerate(parts)
    ]


def expected_error(bins: Sequence[Mapping[str, Any]]) -> float:
    """Return the expected calibration error: mean distance of said and seen confidence over the bins."""
    total = sum(entry["n"] for entry in bins)
    if not total:
        return 0.0
    return float(sum(abs(entry["right"] - entry["mean"] * entry["n"]) for entry in bins) / total)


def top(probabilities: Probabilities) -> str:
    """Return the most probable label; of equals the first by name, so that it is always the same."""
    return _top(probabilities)


def _top(probabilities: Probabilities) -> str:
    return min(probabilities, key=lambda label: (-probabilities[label], label))


def _tempered(raw: Probabilities, temperature: float) -> dict[str, float]:
    logs = {label: math.log(max(value, _EDGE)) / temperature for label, value in raw.items()}
    highest = max(logs.values())
    weights = {label: math.exp(value - highest) for label, value in logs.items()}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def _sigmoid(raw: Probabilities, document: Document) -> dict[str, float]:
    positive = document["positive"]
    (negative,) = (label for label in raw if label != positive)
    value = _logistic(document["slope"] * _log_odds(raw[positive]) + document["intercept"])
    return {positive: value, negative: 1.0 - value}


def _isotonic(raw: Probabilities, points: Sequence[Sequence[float]]) -> dict[str, float]:
    label = _top(raw)
    others = 1.0 - raw[label]
    floor = max((value for name, value in raw.items() if name != label), default=0.0)
    value = _interpolate(points, raw[label])
    # The answer stays the answer: its share never falls below the next label's.
    value = max(value, floor / (floor + others) if others > 0 and floor > 0 else 0.0)
    scale = (1.0 - value) / others if others > 0 else 0.0
    return {name: value if name == label else share * scale for name, share in raw.items()}


def _interpolate(points: Sequence[Sequence[float]], x: float) -> float:
    index = bisect.bisect_left([point[0] for point in points], x)
    if index == 0:
        return points[0][1]
    if index == len(points):
        return points[-1][1]
    (x0, y0), (x1, y1) = points[index - 1], points[index]
    return y0 if x1 <= x0 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _increasing(curve: Sequence[tuple[float, float]]) -> list[JSON]:
    """Return the points as JSON, none lower than one before it."""
    points: list[JSON] = []
    highest = 0.0
    for x, y in curve:
        highest = max(highest, y)
        points.append([x, highest])
    return points


def _newton(
    points: Sequence[tuple[float, bool]], high: float, low: float, slope: float, intercept: float
) -> tuple[float, float, float]:
    """Return slope and intercept after one step towards the smallest log loss, and the step's size."""
    g1 = g2 = 0.0
    h11 = h22 = 1e-6
    h12 = 0.0
    for x, right in points:
        p = _logistic(slope * x + intercept)
        error, weight = p - (high if right else low), max(p * (1 - p), _EDGE)
        g1, g2 = g1 + error * x, g2 + error
        h11, h12, h22 = h11 + weight * x * x, h12 + weight * x, h22 + weight
    determinant = h11 * h22 - h12 * h12
    if abs(determinant) < _EDGE:
        return slope, intercept, 0.0
    d1, d2 = (h22 * g1 - h12 * g2) / determinant, (h11 * g2 - h12 * g1) / determinant
    size = max(abs(d1), abs(d2))
    shrink = min(1.0, 2.0 / size) if size > 0 else 1.0
    return slope - shrink * d1, intercept - shrink * d2, size


def _logistic(x: float) -> float:
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    return math.exp(x) / (1.0 + math.exp(x))


def _log_odds(p: float) -> float:
    inside = min(max(p, _EDGE), 1.0 - _EDGE)
    return math.log(inside / (1.0 - inside))


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is lowest (golden section)."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(40):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return (low + high) / 2
