"""What holds for every process: drawn at random, played at random, in three modes."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.engine import codec, commands, specs
from tests.unit.bpmn.engine.draw import drawing, flow, inc, multi, par, start, sub, tag, user, xor
from tests.unit.bpmn.engine.play import MODES, Play

Block = tuple  # (kind, children...)


def blocks(depth: int) -> st.SearchStrategy[Block]:
    """Return sound block-structured processes: tasks in rows, splits with their joins, scopes, loops."""
    leaf = st.just(("user",))
    if depth == 0:
        return leaf
    inner = blocks(depth - 1)
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        leaf,
        several.map(lambda c: ("row", *c)),
        several.map(lambda c: ("all", *c)),
        several.map(lambda c: ("one", *c)),
        several.map(lambda c: ("some", *c)),
        inner.map(lambda c: ("scope", c)),
        st.tuples(st.just("many"), st.integers(1, 3), inner),
        st.tuples(st.just("again"), st.integers(1, 3), inner),
    )


class Draftsman:
    """Draws a block and counts how often each of its tasks must be done."""

    def __init__(self) -> None:
        self.number = 0
        self.expected: Counter[str] = Counter()

    def name(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def draw(self, block: Block, times: int) -> tuple[str, str, str]:
        """Return the XML of a block and the ids of its first and last node."""
        kind = block[0]
        if kind == "user":
            name = self.name("u")
            self.expected[name] += times
            return user(name), name, name
        if kind == "row":
            parts = [self.draw(child, times) for child in block[1:]]
            xml = "".join(part[0] for part in parts)
            for before, after in zip(parts, parts[1:], strict=False):
                xml += flow(before[2], after[1])
            return xml, parts[0][1], parts[-1][2]
        if kind in ("all", "one", "some"):
            return self.split(kind, block[1:], times)
        if kind == "scope":
            return self.scope("", block[1], times)
        if kind == "many":
            return self.scope(multi(cardinality=str(block[1])), block[2], times * block[1])
        return self.again(block[1], block[2], times)

    def split(self, kind: str, children: tuple, times: int) -> tuple[str, str, str]:
        gateway = {"all": par, "one": xor, "some": inc}[kind]
        first, last = self.name("g"), self.name("g")
        xml = gateway(first) + gateway(last)
        for index, child in enumerate(children):
            taken = kind == "all" or (kind == "one" and index == 0) or (kind == "some" and index % 2 == 0)
            inner, start_at, end_at = self.draw(child, times if taken else 0)
            is_asked = kind == "some" or (kind == "one" and len(children) > 1)
            condition = f"={'true' if taken else 'false'}" if is_asked else None
            xml += inner + flow(first, start_at, condition) + flow(end_at, last)
        return xml, first, last

    def scope(self, marker: str, child: Block, times: int) -> tuple[str, str, str]:
        name, begin = self.name("o"), self.name("s")
        inner, first, _ = self.draw(child, times)
        return sub(name, marker, start(begin), inner, flow(begin, first)), name, name

    def again(self, rounds: int, child: Block, times: int) -> tuple[str, str, str]:
        merge, count, check = self.name("g"), self.name("c"), self.name("g")
        inner, first, last = self.draw(child, times * rounds)
        xml = xor(merge) + inner + xor(check, default=f"{check}-out")
        scope = self.name("o")
        begin, out = self.name("s"), f"{check}end"
        xml = (
            start(begin)
            + xor(merge)
            + inner
            + tag("scriptTask", count, f"<script>{{{scope}n: {scope}n + 1}}</script>", scriptFormat="feel")
            + xor(check, default=f"{check}-out")
            + tag("endEvent", out)
            + flow(begin, merge)
            + flow(merge, first)
            + flow(last, count)
            + flow(count, check)
            + flow(check, merge, f"={scope}n < {rounds}")
            + flow(check, out, id=f"{check}-out")
        )
        mapping = (
            "<extensionElements><camunda:inputOutput><camunda:inputParameter "
            f'name="{scope}n">${{0}}</camunda:inputParameter></camunda:inputOutput></extensionElements>'
        )
        return sub(scope, mapping, xml), scope, scope


def drawn(block: Block) -> tuple[str, Counter[str]]:
    draftsman = Draftsman()
    xml, first, last = draftsman.draw(block, 1)
    expected = Counter({name: count for name, count in draftsman.expected.items() if count})
    return drawing(start(), xml, tag("endEvent", "e"), flow("s", first), flow(last, "e")), expected


def finish(play: Play, seed: int) -> Play:
    """Complete open tasks in an order that only the seed decides."""
    dice = random.Random(seed)
    play.start()
    for _ in range(2000):
        if not play.tasks:
            return play
        token = dice.choice(sorted(play.tasks))
        play.do(commands.CompleteTask(token=token, variables={f"v{token}": token}))
    raise AssertionError("it does not end")


@given(blocks(3), st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_a_sound_process_ends_with_every_task_done_as_often_as_drawn(block: Block, seed: int) -> None:
    xml, expected = drawn(block)

    play = finish(Play(xml), seed)

    done = Counter(e.element for e in play.history if e.kind == "userTask" and e.happened == "completed")
    assert play.done
    assert done == expected


@given(blocks(3), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_same_commands_give_the_same_history_however_the_state_is_kept(block: Block, seed: int) -> None:
    xml, _ = drawn(block)

    stories = [finish(Play(xml, mode=mode), seed).story for mode in MODES]

    assert stories[0] == stories[1] == stories[2]


@given(blocks(3), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_no_write_is_lost(block: Block, seed: int) -> None:
    xml, _ = drawn(block)

    play = finish(Play(xml, mode="commands"), seed)

    tokens = {e.token for e in play.history if e.kind == "userTask"}
    assert {name for name in play.variables if name.startswith("v")} == {f"v{token}" for token in tokens}
    assert {name for e in play.history for name in e.wrote if name.startswith("v")} == {f"v{token}" for token in tokens}


@given(blocks(2), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_the_shared_specification_never_changes(block: Block, seed: int) -> None:
    xml, _ = drawn(block)
    play = Play(xml)
    graph = specs.graph_of(play.world.process("p"), "p")
    before = photograph(graph)

    finish(play, seed)

    assert specs.graph_of(play.world.process("p"), "p") is graph
    assert photograph(graph) == before


def photograph(graph: object) -> dict[str, str]:
    """Return everything a graph and its node specs hold, as text."""
    return {
        name: repr(sorted((key, _seen(value)) for key, value in vars(node).items()))
        for name, node in graph.nodes.items()  # type: ignore[attr-defined]
    } | {"": repr(sorted(vars(graph)))}


def _seen(value: object) -> str:
    return f"{type(value).__name__} {id(value)}" if hasattr(value, "__dict__") else repr(value)


@given(blocks(3), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_tokens_are_never_negative_and_every_entry_closes(block: Block, seed: int) -> None:
    xml, _ = drawn(block)

    play = finish(Play(xml), seed)

    open_entries: Counter[int] = Counter()
    for entry in play.history:
        if entry.happened == "entered":
            open_entries[entry.token] += 1
        elif entry.happened in ("completed", "cancelled") and open_entries[entry.token]:
            open_entries[entry.token] -= 1
        assert min(open_entries.values(), default=0) >= 0
    assert not +open_entries


@given(blocks(2), st.integers(0, 10**6), st.data())
@settings(max_examples=40, deadline=None)
def test_a_crash_between_two_commands_changes_nothing(block: Block, seed: int, data: st.DataObject) -> None:
    xml, _ = drawn(block)
    play = Play(xml).start()
    dice = random.Random(seed)
    for _ in range(200):
        if not play.tasks:
            break
        token = dice.choice(sorted(play.tasks))
        if data.draw(st.booleans()):
            shelf = codec.dump(play.state)
            play.state = codec.load(shelf.data, lambda keys, shelf=shelf: {key: shelf.blobs[key] for key in keys})
        play.do(commands.CompleteTask(token=token))
    assert play.done


@pytest.mark.parametrize("seed", range(10))
def test_modifying_at_random_keeps_the_instance_whole(seed: int) -> None:
    xml, _ = drawn(
        (
            "row",
            ("all", ("user",), ("scope", ("all", ("user",), ("user",)))),
            ("many", 2, ("user",)),
            ("user",),
        )
    )
    stories = []
    for mode in MODES:
        dice, play = random.Random(seed), Play(xml, mode=mode).start()
        for _ in range(30):
            if play.done:
                break
            token = dice.choice(sorted(play.tasks) or [0])
            act = dice.choice(["complete", "complete", "cancel", "move"])
            if not token:
                break
            if act == "complete":
                play.do(commands.CompleteTask(token=token))
            elif act == "cancel" and len(play.tasks) > 1:
                play.do(commands.Modify(cancel_tokens=[token]))
            elif act == "move":
                first = next(e.element for e in play.history if e.kind == "userTask")
                play.do(commands.Modify(cancel_tokens=[token], activate=[first]))
        stories.append(play.story)
    assert stories[0] == stories[1] == stories[2]
