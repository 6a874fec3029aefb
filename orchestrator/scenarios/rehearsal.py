"""Plays the scenarios of a bundle inside an upload, on its new versions only: no real instance is touched."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bpmn import definitions as bpmn_definitions
from bpmn import engine
from bpmn.engine import commands
from bpmn.language.process import Variables
from decisions.edge.problems import Problem
from orchestrator import errors
from orchestrator.models import Instance, Outbox, Subscription, Timer
from orchestrator.runtime import instances, store
from orchestrator.scenarios.document import Scenario
from orchestrator.scenarios.outcome import Outcome
from orchestrator.scenarios.running import play
from orchestrator.scenarios.stage import BEGINNING, Stage
from orchestrator.scenarios.world import Listener

#: All scenarios of one upload together may take this long.
LIMIT_SECONDS = 30.0


class OfVersions:
    """A world in a database with other instances: it sees and reaches those of the given versions only."""

    def __init__(self, versions: Mapping[UUID, str], *, now: datetime) -> None:
        self._versions = versions  #: each with the key of its process
        #: timer start events, each until it has started something
        self._starts = sorted(
            ((found.due_at, version_id, event.element) for version_id, event in self._events(now)
             if (found := engine.first_due(event, now))), key=lambda start: start[0],
        )  # fmt: skip

    def _events(self, now: datetime) -> Iterator[tuple[UUID, engine.StartEvent]]:
        for version_id in self._versions:
            for event in engine.start_events(bpmn_definitions.process(str(version_id)), now=now):
                yield version_id, event

    def _instances(self) -> QuerySet[Instance]:
        return Instance.objects.filter(version_id__in=list(self._versions))

    def listeners(self, kind: str, name: str, *, now: datetime) -> Sequence[Listener]:
        """Return the start events as they are drawn: these versions are not in use yet."""
        return [
            Listener(process_key=self._versions[version_id], version_id=version_id, element=event.element)
            for version_id, event in self._events(now)
            if (event.trigger, event.name) == (kind, name)
        ]

    def begin_where_true(self, variables: Variables, *, now: datetime) -> UUID | None:
        """Start where a condition as it is drawn is true."""
        begun = [
            self._begin(version_id, event.element, variables, now)
            for version_id, event in self._events(now)
            if event.condition is not None and event.condition.evaluate(variables, now=now).value is True
        ]
        return begun[-1] if begun else None

    def _begin(self, version_id: UUID, element: str, variables: Variables, now: datetime) -> UUID:
        key = self._versions[version_id]
        return instances.start(key=key, version_id=version_id, start_event=element, variables=variables, now=now).id

    def deliver(self, name: str, variables: Variables, key: str | None, *, now: datetime) -> bool:
        """Hand it to the one of these instances that waits longest."""
        waiting = Subscription.objects.filter(kind="message", name=name, instance__in=self._instances())
        if key is not None:
            waiting = waiting.filter(correlation_key=key)
        first = waiting.order_by("created_at", "id").first()
        if first is None:
            return False
        command = commands.DeliverMessage(token=first.token, variables=variables, name=name)
        store.run(instance_id=first.instance_id, commands=[command], now=now)
        return True

    def broadcast(self, name: str, variables: Variables, *, now: datetime) -> None:
        """Send it to these instances."""
        self._signal(name, variables, self._instances(), now)

    def _signal(self, name: str, variables: Variables, among: QuerySet[Instance], now: datetime) -> None:
        waiting = Subscription.objects.filter(kind="signal", name=name, instance__in=among)
        command = commands.DeliverSignal(name=name, variables=variables)
        for instance_id in list(waiting.values_list("instance_id", flat=True).distinct().order_by("instance_id")):
            store.run(instance_id=instance_id, commands=[command], now=now)

    def _timers(self) -> QuerySet[Timer]:
        return Timer.objects.filter(instance__in=self._instances()).order_by("due_at", "token")

    def next_due(self) -> datetime | None:
        """Return the earliest time of these instances' timers and of the start events."""
        waiting = self._timers().values_list("due_at", flat=True).first()
        due = [*([waiting] if waiting else []), *(start[0] for start in self._starts[:1])]
        return min(due, default=None)

    def fire(self, *, now: datetime) -> bool:
        """Start what is to start by now, else fire the first timer that is due."""
        if self._starts and self._starts[0][0] <= now:
            _, version_id, element = self._starts.pop(0)
            self._begin(version_id, element, {}, now)
            return True
        due = self._timers().filter(due_at__lte=now).first()
        if due is None:
            return False
        store.run(instance_id=due.instance_id, commands=[commands.FireTimer(token=due.token)], now=now)
        return True

    def newest(self) -> UUID | None:
        """Return the newest of these instances."""
        return self._instances().order_by("-started_at", "-id").values_list("id", flat=True).first()

    def go_on(self, *, now: datetime) -> bool:
        """Take one cut step, or send one thing that was thrown."""
        cut = self._instances().filter(is_resting=False).values_list("id", flat=True).first()
        if cut is not None:
            store.run(instance_id=cut, commands=[commands.Resume()], now=now)
            return True
        mine = self._instances().values("id")
        thrown = Outbox.objects.filter(instance_id__in=mine, sent_at__isnull=True).order_by("id").first()
        if thrown is None:
            return False
        Outbox.objects.filter(id=thrown.id).update(sent_at=now)
        name, variables = thrown.body["name"], thrown.body["variables"]
        if thrown.kind == "signal":
            self._signal(name, variables, self._instances().exclude(id=str(thrown.instance_id)), now)
        else:
            self.deliver(name, variables, thrown.body["correlation_key"], now=now)
        return True


def rehearse(scenarios: Sequence[Scenario], *, versions: dict[UUID, str]) -> Iterator[Problem]:
    """Play scenarios on versions nobody else can see yet, and yield what is not as expected.

    The caller rolls back what is played.

    Args:
        versions: each new version with the key of its process; the first is started when a scenario names none.
    """
    ends = time.monotonic() + LIMIT_SECONDS
    for scenario in scenarios:
        if time.monotonic() > ends:
            yield _problem(scenario, "scenario_too_long",
                           f"The scenarios of this upload take more than {LIMIT_SECONDS:.0f} s.")  # fmt: skip
            return
        outcome = _alone(scenario, versions)
        for difference in outcome.differences:
            yield _problem(scenario, "scenario_failed", difference)


def _alone(scenario: Scenario, versions: dict[UUID, str]) -> Outcome:
    """Play one scenario as if no other had been."""
    with transaction.atomic():
        try:
            stage = Stage(OfVersions(versions, now=BEGINNING))
            outcome = play(scenario, stage, process=next(iter(versions.values())))
        except (engine.EngineError, errors.OrchestratorError) as refused:
            outcome = Outcome(scenario=scenario.name, file=scenario.file, differences=[str(refused)])
        transaction.set_rollback(True)
    return outcome


def _problem(scenario: Scenario, code: str, message: str) -> Problem:
    return Problem(severity="error", code=code, message=f'Scenario "{scenario.name}" ({scenario.file}): {message}')
