"""Deadlocks and missing synchronisation agree with a search of every marking of the drawing itself."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bpmn.language.lint.net import Behaviour, Net
from bpmn.language.lint.soundness import judge_level
from bpmn.language.lint.subject import Level, Upload, subject_of
from bpmn.language.process import Process
from tests.unit.bpmn.language.words import END, START, chain, flow, process_of

KINDS = ("task", "exclusiveGateway", "parallelGateway")
#: more tokens on one flow are as telling as two
ENOUGH = 2


@dataclass(frozen=True)
class Graph:
    """Nodes 1..n of a kind each, between the start 0 and ends; edges in the order of the drawing."""

    kinds: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]

    def body(self) -> str:
        """The graph as a drawing; a node without a way on leads to an end event of its own."""
        nodes = "".join(f'<{kind} id="n{i}"/>' for i, kind in enumerate(self.kinds, 1))
        flows = "".join(flow(name(a), name(b), id=f"f{k}") for k, (a, b) in enumerate(self.edges))
        ends = "".join(
            f'<endEvent id="e{i}"/>' + flow(f"n{i}", f"e{i}")
            for i in range(1, len(self.kinds) + 1)
            if all(a != i for a, _ in self.edges)
        )
        return START + nodes + ends + flows


def name(node: int) -> str:
    return "start" if node == 0 else f"n{node}"


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Connected graphs: every node is entered from an earlier one, and some flows more."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=7))
    edges = [(draw(st.integers(0 if i == 1 else 1, i - 1)), i) for i in range(1, len(kinds) + 1)]
    node = st.integers(1, len(kinds))
    edges += draw(st.lists(st.tuples(node, node), max_size=4))
    return Graph(tuple(kinds), tuple(dict.fromkeys(edges)))


def search(process: Process) -> tuple[bool, bool]:
    """Whether some marking is stuck, and whether some flow can carry two tokens; by brute force.

    A token that has only an end event before it is not watched, as the rules say.
    """
    body = process.body
    outgoing = {key: node.outgoing for key, node in body.nodes.items()}
    kinds = {key: str(getattr(node, "kind", "")) for key, node in body.nodes.items()}

    watched = {key for key, drawn in body.flows.items() if body.nodes[drawn.target].outgoing}
    order = sorted(watched)
    first = tuple(int(key in outgoing["start"]) for key in order)
    seen, waiting = {first}, [first]
    stuck = doubled = False
    while waiting:
        marking = dict(zip(order, waiting.pop(), strict=True))
        steps = list(fire(body, kinds, outgoing, marking))
        stuck = stuck or (not steps and any(marking.values()))
        for step in steps:
            if any(count >= ENOUGH for count in step.values()):
                doubled = True
                continue
            key = tuple(step[flow_id] for flow_id in order)
            if key not in seen:
                seen.add(key)
                waiting.append(key)
    return stuck, doubled


def fire(body, kinds, outgoing, marking):  # type: ignore[no-untyped-def]
    """Every marking after one node has fired once."""
    for key, node in body.nodes.items():
        incoming = [flow_id for flow_id in node.incoming if flow_id in marking]
        if kinds[key] == "parallelGateway":
            takes = [incoming] if incoming and all(marking[flow_id] for flow_id in incoming) else []
        else:
            takes = [[flow_id] for flow_id in incoming if marking[flow_id]]
        gives = [[f] for f in outgoing[key]] if kinds[key] == "exclusiveGateway" else [list(outgoing[key])]
        for take in takes:
            for give in gives or [[]]:
                step = dict(marking)
                for flow_id in take:
                    step[flow_id] -= 1
                for flow_id in give:
                    if flow_id in step:
                        step[flow_id] += 1
                yield step


def level_of(process: Process) -> Level:
    return subject_of(process, Upload(processes={process.id: process})).levels[0]


@settings(max_examples=500, deadline=None)
@given(graphs())
@example(
    Graph(
        ("parallelGateway", "task", "task", "exclusiveGateway", "task"),
        ((0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (4, 5)),
    )
)
@example(Graph(("exclusiveGateway", "task", "task", "parallelGateway"), ((0, 1), (1, 2), (1, 3), (2, 4), (3, 4))))
@example(  # more markings than are looked at, but what is wrong shows early
    Graph(("task",) * 7, ((0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (1, 6), (1, 7), (1, 3), (2, 1), (3, 2)))
)
def test_the_verdict_agrees_with_a_search_of_every_marking(graph: Graph) -> None:
    process = process_of(graph.body())
    verdict = judge_level(level_of(process))
    stuck, doubled = search(process)
    assert verdict.decided
    assert bool(verdict.doubled) == doubled
    if not doubled:  # beyond two tokens on one flow the two searches count differently
        assert bool(verdict.stuck) == stuck


@pytest.mark.parametrize("kind", ["parallel", "exclusive", "inclusive"])
def test_a_block_of_any_size_is_sound(kind: str) -> None:
    ways = range(60)
    gateways = f'<{kind}Gateway id="g"/><{kind}Gateway id="j"/>'
    body = START + END + gateways + "".join(f'<task id="t{n}"/>' + chain("g", f"t{n}", "j") for n in ways)
    verdict = judge_level(level_of(process_of(body + flow("start", "g") + flow("j", "end"))))
    assert (verdict.decided, dict(verdict.stuck), dict(verdict.doubled)) == (True, {}, {})


def test_sixty_choices_in_a_row_are_decided_at_once() -> None:
    gateways = "".join(
        f'<exclusiveGateway id="a{n}"/><exclusiveGateway id="b{n}"/>'
        + flow(f"a{n}", f"b{n}", id=f"x{n}") + flow(f"a{n}", f"b{n}", id=f"y{n}")
        for n in range(60)
    )  # fmt: skip
    steps = chain("start", *(f"{side}{n}" for n in range(60) for side in "ab"), "end")
    verdict = judge_level(level_of(process_of(START + END + gateways + steps)))
    assert (verdict.decided, dict(verdict.stuck)) == (True, {})


def test_what_is_too_entangled_is_left_undecided() -> None:
    body = START + END + '<complexGateway id="g"/>' + chain("start", "g", "end")
    assert not judge_level(level_of(process_of(body))).decided


def test_an_interrupting_timer_before_a_join_can_deadlock_and_a_beside_one_cannot() -> None:
    nodes = '<parallelGateway id="g"/><task id="a"/><task id="b"/><parallelGateway id="j"/><endEvent id="late"/>'
    fork = START + END + nodes + chain("start", "g", "a", "j", "end") + chain("g", "b", "j")
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    for attribute, stuck in (("true", {"j"}), ("false", set())):
        event = f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="{attribute}">{timer}</boundaryEvent>'
        verdict = judge_level(level_of(process_of(fork + event + flow("t", "late"))))
        assert set(verdict.stuck) == stuck


class Counting(Net):
    """Counts the ends of edges that its rules look at."""

    looked = 0

    def _reduce_at(self, node: str) -> set[str]:
        self.looked += len(self.into[node]) + len(self.out[node])
        return super()._reduce_at(node)


@pytest.mark.parametrize("shape", ["joined", "ending", "in a row"])
def test_twice_the_branches_cost_twice_the_looks(shape: str) -> None:
    def looks(size: int) -> int:
        net = Counting()
        net.add("g", Behaviour.AND)
        net.add("j", Behaviour.AND if shape == "joined" else Behaviour.SINK)
        before = "g"
        for number in range(size):
            net.add(f"t{number}", Behaviour.XOR)
            net.connect(before, f"t{number}")
            if shape == "in a row":
                before = f"t{number}"
            else:
                net.connect(f"t{number}", "j")
        net.reduce()
        return net.looked

    assert looks(800) < 2.5 * looks(400)
