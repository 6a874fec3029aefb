"""Whom each strategy gives a task."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from humantasks.assignment import registry
from humantasks.assignment.base import Person, Waiting
from humantasks.assignment.least_loaded import LeastLoaded
from humantasks.assignment.pool import Pool
from humantasks.assignment.round_robin import RoundRobin
from humantasks.assignment.skills import Skills


def at(hour: int) -> datetime:
    """Return an hour of a day."""
    return datetime(2026, 11, 20, hour, tzinfo=UTC)


ANN = Person(username="ann", open_tasks=3, last_given_at=at(9), skills=frozenset({"loans"}))
BEN = Person(username="ben", open_tasks=1, last_given_at=at(11), skills=frozenset({"loans", "french"}))
CAT = Person(username="cat", open_tasks=1, last_given_at=at(10))
TASK = Waiting(queue="credit")


def test_a_pool_gives_to_nobody():
    assert Pool().choose(TASK, [ANN, BEN]) is None


def test_round_robin_gives_to_who_waited_longest():
    assert RoundRobin().choose(TASK, [BEN, ANN, CAT]) == "ann"


def test_round_robin_begins_with_who_never_had_one():
    assert RoundRobin().choose(TASK, [ANN, Person(username="new")]) == "new"


def test_least_loaded_gives_to_the_shortest_desk_and_ties_go_in_turn():
    assert LeastLoaded().choose(TASK, [ANN, BEN, CAT]) == "cat"


@pytest.mark.parametrize(
    ("needed", "chosen"), [((), "cat"), (("loans",), "ben"), (("loans", "french"), "ben"), (("chess",), None)]
)
def test_skills_gives_to_those_who_have_them_all(needed, chosen):
    waiting = Waiting(queue="credit", skills=frozenset(needed))
    assert Skills().choose(waiting, [ANN, BEN, CAT]) == chosen


def test_a_name_that_is_not_registered_is_told():
    with pytest.raises(registry.UnknownStrategy, match="dice"):
        registry.strategy("dice", {})
