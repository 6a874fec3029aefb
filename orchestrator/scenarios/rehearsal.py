"""Plays the scenarios of a bundle inside an upload, on its new versions only: no real instance is touched."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
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
from orchestrator.runtime import store
from orchestrator.scenarios.document import Scenario
from orchestrator.scenarios.outcome import Outcome
from orchestrator.scenarios.running import play
from orchestrator.scenarios.stage import Stage

#: All scenarios of one upload together may take this long.
LIMIT_SECONDS = 30.0


class Rehearsal(Stage):
    """A stage on a database with other instances: it sees and reaches those of the given versions only."""

    def __init__(self, versions: Collection[UUID], keys: dict[UUID, str]) -> None:
        super().__init__()
        self.versions = versions
        self.keys = keys

    def _mine(self) -> QuerySet[Instance]:
        return Instance.objects.filter(version_id__in=self.versions)

    def _listeners(self, kind: str, name: str) -> Iterator[tuple[str, UUID, str]]:
        for version_id in self.versions:
            for event in engine.start_events(bpmn_definitions.process(str(version_id)), now=self.now):
                if (event.trigger, event.name) == (kind, name):
                    yield self.keys[version_id], version_id, event.element

    def _deliver(self, name: str, variables: Variables, key: str | None) -> bool:
        waiting = Subscription.objects.filter(kind="message", name=name, instance__in=self._mine())
        if key is not None:
            waiting = waiting.filter(correlation_key=key)
        first = waiting.order_by("created_at", "id").first()
        if first is None:
            return False
        command = commands.DeliverMessage(token=first.token, variables=variables, name=name)
        self._verb(lambda: store.run(instance_id=first.instance_id, commands=[command], now=self.now))
        return True

    def _broadcast(self, name: str, variables: Variables) -> None:
        self._signal(name, variables, self._mine())

    def _signal(self, name: str, variables: Variables, among: QuerySet[Instance]) -> None:
        waiting = Subscription.objects.filter(kind="signal", name=name, instance__in=among)
        command = commands.DeliverSignal(name=name, variables=variables)
        for instance_id in list(waiting.values_list("instance_id", flat=True).distinct().order_by("instance_id")):
            store.run(instance_id=instance_id, commands=[command], now=self.now)

    def _next_due(self) -> datetime | None:
        return self._timers().values_list("due_at", flat=True).first()

    def _timers(self) -> QuerySet[Timer]:
        return Timer.objects.filter(instance__in=self._mine()).order_by("due_at", "token")

    def _fire(self) -> int:
        due = self._timers().filter(due_at__lte=self.now).first()
        if due is None:
            return 0
        command = commands.FireTimer(token=due.token)
        self._verb(lambda: store.run(instance_id=due.instance_id, commands=[command], now=self.now))
        return 1

    def _go_on(self) -> int:
        cut = self._mine().filter(is_resting=False).values_list("id", flat=True).first()
        if cut is not None:
            store.run(instance_id=cut, commands=[commands.Resume()], now=self.now)
            return 1
        thrown = (
            Outbox.objects.filter(instance_id__in=self._mine().values("id"), sent_at__isnull=True)
            .order_by("id")
            .first()
        )
        if thrown is None:
            return 0
        Outbox.objects.filter(id=thrown.id).update(sent_at=self.now)
        name, variables = thrown.body["name"], thrown.body["variables"]
        if thrown.kind == "signal":
            self._signal(name, variables, self._mine().exclude(id=str(thrown.instance_id)))
        else:
            self._deliver(name, variables, thrown.body["correlation_key"])
        return 1


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
            outcome = play(scenario, Rehearsal(list(versions), versions), process=next(iter(versions.values())))
        except (engine.EngineError, errors.OrchestratorError) as refused:
            outcome = Outcome(scenario=scenario.name, file=scenario.file, differences=[str(refused)])
        transaction.set_rollback(True)
    return outcome


def _problem(scenario: Scenario, code: str, message: str) -> Problem:
    return Problem(severity="error", code=code, message=f'Scenario "{scenario.name}" ({scenario.file}): {message}')
