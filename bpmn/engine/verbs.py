"""The two verbs of the engine: start an instance, and take it one command further."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bpmn.engine import events, handlers, migration, modification, specs
from bpmn.engine.commands import Command, Migrate
from bpmn.engine.effects import Closed, Effect, JobOpened, Subscribed, TimerSet, UserTaskOpened
from bpmn.engine.errors import CommandRefused
from bpmn.engine.graph import Graph
from bpmn.engine.host import Host
from bpmn.engine.limits import Budget
from bpmn.engine.machine import Machine
from bpmn.engine.migration import MigrationProblem
from bpmn.engine.state import Advance, State, freeze, thaw
from bpmn.language.process import EventDefinition, Variables

_BUDGET = Budget()
_OPENS: dict[type, str] = {
    JobOpened: "job",
    UserTaskOpened: "task",
    TimerSet: "timer",
    Subscribed: "subscription",
}


def start(
    *,
    ref: str,
    host: Host,
    variables: Variables,
    start_event: str | None = None,
    elements: Sequence[str] = (),
    now: datetime,
    budget: Budget = _BUDGET,
) -> Advance:
    """Start an instance and run it to rest.

    Args:
        ref: the process version, as the host knows it.
        host: gives processes and decisions.
        variables: the first variables of the root scope.
        start_event: a start event, or an event or receive task that instantiates; None: the none start
            event, the only start event, or without any every node that no flow leads to.
        elements: where to begin instead, in the middle of the drawing: to go on with work that failed elsewhere.
        now: aware moment, in UTC.
        budget: limits; see `Budget`.
    Raises:
        CommandRefused: `unknown_start`, `no_start`; with `elements` as for `Modify`.
    """
    graph = specs.graph_of(host.process(ref), ref)
    machine = Machine(graph, host=host, now=now, budget=budget)
    variables = events.received(_by_event(graph, start_event), variables)
    notes: dict[str, object] = {"start": []} if elements else _beginning(graph, start_event)
    if _maps_what_comes(graph, start_event):
        notes, variables = {"start": [], "arrived": start_event, "brought": dict(variables)}, {}
    machine.task_tree = machine.token(graph.root, None, notes=notes, data=variables)
    if elements:
        machine.open_root()
        for element in elements:
            modification.activate(machine, element)
    return _done(machine, machine.settle(), None)


def _by_event(graph: Graph, start_event: str | None) -> EventDefinition | None:
    """Return the message or signal that starts an instance at an element, when one variable takes what it carries."""
    awaited: tuple[EventDefinition, ...] = getattr(graph.nodes.get(start_event or ""), "awaited", ())
    return next((one for one in awaited if one.into is not None), None)


def _maps_what_comes(graph: Graph, start_event: str | None) -> bool:
    """Return whether what starts an instance stays at its start event, for the outputs of that to hand on."""
    node = graph.nodes.get(start_event or "")
    return graph.outputs_hide_the_rest and bool(node and getattr(node, "awaited", ()) and node.element.outputs)


def _beginning(graph: Graph, start_event: str | None) -> dict[str, object]:
    inside = graph.root.inside
    if start_event is None or (start_event == graph.name and not inside.starts):
        begin = inside.default or inside.starts[:1] * (len(inside.starts) == 1)
        if not begin:
            raise CommandRefused("no_start", f'Process "{graph.name}" has no start event that needs no trigger.')
        return {"start": list(begin)}
    node = graph.nodes.get(start_event)
    if node is not None and getattr(node.element, "instantiate", False) and node.kind == "receiveTask":
        return {"start": [], "arrived": start_event}
    if start_event in inside.starts or start_event in inside.sources:
        return {"start": [start_event]}
    gateways = [flow.source for flow in graph.flows.values() if flow.target == start_event]
    gateway = next((graph.nodes[one] for one in gateways if _instantiates(graph, one)), None)
    if node is None or gateway is None:
        raise CommandRefused("unknown_start", f'Process "{graph.name}" cannot be started at "{start_event}".')
    others = [flow.target for flow in gateway.outgoing if flow.target != start_event]
    return {"start": others if getattr(gateway.element, "awaits_all", False) else [], "arrived": start_event}


def _instantiates(graph: Graph, element: str) -> bool:
    return bool(getattr(graph.nodes[element].element, "instantiate", False))


def advance(
    state: State, commands: Sequence[Command], *, host: Host, now: datetime, budget: Budget = _BUDGET
) -> Advance:
    """Apply commands one after the other, each run to rest, and return what came of it.

    The given state is never changed: after any exception it is as good as before.

    Raises:
        CommandRefused: one of the commands does not fit; none of them has happened.
    """
    machine = thaw(state, host=host, now=now, budget=budget)
    resting = True
    for command in commands:
        handlers.apply(machine, command)
        resting = machine.settle()
    return _done(machine, resting, state)


def migration_problems(state: State, command: Migrate, *, host: Host, now: datetime) -> tuple[MigrationProblem, ...]:
    """Return, without moving anything, which tokens stand in the way of a migration."""
    machine = thaw(state, host=host, now=now, budget=_BUDGET)
    return tuple(migration.problems(machine, machine.graph(command.ref), command.mapping))


def _done(machine: Machine, resting: bool, before: State | None) -> Advance:
    state = freeze(machine, before)
    return Advance(
        state=state,
        status=state.status,
        resting=resting,
        history=tuple(machine.history),
        effects=tuple(_lasting(machine.effects)),
    )


def _lasting(effects: list[Effect]) -> list[Effect]:
    """Leave out what was opened and closed within the same call, and due times that were replaced."""
    if not any(isinstance(effect, (Closed, TimerSet)) for effect in effects):
        return effects
    kept: list[Effect | None] = []
    opened: dict[tuple[int, str], list[int]] = {}
    for effect in effects:
        what = _OPENS.get(type(effect))
        if isinstance(effect, Closed):
            places = opened.pop((effect.token, effect.what), None)
            if places:
                for place in places:
                    kept[place] = None
                continue
        elif what is not None:
            places = opened.setdefault((effect.token, what), [])
            if what == "timer":
                for place in places:
                    kept[place] = None
                places.clear()
            places.append(len(kept))
        kept.append(effect)
    return [effect for effect in kept if effect is not None]
