"""Calibration: documents that make probabilities mean what they say."""

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.confidence import calibration
from decisions.confidence.calibration import Labelled

DOCUMENTS = [
    {"kind": "identity"},
    {"kind": "temperature", "temperature": 2.5},
    {"kind": "temperature", "temperature": 0.4},
    {"kind": "isotonic", "points": [[0.4, 0.3], [0.6, 0.7], [0.9, 0.95]]},
]


def _probabilities(weights):
    total = sum(weights)
    return {f"l{index}": weight / total for index, weight in enumerate(weights)}


def _overconfident(size, seed=5):
    """Return two-label cases whose model says 0.5 + 2 * (truth - 0.5), cut at the edges."""
    draw = random.Random(seed)
    cases = []
    for _ in range(size):
        truth = draw.uniform(0.3, 0.7)
        said = min(max(0.5 + 2 * (truth - 0.5), 0.02), 0.98)
        label = "yes" if draw.random() < truth else "no"
        cases.append(Labelled(probabilities={"no": 1 - said, "yes": said}, label=label))
    return cases


@pytest.mark.parametrize("document", DOCUMENTS)
@given(weights=st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_calibrated_probabilities_add_up_to_one(document, weights):
    found = calibration.apply(document, _probabilities(weights))
    assert sum(found.values()) == pytest.approx(1)
    assert all(0 <= value <= 1 + 1e-9 for value in found.values())


@pytest.mark.parametrize("document", DOCUMENTS)
@given(weights=st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_calibration_keeps_the_answer(document, weights):
    raw = _probabilities(weights)
    found = calibration.apply(document, raw)
    assert found[calibration.top(raw)] == pytest.approx(max(found.values()))


@pytest.mark.parametrize(
    "fit", [calibration.fit_temperature, calibration.fit_sigmoid, calibration.fit_isotonic, calibration.fit]
)
def test_fitted_document_brings_overconfidence_down(fit):
    document = fit(_overconfident(3000))
    fresh = _overconfident(3000, seed=6)
    before = calibration.expected_error(calibration.reliability({"kind": "identity"}, fresh))
    after = calibration.expected_error(calibration.reliability(document, fresh))
    assert before > 0.1
    assert after < 0.04


def test_sigmoid_finds_slope_and_intercept():
    draw, cases = random.Random(3), []
    for _ in range(4000):
        odds = draw.gauss(0, 2)
        raw = 1 / (1 + math.exp(-odds))
        truth = 1 / (1 + math.exp(-(0.5 * odds + 0.4)))
        cases.append(Labelled(probabilities={"a": 1 - raw, "b": raw}, label="b" if draw.random() < truth else "a"))
    document = calibration.fit_sigmoid(cases)
    assert document["slope"] == pytest.approx(0.5, abs=0.06)
    assert document["intercept"] == pytest.approx(0.4, abs=0.12)


def test_kind_follows_labels_and_number_of_outcomes():
    three = Labelled(probabilities={"a": 0.5, "b": 0.3, "c": 0.2}, label="a")
    assert calibration.fit(_overconfident(100))["kind"] == "sigmoid"
    assert calibration.fit([three] * 100)["kind"] == "temperature"
    assert calibration.fit(_overconfident(1000))["kind"] == "isotonic"
    assert calibration.fit([])["kind"] == "identity"


def test_document_survives_json():
    document = calibration.fit(_overconfident(1200))
    raw = {"no": 0.2, "yes": 0.8}
    assert calibration.apply(json.loads(json.dumps(document)), raw) == calibration.apply(document, raw)


def test_band_is_the_exact_interval_of_the_bin():
    document = {"reliability": [{"from": 0.5, "to": 0.8, "mean": 0.7, "n": 100, "right": 70}]}
    low, high = calibration.band(document, 0.7)
    assert (low, high) == pytest.approx((0.6157, 0.7752), abs=1e-3)
    assert calibration.band(document, 0.9) is None


def test_reliability_covers_every_confidence_once():
    bins = calibration.reliability({"kind": "identity"}, _overconfident(500))
    assert bins[0]["from"] == 0.0
    assert bins[-1]["to"] == 1.0
    assert all(one["to"] == two["from"] for one, two in zip(bins, bins[1:], strict=False))
    assert sum(entry["n"] for entry in bins) == 500


def test_unknown_kind_is_an_error():
    with pytest.raises(ValueError, match="magic"):
        calibration.apply({"kind": "magic"}, {"a": 1.0})
