"""Plays an instance against the engine as a store would: it keeps what the effects open and close.

Three modes must give equal answers: the state kept in memory, stored and restored after every command,
and stored and restored after every single node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bpmn.engine import (
    Advance,
    Answer,
    Budget,
    Command,
    CommandRefused,
    Entry,
    Happened,
    State,
    Status,
    advance,
    codec,
    commands,
    effects,
    start,
    start_events,
    timers,
)
from bpmn.language.process import DecisionSpec, Process, Trigger
from bpmn.language.reader import read

MODES = ("memory", "commands", "nodes")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' id="d" targetNamespace="t">'
)


def processes(*drawings: str | bytes | Path) -> dict[str, Process]:
    """Read drawings; a text without definitions around it gets them."""
    found = {}
    for drawing in drawings:
        if isinstance(drawing, Path):
            data = drawing.read_bytes()
        else:
            text = drawing if isinstance(drawing, str) else drawing.decode()
            data = (text if "definitions" in text else f"{HEAD}{text}</definitions>").encode()
        reading = read("test.bpmn", data)
        assert reading.drawing is not None, reading.problems
        found.update({process.id: process for process in reading.drawing.processes})
    return found


@dataclass
class World:
    """The engine's host: processes by id, decisions by name."""

    processes: dict[str, Process]
    decisions: Mapping[str, Any] = field(default_factory=dict)

    def process(self, ref: str) -> Process:
        return self.processes[ref]

    def resolve(self, *, key: str, binding: str, version: str | None, caller: str) -> str | None:
        return key if key in self.processes else None

    def decide(
        self,
        *,
        spec: DecisionSpec,
        decision: str,
        version: str | None,
        variables: Mapping[str, Any],
        caller: str,
        now: datetime,
    ) -> Answer:
        if decision not in self.decisions:
            return Answer(value=None, error=f'There is no decision "{decision}".')
        answer = self.decisions[decision]
        if isinstance(answer, Answer):
            return answer
        return Answer(value=answer(variables) if callable(answer) else answer, evidence={"version": 1})


class Play:
    """One instance and what is open for it."""

    def __init__(
        self,
        *drawings: str | bytes | Path,
        mode: str = "memory",
        decisions: Mapping[str, Any] | None = None,
        auto: Mapping[str, Any] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.world = World(processes(*drawings), decisions or {})
        self.mode = mode
        self.budget = budget or Budget()
        self.auto = auto
        self.now = NOON
        self.state: State | None = None
        self.status = Status.ACTIVE
        self.blobs: dict[str, bytes] = {}
        self.history: list[Entry] = []
        self.effects: list[effects.Effect] = []
        self.tasks: dict[int, effects.UserTaskOpened] = {}
        self.jobs: dict[int, effects.JobOpened] = {}
        self.timers: dict[int, effects.TimerSet] = {}
        self.subscriptions: dict[int, list[effects.Subscribed]] = {}
        self.incidents: dict[int, effects.IncidentRaised] = {}
        self.sent: list[effects.MessageThrown] = []
        self.signals: list[effects.SignalThrown] = []
        self.decided: list[effects.Decided] = []
        self.trace: list[str] = []

    # -- commands ------------------------------------------------------------------------------

    def start(
        self,
        variables: Mapping[str, Any] | None = None,
        *,
        process: str | None = None,
        at: str | None = None,
        message: str | None = None,
        signal: str | None = None,
    ) -> Play:
        """Start an instance: at the none start, at an element, or by a message or signal."""
        ref = process or next(iter(self.world.processes))
        if message or signal:
            ref, at = self._listener(message, signal)
        budget = Budget(**{**_fields(self.budget), "nodes": 1}) if self.mode == "nodes" else self.budget
        self._took(
            start(
                ref=ref,
                host=self.world,
                variables=dict(variables or {}),
                start_event=at,
                now=self.now,
                budget=budget,
            )
        )
        self._rest(budget)
        return self

    def _listener(self, message: str | None, signal: str | None) -> tuple[str, str]:
        wanted = (Trigger.MESSAGE, message) if message else (Trigger.SIGNAL, signal)
        for ref, process in self.world.processes.items():
            for one in start_events(process, now=self.now):
                if (one.trigger, one.name) == wanted:
                    return ref, one.element
        raise CommandRefused("no_start", f"nothing starts by {wanted}")

    def do(self, *sequence: Command) -> Play:
        """Apply commands as one call of the engine, then run to rest."""
        assert self.state is not None
        budget = Budget(**{**_fields(self.budget), "nodes": 1}) if self.mode == "nodes" else self.budget
        before = codec.dump(self.state).data
        kept = self.state
        try:
            advanced = advance(self.state, sequence, host=self.world, now=self.now, budget=budget)
        finally:
            assert codec.dump(kept).data == before, "the given state was changed"
        self._took(advanced)
        self._rest(budget)
        return self

    def _rest(self, budget: Budget) -> None:
        for _ in range(100_000):
            if self.state.resting and not self._work():
                return
            if not self.state.resting:
                self._took(advance(self.state, [commands.Resume()], host=self.world, now=self.now, budget=budget))
        raise AssertionError("the instance does not come to rest")

    def _work(self) -> bool:
        """Complete one open job, when jobs are automatic."""
        if self.auto is None or not self.jobs:
            return False
        token, job = next(iter(self.jobs.items()))
        self.trace.append(job.element)
        budget = Budget(**{**_fields(self.budget), "nodes": 1}) if self.mode == "nodes" else self.budget
        command = commands.CompleteJob(token=token, variables=dict(self.auto.get(job.element, {})))
        self._took(advance(self.state, [command], host=self.world, now=self.now, budget=budget))
        return True

    def complete(self, element: str, **variables: Any) -> Play:
        return self.do(commands.CompleteTask(token=self.task(element), variables=variables))

    def job(self, element: str, **variables: Any) -> Play:
        token = self.job_of(element)
        self.trace.append(element)
        return self.do(commands.CompleteJob(token=token, variables=variables))

    def error(self, element: str, code: str, message: str = "", **variables: Any) -> Play:
        token = next(t for t, o in {**self.jobs, **self.tasks}.items() if o.element == element)
        return self.do(commands.ThrowError(token=token, code=code, message=message, variables=variables))

    def message(self, name: str, key: str | None = None, **variables: Any) -> Play:
        for token in sorted(self.subscriptions):
            for one in self.subscriptions[token]:
                if one.kind == "message" and one.name == name and (key is None or one.correlation_key == key):
                    return self.do(commands.DeliverMessage(token=token, variables=variables, name=name))
        raise CommandRefused("nobody_waits", f'nobody waits for "{name}"')

    def signal(self, name: str, **variables: Any) -> Play:
        return self.do(commands.DeliverSignal(name=name, variables=variables))

    def trigger(self, element: str, **variables: Any) -> Play:
        for token in sorted(self.subscriptions):
            if any(one.kind == "trigger" and one.element == element for one in self.subscriptions[token]):
                return self.do(commands.TriggerReceive(token=token, variables=variables))
        raise CommandRefused("nobody_waits", f'"{element}" does not wait')

    def wait(self, duration: str) -> Play:
        """Let time pass; due timers fire in order, each up to rest before the next."""
        end = timers.later(self.now, duration)
        while due := [t for t in self.timers.values() if t.due_at <= end]:
            timer = min(due, key=lambda one: (one.due_at, one.token))
            self.now = max(self.now, timer.due_at)
            self.do(commands.FireTimer(token=timer.token))
        self.now = end
        return self

    def retry(self, element: str) -> Play:
        token = next(t for t, incident in self.incidents.items() if incident.element == element)
        return self.do(commands.RetryIncident(token=token))

    # -- what the store would do ---------------------------------------------------------------

    def _took(self, advanced: Advance) -> None:
        for effect in advanced.effects:
            self._keep(effect)
        self.effects.extend(advanced.effects)
        seqs = [entry.seq for entry in advanced.history]
        first = self.history[-1].seq + 1 if self.history else 1
        assert seqs == list(range(first, first + len(seqs)))
        self.history.extend(advanced.history)
        self.status = advanced.status
        self.state = advanced.state
        assert advanced.resting == self.state.resting
        if self.mode != "memory":
            dumped = codec.dump(self.state)
            self.blobs.update(dumped.blobs)
            self.state = codec.load(dumped.data, self._fetch)
            assert self.state.tokens == advanced.state.tokens
            assert self.state.variables == advanced.state.variables
        if self.state.resting:
            self._check()

    def _fetch(self, keys: Collection[str]) -> Mapping[str, bytes]:
        return {key: self.blobs[key] for key in keys}

    def _keep(self, effect: effects.Effect) -> None:
        match effect:
            case effects.UserTaskOpened():
                assert effect.token not in self.tasks
                self.tasks[effect.token] = effect
            case effects.JobOpened():
                assert effect.token not in self.jobs
                self.jobs[effect.token] = effect
            case effects.TimerSet():
                self.timers[effect.token] = effect
            case effects.Subscribed():
                self.subscriptions.setdefault(effect.token, []).append(effect)
            case effects.Closed():
                rows = {
                    "task": self.tasks,
                    "job": self.jobs,
                    "timer": self.timers,
                    "subscription": self.subscriptions,
                }
                del rows[effect.what][effect.token]
            case effects.IncidentRaised():
                assert effect.token not in self.incidents
                self.incidents[effect.token] = effect
            case effects.IncidentClosed():
                del self.incidents[effect.token]
            case effects.Moved():
                for rows in (self.tasks, self.jobs, self.timers):
                    if effect.token in rows:
                        rows[effect.token] = replace(rows[effect.token], element=effect.element)
            case effects.MessageThrown():
                self.sent.append(effect)
            case effects.SignalThrown():
                self.signals.append(effect)
            case effects.Decided():
                self.decided.append(effect)

    def _check(self) -> None:
        """Every open row belongs to a living token that waits, and incidents are those of the state."""
        views = {view.id: view for view in self.state.tokens}
        for number in [*self.tasks, *self.jobs, *self.timers, *self.subscriptions]:
            assert number in views, f"token {number} is gone, but somebody still waits for it"
            assert views[number].waiting or views[number].incident
        assert {view.id for view in views.values() if view.incident} == set(self.incidents)
        if self.status is not Status.ACTIVE:
            assert len(views) == 1
            assert not [*self.tasks, *self.jobs, *self.timers, *self.subscriptions]

    # -- what can be asked ---------------------------------------------------------------------

    def task(self, element: str) -> int:
        return next(iter(sorted(t for t, task in self.tasks.items() if task.element == element)), -1)

    def job_of(self, element: str) -> int:
        return next(iter(sorted(t for t, job in self.jobs.items() if job.element == element)), -1)

    @property
    def open(self) -> list[str]:
        """Open user tasks, sorted."""
        return sorted(task.element for task in self.tasks.values())

    @property
    def open_jobs(self) -> list[str]:
        return sorted(job.element for job in self.jobs.values())

    @property
    def waiting(self) -> list[str]:
        return sorted(view.element for view in self.state.tokens if view.waiting)

    @property
    def variables(self) -> dict[str, Any]:
        return self.state.variables

    @property
    def done(self) -> bool:
        return self.status is Status.COMPLETED

    @property
    def codes(self) -> list[str]:
        """Codes of open incidents, sorted."""
        return sorted(incident.code for incident in self.incidents.values())

    @property
    def passed(self) -> Counter[str]:
        """How often each element was passed."""
        through = (Happened.PASSED, Happened.COMPLETED, Happened.FIRED)
        return Counter(entry.element for entry in self.history if entry.happened in through)

    @property
    def story(self) -> list[tuple[Any, ...]]:
        """The history without what may differ between modes: nothing."""
        return [
            (e.seq, e.token, e.parent, e.element, e.kind, e.happened, e.via, e.wrote, e.detail) for e in self.history
        ]


def _fields(budget: Budget) -> dict[str, int]:
    return {name: getattr(budget, name) for name in budget.__slots__}


def steps(play: Play, sequence: Sequence[tuple[str, Any]]) -> Play:
    """Play commands written as pairs of a method's name and its argument."""
    for name, argument in sequence:
        getattr(play, name)(argument)
    return play


def three(scene: Callable[[Play], object], *drawings: str | bytes | Path, **options: Any) -> Play:
    """Play a scene in every mode; they must tell the same story. Returns the last play."""
    plays = []
    for mode in MODES:
        play = Play(*drawings, mode=mode, **options)
        scene(play)
        plays.append(play)
    assert plays[0].story == plays[1].story == plays[2].story
    assert plays[0].variables == plays[1].variables == plays[2].variables
    return plays[-1]
