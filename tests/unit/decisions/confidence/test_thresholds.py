"""Certified thresholds keep their promise, and say what is missing when they cannot be made."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.confidence import thresholds
from decisions.confidence.thresholds import Case, Certificate, Refusal

CASES = st.lists(
    st.builds(Case, confidence=st.floats(0.5, 1.0).map(lambda x: round(x, 2)), is_right=st.booleans()),
    max_size=400,
)


def _world(draw, size):
    """Return cases whose chance to be wrong falls from 20 % to 0 with the confidence."""
    cases = []
    for _ in range(size):
        confidence = draw.uniform(0.5, 1.0)
        cases.append(Case(confidence=confidence, is_right=draw.random() > 0.8 * (1 - confidence) ** 2))
    return cases


def _true_risk(threshold):
    """Return the error above a threshold in that world: the mean of 0.8 * (1 - confidence)^2 there."""
    return 0.8 * (1 - max(threshold, 0.5)) ** 2 / 3


@pytest.mark.parametrize(("alpha", "size"), [(0.02, 2000), (0.03, 1000), (0.05, 600)])
def test_promise_is_broken_less_often_than_delta(alpha, size):
    draw = random.Random(20260101)
    trials, broken, certified = 200, 0, 0
    for _ in range(trials):
        found = thresholds.certify(_world(draw, size), alpha=alpha)
        if isinstance(found, Certificate):
            certified += 1
            broken += _true_risk(found.threshold) > alpha
    assert broken / trials <= thresholds.DELTA
    assert certified / trials > 0.5  # keeping a promise by never making one would be no feat


def test_naive_rule_breaks_the_same_promise_far_more_often():
    draw, broken = random.Random(20260101), 0
    for _ in range(200):
        cases = sorted(_world(draw, 1000), key=lambda case: -case.confidence)
        wrong = thresholds._cumulated(cases)
        size = max((n for n in range(1, 1000) if wrong[n] / n <= 0.03), default=0)
        broken += size > 0 and _true_risk(cases[size].confidence) > 0.03
    assert broken / 200 > 3 * thresholds.DELTA


@given(cases=CASES, alpha=st.sampled_from([0.05, 0.1, 0.3]))
def test_certificate_counts_exactly_what_is_strictly_above_its_threshold(cases, alpha):
    found = thresholds.certify(cases, alpha=alpha)
    if isinstance(found, Certificate):
        alone = [case for case in cases if case.confidence > found.threshold]
        assert len(alone) == found.n_alone
        assert sum(not case.is_right for case in alone) == found.errors
        assert found.upper_bound <= alpha + 1e-9


@pytest.mark.parametrize(("alpha", "cases"), [(0.01, 230), (0.02, 114), (0.05, 45)])
def test_smallest_sample_without_an_error_is_the_known_floor(alpha, cases):
    assert thresholds.smallest_sample(alpha, 0.1) == cases


def test_too_few_cases_say_how_many_are_missing():
    found = thresholds.certify([Case(confidence=0.9 + i / 1000, is_right=True) for i in range(40)], alpha=0.05)
    assert isinstance(found, Refusal)
    assert found.missing == thresholds.smallest_sample(0.05, 0.1 / 3) - 40


def test_hopeless_cases_ask_for_no_more_outcomes():
    cases = [Case(confidence=i / 1000, is_right=i % 2 == 0) for i in range(1000)]
    found = thresholds.certify(cases, alpha=0.05)
    assert isinstance(found, Refusal)
    assert found.missing is None
    assert "even the surest answers" in found.sentence()


def test_nothing_is_certified_from_nothing():
    assert thresholds.certify([], alpha=0.05).missing == thresholds.smallest_sample(0.05, 0.1 / 3)


def test_equal_confidences_are_never_parted():
    cases = [Case(confidence=1.0, is_right=True)] * 300 + [Case(confidence=0.5, is_right=False)] * 300
    found = thresholds.certify(cases, alpha=0.05)
    assert isinstance(found, Certificate)
    assert (found.threshold, found.n_alone, found.errors) == (0.5, 300, 0)


def test_risk_coverage_ends_with_all_cases():
    cases = [Case(confidence=i / 100, is_right=i >= 50) for i in range(100)]
    curve = thresholds.risk_coverage(cases)
    assert curve[0] == (0.02, 0.0, 0.98)
    assert curve[-1] == (1.0, 0.5, 0.0)
    assert 0 < thresholds.area_under_risk_coverage(cases) < 0.5
