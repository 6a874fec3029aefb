"""Exact binomial probabilities against scipy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from decisions.confidence import binomial

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts=COUNTS, p=st.floats(0.0001, 0.9999))
def test_cdf_is_the_binomial_distribution(counts, p):
    k, n = counts
    assert binomial.cdf(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), abs=1e-9)


@given(counts=COUNTS, delta=st.sampled_from([0.01, 0.05, 0.1 / 3, 0.1]))
def test_upper_bound_is_clopper_and_pearsons(counts, delta):
    k, n = counts
    expected = 1.0 if k == n else stats.beta.ppf(1 - delta, k + 1, n - k)
    assert binomial.upper_bound(k, n, delta) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("k", "n", "low", "high"), [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2589), (10, 10, 0.7411, 1.0)])
def test_interval_reaches_the_edge_when_nothing_or_everything_happened(k, n, low, high):
    assert binomial.interval(k, n) == pytest.approx((low, high), abs=1e-4)


@given(counts=COUNTS)
def test_interval_contains_the_observed_rate(counts):
    k, n = counts
    low, high = binomial.interval(k, n)
    assert low <= k / n <= high
