"""A suspended instance keeps everything and takes nothing; resuming lets go on what became due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bpmn.engine import commands
from humantasks import inbox
from humantasks.models import HumanTask, TaskState
from orchestrator import errors
from orchestrator.models import AuditEntry, Instance, Job, JobState, Message, Timer
from orchestrator.runtime import instances, jobs, messages, store, suspension, timers
from tests.drawings import END, START, chain, drawing, human, service, straight, user

pytestmark = pytest.mark.django_db(transaction=True)

CATCH = (
    '<bpmn:intermediateCatchEvent id="paid"><bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
)
DAY = (
    '<bpmn:intermediateCatchEvent id="day"><bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)


def suspend(instance_id: UUID, actor: User) -> None:
    suspension.suspend(instance_id=instance_id, actor=actor, now=timezone.now(), reason="wait")


def resume(instance_id: UUID, actor: User) -> None:
    suspension.resume(instance_id=instance_id, actor=actor, now=timezone.now())


def state(instance_id: UUID) -> str:
    return Instance.objects.get(id=instance_id).state


def test_no_worker_gets_its_jobs_until_it_is_resumed(
    upload: Callable[..., Any], start: Callable[..., Any], work: Callable[[], int], admin: User
) -> None:
    upload(straight())
    instance_id = start("straight").id
    suspend(instance_id, admin)

    assert work() == 0
    assert jobs.sweep(now=timezone.now() + timedelta(hours=1)) == []
    assert state(instance_id) == "executing"

    resume(instance_id, admin)
    assert work() == 1
    assert state(instance_id) == "completed"


def test_no_outside_worker_gets_its_jobs(upload: Callable[..., Any], start: Callable[..., Any], admin: User) -> None:
    upload(straight("outside", "nobody.here"))
    instance_id = start("outside").id
    ask = {"type": "nobody.here", "worker": "w", "limit": 1, "lease_seconds": 60}

    suspend(instance_id, admin)
    assert jobs.activate(**ask, now=timezone.now()) == []
    resume(instance_id, admin)
    assert len(jobs.activate(**ask, now=timezone.now())) == 1


def test_work_that_had_begun_is_taken_and_what_it_opens_waits(
    upload: Callable[..., Any], start: Callable[..., Any], work: Callable[[], int], sent: list[UUID], admin: User
) -> None:
    body = START + service("a", "test.echo") + service("b", "test.echo") + END
    upload(drawing("two", body + chain("start", "a", "b", "end")))
    instance_id, now = start("two").id, timezone.now()
    (leased,) = jobs.claim(job_ids=sent, lease=store.lease_for("w", now), now=now)
    sent.clear()
    suspend(instance_id, admin)

    result = commands.CompleteJob(token=leased.token, variables={"done": True})
    step = jobs.complete(work=[(leased, result)], now=now, lease=store.lease_for("w", now))

    assert (step.leased_jobs(), sent) == ([], [])
    assert Job.objects.get(instance_id=instance_id, element="b").state == JobState.READY
    resume(instance_id, admin)
    assert work() == 1
    assert state(instance_id) == "completed"


def test_a_worker_that_holds_the_instance_in_memory_notices(
    upload: Callable[..., Any], start: Callable[..., Any], sent: list[UUID], admin: User
) -> None:
    body = START + service("a", "test.echo") + service("b", "test.echo") + END
    upload(drawing("two", body + chain("start", "a", "b", "end")))
    now = timezone.now()
    step = instances.start(key="two", variables={}, now=now, lease=store.lease_for("w", now))
    suspend(step.id, admin)

    (held,) = [jobs.work_of(step, job) for job in step.leased_jobs()]
    result = commands.CompleteJob(token=held.token)
    after = jobs.complete(work=[(held, result)], now=now, lease=store.lease_for("w", now))

    assert after.leased_jobs() == []
    assert sent == []


def test_a_persons_answer_is_refused_and_nothing_is_lost(
    upload: Callable[..., Any], start: Callable[..., Any], reviewer: User, admin: User
) -> None:
    upload(human())
    instance_id = start("human").id
    task = HumanTask.objects.get(instance_id=instance_id)
    suspend(instance_id, admin)

    with pytest.raises(errors.Suspended, match="suspended"):
        inbox.complete(task_id=task.id, actor=reviewer, variables={}, now=timezone.now())

    task.refresh_from_db()
    assert (task.state, task.outcome) == (TaskState.OPEN, None)
    resume(instance_id, admin)
    inbox.complete(task_id=task.id, actor=reviewer, variables={}, now=timezone.now())
    assert state(instance_id) == "completed"


def test_its_timers_do_not_fire_and_do_not_hold_up_others(
    upload: Callable[..., Any], start: Callable[..., Any], admin: User
) -> None:
    upload(drawing("daily", START + DAY + END + chain("start", "day", "end")))
    still, other = start("daily").id, start("daily").id
    suspend(still, admin)
    later = timezone.now() + timedelta(days=2)

    assert timers.fire(now=later, limit=1) == 1
    assert (state(still), state(other)) == ("waiting", "completed")
    assert Timer.objects.filter(instance_id=still).count() == 1

    resume(still, admin)
    assert timers.fire(now=later) == 1
    assert state(still) == "completed"


@pytest.mark.parametrize("ttl_seconds", [0, 3600])
def test_a_message_waits_for_it(
    ttl_seconds: int, upload: Callable[..., Any], start: Callable[..., Any], admin: User
) -> None:
    roots = '<bpmn:message id="m" name="paid"/>'
    upload(drawing("pay", START + CATCH + END + chain("start", "paid", "end"), roots=roots))
    instance_id = start("pay").id
    suspend(instance_id, admin)

    published = messages.publish(
        name="paid", correlation_key=None, variables={"sum": 7}, now=timezone.now(), ttl_seconds=ttl_seconds
    )
    assert published.instance_id is None
    assert messages.waiting_names(now=timezone.now()) == []
    assert state(instance_id) == "waiting"

    resume(instance_id, admin)
    assert messages.waiting_names(now=timezone.now()) == ["paid"]
    messages.deliver_waiting(names=["paid"], now=timezone.now())
    assert state(instance_id) == "completed"
    assert Message.objects.get().instance_id == instance_id


def test_people_who_operate_it_still_may(upload: Callable[..., Any], start: Callable[..., Any], admin: User) -> None:
    upload(straight())
    instance_id = start("straight").id
    suspend(instance_id, admin)

    instances.set_variables(instance_id=instance_id, variables={"a": 1}, actor=admin, now=timezone.now())
    instances.cancel(instance_id=instance_id, actor=admin, now=timezone.now())

    row = Instance.objects.get(id=instance_id)
    assert (row.state, row.is_suspended) == ("cancelled", False)


def test_each_act_is_kept_in_the_audit(upload: Callable[..., Any], start: Callable[..., Any], admin: User) -> None:
    upload(straight())
    instance_id = start("straight").id
    suspend(instance_id, admin)
    resume(instance_id, admin)

    entries = AuditEntry.objects.filter(subject=f"instance {instance_id}").order_by("id")
    assert [(e.act, e.actor_name) for e in entries] == [("instance.suspended", "ada"), ("instance.resumed", "ada")]
    assert entries[0].detail == {"process": "straight", "reason": "wait"}


def test_twice_is_refused(upload: Callable[..., Any], start: Callable[..., Any], admin: User) -> None:
    upload(straight())
    instance_id = start("straight").id
    with pytest.raises(errors.AlreadyDone, match="not suspended"):
        resume(instance_id, admin)
    suspend(instance_id, admin)
    with pytest.raises(errors.AlreadyDone, match="suspended already"):
        suspend(instance_id, admin)


def test_only_who_may_operate_the_process_suspends(
    upload: Callable[..., Any], start: Callable[..., Any], reviewer: User
) -> None:
    upload(drawing("u", START + user("a") + END + chain("start", "a", "end")))
    instance_id = start("u").id
    with pytest.raises(errors.NotFound):
        suspend(instance_id, reviewer)
    assert not Instance.objects.get(id=instance_id).is_suspended
