"""Stored states: small, exact, and large values once (bpmn/engine/codec.py)."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.engine import StateUnreadable, advance, codec, commands, effects
from tests.unit.bpmn.engine.draw import drawing, service, start, user, xor, zeebe_multi
from tests.unit.bpmn.engine.play import NOON, Play

LOOP = drawing(start(), xor("m"), user("a"), "s > m > a > m")
ONE = Play(LOOP)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(blacklist_categories=["Cs"])), inner, max_size=5)
    ),
    max_leaves=20,
)


class Shelf:
    """Keeps blobs as a store does and counts what is written."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.written = 0

    def put(self, dumped: codec.Dump) -> bytes:
        self.blobs.update(dumped.blobs)
        self.written = len(dumped.data) + sum(map(len, dumped.blobs.values()))
        return dumped.data

    def get(self, keys: Collection[str]) -> Mapping[str, bytes]:
        return {key: self.blobs[key] for key in keys if key in self.blobs}


def round_trip(variables: dict[str, Any]) -> dict[str, Any]:
    shelf = Shelf()
    state = Play(LOOP).start(variables).state
    return codec.load(shelf.put(codec.dump(state)), shelf.get).variables


@given(st.dictionaries(st.text(st.characters(blacklist_categories=["Cs"])), JSON, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_variable_comes_back_as_it_was(variables: dict[str, Any]) -> None:
    assert round_trip(variables) == variables


@given(JSON, st.integers(1, 400))
@settings(max_examples=40, deadline=None)
def test_every_large_variable_comes_back_as_it_was(value: Any, times: int) -> None:
    large = {"list": [value] * times, "deep": {"a": {"b": [value] * times}}, "text": str(value) * times}

    assert round_trip(large) == large


@pytest.mark.parametrize(
    "value",
    [
        {"typename": "UUID", "value": "x"},
        {"typename": 1},
        {"v": 1, "refs": []},
        ["d", []],
        ["p", ["x"]],
        10**40,
        -0.0,
        "\u2028",
    ],
)
def test_no_key_of_user_data_means_anything(value: Any) -> None:
    wide = [value] * 3000

    assert round_trip({"x": value, "wide": wide}) == {"x": value, "wide": wide}


def test_a_waiting_instance_takes_a_few_hundred_bytes() -> None:
    assert len(codec.dump(Play(LOOP).start({"amount": 5}).state).data) < 250


def test_the_state_does_not_grow_with_history() -> None:
    play = Play(LOOP).start({"n": 0})
    sizes = [len(codec.dump(play.complete("a", n=n).state).data) for n in range(300)]

    assert sizes[-1] - sizes[0] <= 8


def test_changing_one_entry_of_a_large_value_writes_little() -> None:
    orders = {
        "orders": [{"id": n, "note": "x" * 90} for n in range(8000)],
        "flat": {f"k{n}": n for n in range(2000)},
    }
    shelf = Shelf()
    state = Play(LOOP).start({"big": orders}).state
    data = shelf.put(codec.dump(state))
    assert shelf.written > 900_000

    for number in (0, 17, 7999):
        state = codec.load(data, shelf.get)
        big: Any = state.variables["big"]
        changed = {
            **big,
            "orders": [{**one, "note": "new"} if one["id"] == number else one for one in big["orders"]],
        }
        command = commands.SetVariables(variables={"big": changed})
        data = shelf.put(codec.dump(advance(state, [command], host=ONE.world, now=NOON).state))
        assert shelf.written <= 20_000
        assert codec.load(data, shelf.get).variables == {"big": changed}


def test_blobs_that_are_stored_are_not_written_again() -> None:
    shelf = Shelf()
    first = codec.dump(Play(LOOP).start({"x": "y" * 5000}).state)
    shelf.put(first)

    assert len(first.blobs) == 1
    assert codec.dump(first.state).blobs == {}
    assert codec.dump(codec.load(first.data, shelf.get)).blobs == {}


def test_items_of_a_loop_are_stored_once() -> None:
    drawn = drawing(start(), service("a", zeebe_multi("items", "item", sequential=True)), "s > a")
    play = Play(drawn).start({"items": ["x" * 50] * 200})

    first = codec.dump(play.state)

    assert codec.dump(first.state).blobs == {}
    assert len(first.data) < 600


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b'{"v":99}', b'{"v":1,"refs":[],"seq":0,"id":0,"rows":[]}', b"\xff"]
)
def test_bytes_that_are_no_state_are_refused(data: bytes) -> None:
    with pytest.raises(StateUnreadable):
        codec.load(data, dict)


def test_a_missing_blob_is_named() -> None:
    dumped = codec.dump(Play(LOOP).start({"x": "y" * 5000}).state)

    with pytest.raises(StateUnreadable, match=next(iter(dumped.blobs))):
        codec.load(dumped.data, lambda keys: {})


CROWD = drawing(start(), service("a", zeebe_multi("items", "item", "result", "results")), user("z"), "s > a > z")


def crowd(count: int) -> tuple[Play, Shelf]:
    play, shelf = Play(CROWD).start({"items": list(range(count))}), Shelf()
    shelf.put(codec.dump(play.state))
    return play, shelf


def test_one_of_a_thousand_waiting_jobs_is_completed_without_reading_the_others() -> None:
    play, shelf = crowd(1000)
    data, read = codec.dump(play.state).data, []

    def fetch(keys: Collection[str]) -> Mapping[str, bytes]:
        read.extend(keys)
        return shelf.get(keys)

    state = codec.load(data, fetch)
    assert len(data) < 3000
    done = commands.CompleteJob(token=500, variables={"result": "x"})
    state = advance(state, [done], host=play.world, now=NOON).state
    shelf.put(codec.dump(state))

    assert shelf.written < 8000
    assert sum(len(shelf.blobs[key]) for key in read) < 12_000


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("mode", ["memory", "commands", "nodes"])
def test_a_crowd_gives_its_results_in_order_whoever_is_first(seed: int, mode: str) -> None:
    dice, play = random.Random(seed), Play(CROWD, mode=mode).start({"items": list(range(70))})
    tokens = sorted(play.jobs)
    work = list(enumerate(tokens))
    dice.shuffle(work)

    for index, token in work:
        play.do(commands.CompleteJob(token=token, variables={"result": index * 2}))

    assert play.open == ["z"]
    assert play.variables["results"] == [index * 2 for index in range(70)]


@pytest.mark.parametrize(
    "command",
    [
        commands.CancelInstance(),
        commands.Modify(cancel_elements=["a"], activate=["z"]),
        commands.SetVariables(variables={"x": 1}),
        commands.DeliverSignal(name="S"),
        commands.Migrate(ref="p2"),
    ],
)
def test_what_concerns_a_whole_crowd_reaches_all_of_it(command: commands.Command) -> None:
    stories = []
    for mode in ("memory", "commands", "nodes"):
        play = Play(CROWD, CROWD.replace('id="p"', 'id="p2"'), mode=mode).start({"items": list(range(50))}, process="p")
        play.do(commands.CompleteJob(token=20)).do(command)
        stories.append((play.story, play.state.tokens, len(play.jobs)))

    assert stories[0] == stories[1] == stories[2]


def test_history_and_effects_can_refer_to_large_values_by_their_hash() -> None:
    play = Play(drawing(start(), user("a"), service("b"), "s > a > b")).start()
    done = commands.CompleteTask(token=3, variables={"scan": "x" * 5000, "small": 1})

    advanced = advance(play.state, [done], host=play.world, now=NOON)
    dumped = codec.dump(advanced.state)

    (entry,) = [entry for entry in advanced.history if entry.wrote]
    (job,) = [effect for effect in advanced.effects if isinstance(effect, effects.JobOpened)]
    assert dumped.hash_of(entry.wrote["scan"]) in dumped.blobs
    assert dumped.hash_of(job.variables["scan"]) == dumped.hash_of(entry.wrote["scan"])
    assert dumped.hash_of(entry.wrote["small"]) is None
