"""Routing: the strictest condition that is not met decides."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.confidence.routing import (
    Judged,
    Route,
    RoutingPolicy,
    check,
    choose,
    confidence_checks,
    number,
    policy_checks,
    stricter,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ORDER = [Route.AUTO, Route.SUGGEST, Route.ESCALATE]


def _judged(confidence, label="approve", **more):
    probabilities = {label: confidence, "refuse" if label != "refuse" else "approve": 1 - confidence}
    return Judged(label=label, confidence=confidence, probabilities=probabilities, model_digest="abc", **more)


def _policy(**more):
    return RoutingPolicy(**{"name": "loan 1", "auto_at": 0.95, "suggest_at": 0.6, **more})


def _route(judged, policy):
    return choose([*confidence_checks(judged, policy), *policy_checks(judged, policy, now=NOW)]).route


@pytest.mark.parametrize(
    ("confidence", "route"),
    [(0.99, Route.AUTO), (0.95, Route.SUGGEST), (0.91, Route.SUGGEST), (0.6, Route.ESCALATE), (0.3, Route.ESCALATE)],
)
def test_exactly_on_a_threshold_is_the_stricter_route(confidence, route):
    assert _route(_judged(confidence), _policy()) is route


@pytest.mark.parametrize(
    ("policy", "judged", "route"),
    [
        (_policy(never_alone=frozenset({"approve"})), _judged(0.99), Route.SUGGEST),
        (_policy(never_alone=frozenset({"refuse"})), _judged(0.99), Route.AUTO),
        (_policy(critical={"refuse": 0.005}), _judged(0.99), Route.SUGGEST),
        (_policy(critical={"refuse": 0.02}), _judged(0.99), Route.AUTO),
        (_policy(critical={"refuse": 0.001}), _judged(0.99, label="refuse"), Route.AUTO),
        (_policy(valid_until=NOW - timedelta(days=1)), _judged(0.99), Route.SUGGEST),
        (_policy(valid_until=NOW), _judged(0.99), Route.AUTO),
        (_policy(certified_for="abc"), _judged(0.99), Route.AUTO),
        (_policy(certified_for="other"), _judged(0.99), Route.SUGGEST),
        (_policy(), _judged(0.99, novelty=1.0), Route.SUGGEST),
        (_policy(), _judged(0.99, novelty=0.4), Route.AUTO),
    ],
)
def test_each_rule_of_a_policy_can_hold_an_answer_back(policy, judged, route):
    assert _route(judged, policy) is route


checks = st.lists(
    st.builds(
        check,
        code=st.sampled_from("abc"),
        text=st.just("t"),
        expected=st.just("e"),
        actual=st.just("a"),
        met=st.booleans(),
        otherwise=st.sampled_from(ORDER),
    )
)


@given(some=checks, more=checks)
def test_further_checks_never_make_a_route_looser(some, more):
    assert ORDER.index(choose([*some, *more]).route) >= ORDER.index(choose(some).route)


@given(some=checks)
def test_order_of_checks_does_not_matter(some):
    assert choose(some).route is choose(list(reversed(some))).route


@given(some=checks)
def test_every_condition_is_told_and_unmet_ones_come_first(some):
    told = choose(some).conditions
    assert sorted(map(id, told)) == sorted(id(each.condition) for each in some)
    assert [condition.met for condition in told] == sorted(condition.met for condition in told)


@given(
    confidence=st.floats(0, 1),
    auto_at=st.floats(0, 1),
    suggest_at=st.floats(0, 1),
    step=st.floats(0, 1),
)
def test_a_higher_threshold_never_makes_a_route_looser(confidence, auto_at, suggest_at, step):
    low, high = sorted((suggest_at, auto_at))
    loose = _route(_judged(confidence), _policy(auto_at=high, suggest_at=low))
    strict = _route(_judged(confidence), _policy(auto_at=min(high + step, 1.0), suggest_at=low))
    assert ORDER.index(strict) >= ORDER.index(loose)


def test_stricter_leaves_more_to_a_person():
    assert stricter(Route.AUTO, Route.SUGGEST) is Route.SUGGEST
    assert stricter(Route.ESCALATE, Route.SUGGEST) is Route.ESCALATE


def test_nothing_checked_is_automatic_only_by_being_asked():
    assert choose([]).route is Route.AUTO


@pytest.mark.parametrize(("value", "shown"), [(0.95, "0.95"), (0.9499, "0.9499"), (1.0, "1.00")])
def test_a_number_below_a_threshold_never_looks_like_it(value, shown):
    assert number(value) == shown
