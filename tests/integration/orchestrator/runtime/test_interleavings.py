"""Whatever two do to one instance at the same moment comes out as if one had come after the other.

Of each pair of acts one is stopped after some of its statements while the other is done. Both orders without a race
say what may come of it: which of the two was refused, the instance's state, its rows and its history.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from bpmn.engine import commands
from humantasks import inbox
from humantasks.errors import HumanTasksError
from humantasks.models import HumanTask
from orchestrator.errors import OrchestratorError
from orchestrator.models import Activity, Incident, Instance, Job, Subscription, Timer
from orchestrator.runtime import (
    batches,
    incidents,
    instances,
    jobs,
    messages,
    migration,
    modification,
    store,
    suspension,
    timers,
)
from orchestrator.runtime.batches import Arguments, Operation
from tests import racing
from tests.drawings import END, START, chain, drawing, service, user

pytestmark = pytest.mark.django_db(transaction=True)

#: Each act meets so many others. On SQLite a transaction has the whole database: only what lies between two of
#: them can be met, so that a few pairs are enough.
OTHERS = 2 if connection.vendor == "sqlite" else 7

FORK = '<bpmn:parallelGateway id="fork"/>'
CALL = (
    '<bpmn:callActivity id="call"><bpmn:extensionElements><zeebe:calledElement processId="called"/>'
    "</bpmn:extensionElements></bpmn:callActivity>"
)
LATE = (
    '<bpmn:boundaryEvent id="late" attachedToRef="review"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H'
    "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
)
PAID = (
    '<bpmn:intermediateCatchEvent id="paid"><bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
)
BELL = (
    '<bpmn:intermediateCatchEvent id="bell"><bpmn:signalEventDefinition signalRef="s"/></bpmn:intermediateCatchEvent>'
)
ROOTS = (
    '<bpmn:message id="m" name="paid"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=order"/></bpmn:extensionElements></bpmn:message>'
    '<bpmn:signal id="s" name="bell"/>'
)


def busy(name: str) -> bytes:
    """Return a process whose instances wait for everything at once."""
    body = START + FORK + CALL + user("review") + LATE + PAID + BELL + service("broken", "log") + END
    ways = [("call",), ("review",), ("paid",), ("bell",), ("broken",)]
    flows = chain("start", "fork") + "".join(chain("fork", *way, "end") for way in ways) + chain("late", "end")
    return drawing("busy", body + flows, roots=ROOTS).replace(b'name="busy"', f'name="{name}"'.encode())


class Case:
    """One instance of the busy process, and who may act on it."""

    def __init__(self, actor: User, target: UUID, source: UUID) -> None:
        self.now, self.actor, self.target = timezone.now(), actor, target
        self.versions = {source: "one", target: "two"}
        self.order = str(random.getrandbits(64))
        variables = {"order": self.order}
        self.id = instances.start(key="busy", variables=variables, now=self.now, version_id=source).id
        self.task = HumanTask.objects.get(instance_id=self.id)
        works = jobs.claim(
            job_ids=Job.objects.filter(instance_id=self.id).values_list("id", flat=True),
            lease=store.lease_for("w", self.now), now=self.now,
        )  # fmt: skip
        self.work = next(work for work in works if work.element == "inner")
        broken = next(work for work in works if work.element == "broken")
        jobs.fail(work=broken, message="no", code="no", retryable=False, now=self.now)

    def by(self) -> dict[str, Any]:
        return {"instance_id": self.id, "actor": self.actor, "now": self.now}


def complete_job(case: Case) -> Any:
    return jobs.complete(work=[(case.work, commands.CompleteJob(token=case.work.token))], now=case.now)


def fail_job(case: Case) -> Any:
    return jobs.fail(work=case.work, message="no", code="no", retryable=False, now=case.now)


def answer(case: Case) -> Any:
    return inbox.complete(task_id=case.task.id, actor=case.actor, variables={"ok": True}, now=case.now)


def claim(case: Case) -> Any:
    return inbox.claim(task_id=case.task.id, actor=case.actor, now=case.now)


def fire(case: Case) -> Any:
    later = case.now + timedelta(hours=2)
    return timers.fire(now=later) + timers.fire(now=later)  # what was set since is found by the next look


def message(case: Case) -> Any:
    return messages.publish(name="paid", correlation_key=case.order, variables={}, now=case.now)


def signal(case: Case) -> Any:
    return messages.broadcast(name="bell", variables={"rung": 1}, now=case.now)


def retry(case: Case) -> Any:
    incident = Incident.objects.filter(instance_id=case.id, element="broken").get()
    return incidents.retry(incident_id=incident.id, actor=case.actor, now=case.now)


def cancel(case: Case) -> Any:
    return instances.cancel(**case.by())


def suspend(case: Case) -> Any:
    return suspension.suspend(**case.by())


def modify(case: Case) -> Any:
    change = modification.Modification(cancel=["paid"], activate=["review"], variables={"changed": True})
    return modification.modify(**case.by(), change=change)


def migrate(case: Case) -> Any:
    return migration.migrate(**case.by(), version_id=case.target)


def batch(case: Case) -> Any:
    (found,) = batches.run(operation=Operation.CANCEL, instance_ids=[case.id], arguments=Arguments(),
                           actor=case.actor, now=case.now)  # fmt: skip
    return found.is_done


Act = Callable[[Case], Any]
#: which of two acts happened, and what they left
Came = tuple[list[bool], dict[str, Any]]
_in_order: dict[tuple[str, str], Came] = {}
_stops: dict[str, range] = {}

ACTS: Mapping[str, Act] = {
    act.__name__: act
    for act in (complete_job, fail_job, answer, claim, fire, message, signal, retry, cancel, suspend, modify,
                migrate, batch)
}  # fmt: skip


def looks(case: Case) -> dict[str, Any]:
    """Return all that is left of a case, without what differs from one to the next."""
    of = {"instance_id": case.id}
    row = Instance.objects.get(id=case.id)
    return {
        "instance": (row.state, row.is_suspended, case.versions[row.version_id], row.seq, row.ended_at is None),
        "variables": {name: value for name, value in store.read(row).variables.items() if name != "order"},
        "jobs": sorted(Job.objects.filter(**of).values_list("element", "state", "attempts")),
        "tasks": sorted(HumanTask.objects.filter(**of).values_list("element", "state", "assignee")),
        "timers": sorted(Timer.objects.filter(**of).values_list("element", "token")),
        "waits": sorted(Subscription.objects.filter(**of).values_list("element", "kind")),
        "incidents": sorted(Incident.objects.filter(**of, resolved_at=None).values_list("element", "code")),
        "history": list(Activity.objects.filter(**of).order_by("seq").values_list("seq", "element", "happened")),
    }


def was_done(outcome: Any) -> bool:
    """Tell whether an act happened; raise what nobody may ever see."""
    if isinstance(outcome, OrchestratorError | HumanTasksError):
        return False
    if isinstance(outcome, Exception):
        raise outcome
    return outcome not in (0, False) or outcome is None


def tried(act: Act, case: Case) -> Any:
    try:
        return act(case)
    except (OrchestratorError, HumanTasksError) as refused:
        return refused


def in_order(begin: Callable[[], Case], one: str, two: str) -> Came:
    """Return which of two acts happened, the second after the first, and what they left."""
    if (one, two) not in _in_order:
        case = begin()
        done = [was_done(tried(ACTS[act], case)) for act in (one, two)]
        _in_order[one, two] = done, ended(case)
    return _in_order[one, two]


def ended(case: Case) -> dict[str, Any]:
    """Return what is left of a case and take it out of the way of the next."""
    left = looks(case)
    with suppress(OrchestratorError):
        instances.cancel(**case.by())
    return left


@pytest.fixture
def begin(upload: Callable[..., Any], sent: list[UUID], admin: User) -> Callable[[], Case]:
    """Return a function that begins a case; two versions of its process are there."""
    inner = START + service("inner", "log") + END + chain("start", "inner", "end")
    upload(drawing("called", inner))
    source, target = (UUID(upload(busy(name)).definitions[0]["id"]) for name in ("one", "two"))
    return lambda: Case(admin, target, source)


def stops(begin: Callable[[], Case], name: str) -> range:
    """Return after which of its statements an act can be stopped."""
    if name not in _stops:
        case = begin()
        _stops[name] = range(1, racing.statements(partial(ACTS[name], case)) + 1)
        ended(case)
    return _stops[name]


@pytest.mark.parametrize("name", ACTS)
def test_two_at_once_come_out_as_one_after_the_other(name: str, begin: Callable[[], Case]) -> None:
    chosen, circle = random.Random(name), [*ACTS, *ACTS]
    for other in circle[circle.index(name) :][:OTHERS]:  # seven: each pair is met once, by one of the two
        one, two = chosen.choice([(name, other), (other, name)])
        (did_two, did_one), left = in_order(begin, two, one)
        may_be = [in_order(begin, one, two), ([did_one, did_two], left)]
        after, case = chosen.choice(stops(begin, one)), begin()
        met = racing.interleaved(partial(ACTS[one], case), partial(ACTS[two], case), after=after)
        came = [was_done(outcome) for outcome in met], ended(case)
        assert came in may_be, f"{one}, stopped after statement {after}, met {two}"
