"""What holds for every registered assignment strategy."""

from __future__ import annotations

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from humantasks.assignment import registry
from humantasks.assignment.base import Person, Waiting

NAMES = sorted(settings.HANDOFF_ASSIGNMENT)
words = st.sampled_from(["loans", "french", "chess"])
people = st.lists(
    st.builds(
        Person,
        username=st.text("abcdef", min_size=1, max_size=3),
        open_tasks=st.integers(0, 5),
        last_given_at=st.none() | st.datetimes(timezones=st.timezones()),
        skills=st.frozensets(words),
    ),
    max_size=5,
    unique_by=lambda person: person.username,
)
waiting = st.builds(Waiting, queue=st.just("q"), priority=st.integers(0, 100), skills=st.frozensets(words))


@pytest.mark.parametrize("name", NAMES)
@given(waiting=waiting, people=people)
def test_it_chooses_one_of_the_people_or_nobody_and_always_the_same(name, waiting, people):
    strategy = registry.strategy(name, settings.HANDOFF_ASSIGNMENT)
    chosen = strategy.choose(waiting, people)
    assert chosen is None or chosen in {person.username for person in people}
    assert strategy.choose(waiting, list(reversed(people))) == chosen


@pytest.mark.parametrize("name", NAMES)
def test_it_leaves_the_task_when_nobody_is_there(name):
    strategy = registry.strategy(name, settings.HANDOFF_ASSIGNMENT)
    assert strategy.choose(Waiting(queue="q"), []) is None
