"""Soundness of the gateway structure: deadlocks and missing synchronisation, where it can be decided.

Each level is played through with every choice of its gateways (conditions are not looked at), after its
well-structured parts were reduced away. What is too entangled to be searched is left without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bpmn.language.lint.net import Behaviour, Net, net_of
from bpmn.language.lint.subject import Finding, Level, Subject, at
from bpmn.language.process import Activity, SubProcessKind

LIMIT_STATES = 3000
LIMIT_WAYS = 6
#: starts x flows of a level above which it is not played through
LIMIT_STEPS = 100_000
Marking = frozenset[int]


def deadlock(subject: Subject) -> Iterator[Finding]:
    """A parallel join that may wait for ever, because a choice before it left one of its flows empty."""
    yield from _findings(
        subject,
        "stuck",
        "May wait for ever: on some way through the process not every incoming flow gets a token. Join "
        "with the kind of gateway that split.",
    )


def missing_synchronisation(subject: Subject) -> Iterator[Finding]:
    """Parallel branches meet without a join, so what follows may happen twice."""
    yield from _findings(
        subject,
        "doubled",
        "Parallel branches meet here without a parallel join, so what follows may happen more than once. "
        "Join them first, if that is not meant.",
    )


def _findings(subject: Subject, what: str, message: str) -> Iterator[Finding]:
    verdicts = subject.memo.once("soundness", lambda: [judge_level(level) for level in subject.levels])
    for level, verdict in zip(subject.levels, verdicts, strict=True):
        for node in getattr(verdict, what):
            if node in level.body.nodes:
                yield at(level.body.nodes[node], message)


class Verdict:
    """What playing a level through showed."""

    def __init__(self) -> None:
        #: joins at which a token may be stuck for ever
        self.stuck: dict[str, None] = {}
        #: nodes that may pass a second token before the first has gone on
        self.doubled: dict[str, None] = {}
        #: False when the search was given up or could not begin
        self.decided = True


def judge_level(level: Level) -> Verdict:
    """Play one level through from each of its start events."""
    verdict = Verdict()
    if level.owner is not None and level.owner.kind == SubProcessKind.AD_HOC:
        return verdict
    starts = level.starts()
    if len(starts) * len(level.body.flows) > LIMIT_STEPS or _counts_tokens(level):
        verdict.decided = False
        return verdict
    for start in starts:
        net = net_of(level, start)
        if net is None:
            verdict.decided = False
            continue
        net.reduce()
        _play(net, start.id, verdict)
    return verdict


def _counts_tokens(level: Level) -> bool:
    """True when an activity takes or gives several tokens at a time, which the game does not know."""
    return any(max(activity.start_quantity, activity.completion_quantity) > 1 for activity in level.of_kind(Activity))


def _play(net: Net, start: str, verdict: Verdict) -> None:
    """Search every marking; what is found before there are too many holds, an inclusive join says nothing."""
    if start not in net.behaviour or any(_is_inclusive_join(net, node) for node in net.behaviour):
        verdict.decided = verdict.decided and start not in net.behaviour
        return
    found = Verdict()
    first = frozenset(net.out[start])
    seen: set[Marking] = {first}
    waiting: list[Marking] = [first]
    while waiting:
        marking = waiting.pop()
        steps = list(_steps(net, marking, found))
        if not steps:
            found.stuck.update(dict.fromkeys(net.edges[edge][1] for edge in sorted(marking)))
        for step in steps:
            if step not in seen:
                seen.add(step)
                waiting.append(step)
        if len(seen) > LIMIT_STATES:
            verdict.doubled.update(found.doubled)
            verdict.decided = verdict.decided and bool(found.doubled)
            return
    verdict.stuck.update(found.stuck)
    verdict.doubled.update(found.doubled)


def _is_inclusive_join(net: Net, node: str) -> bool:
    return net.behaviour[node] == Behaviour.OR and len(net.into[node]) > 1


def _steps(net: Net, marking: Marking, found: Verdict) -> Iterator[Marking]:
    """The markings after one node has fired; the empty marking needs none."""
    if not marking:
        yield marking
        return
    for node in {net.edges[edge][1] for edge in marking}:
        for taken in _takes(net, node, marking):
            rest = marking - taken
            if net.behaviour[node] == Behaviour.KILL:
                yield frozenset()
                continue
            for given in _gives(net, node):
                if rest & given:
                    found.doubled.setdefault(node.strip())
                yield rest | given


def _takes(net: Net, node: str, marking: Marking) -> Iterator[Marking]:
    """The tokens that one firing of the node takes."""
    if net.behaviour[node] == Behaviour.AND:
        if net.into[node] <= marking:
            yield frozenset(net.into[node])
        return
    for edge in net.into[node] & marking:
        yield frozenset((edge,))


def _gives(net: Net, node: str) -> Iterator[Marking]:
    """The tokens that one firing of the node may give; those on their way to an end need no watching."""
    for ways in _ways(net, node):
        yield frozenset(way for way in ways if net.behaviour[net.edges[way][1]] != Behaviour.SINK)


def _ways(net: Net, node: str) -> Iterator[tuple[int, ...]]:
    ways = sorted(net.out[node])
    if not ways or net.behaviour[node] == Behaviour.AND:
        yield tuple(ways)
    elif net.behaviour[node] == Behaviour.OR and len(ways) <= LIMIT_WAYS:
        for size in range(1, len(ways) + 1):
            yield from combinations(ways, size)
    else:
        for way in ways:
            yield (way,)
