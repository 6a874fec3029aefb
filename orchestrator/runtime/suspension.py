"""Suspends and resumes instances: a suspended one keeps everything and takes nothing.

While an instance is suspended its jobs are not handed out, its timers do not fire, people's answers are
refused and messages wait for it. Results of work that had begun before are taken, so that nothing is done
twice; what they open waits. People who operate it may still change its variables and tokens, move it to
another version or cancel it.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bpmn.engine import commands
from bpmn.engine.effects import Happened
from bpmn.language.process import Variables
from orchestrator import errors, facts
from orchestrator.governance import audit, permissions
from orchestrator.governance.permissions import Actor
from orchestrator.models import Instance, Job, JobState, Subscription
from orchestrator.runtime import store


def suspend(*, instance_id: UUID, actor: Actor, now: datetime, reason: str = "") -> None:
    """Let an instance take nothing until it is resumed.

    Raises:
        NotFound: no such instance.
        AlreadyDone: it has ended, or is suspended.
        NotPermitted: the actor may not operate this process.
    """
    with transaction.atomic():
        row = _locked(instance_id, actor)
        if row.is_suspended:
            raise errors.AlreadyDone("This instance is suspended already.")
        _note(instance_id, Happened.SUSPENDED, actor, now, {"reason": reason} if reason else {})
        Instance.objects.filter(id=instance_id).update(suspended_at=now)
        _call_back(instance_id)
        audit.record(
            act="instance.suspended", subject=f"instance {instance_id}", actor=actor,
            detail={"process": row.process_key, "reason": reason}, now=now,
        )  # fmt: skip


def resume(*, instance_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a suspended instance go on; what became due meanwhile happens now.

    Raises:
        NotFound: no such instance.
        AlreadyDone: it has ended, or is not suspended.
        NotPermitted: the actor may not operate this process.
    """
    with transaction.atomic():
        row = _locked(instance_id, actor)
        if not row.is_suspended:
            raise errors.AlreadyDone("This instance is not suspended.")
        Instance.objects.filter(id=instance_id).update(suspended_at=None)
        _note(instance_id, Happened.RESUMED, actor, now, {})
        audit.record(
            act="instance.resumed", subject=f"instance {instance_id}", actor=actor,
            detail={"process": row.process_key}, now=now,
        )  # fmt: skip
        _wake(row, now)


def _locked(instance_id: UUID, actor: Actor) -> Instance:
    rows = Instance.objects.select_for_update(of=("self",)).defer("data")
    row = rows.filter(id=instance_id).first()
    if row is None:
        raise errors.NotFound(f"There is no instance {instance_id}.")
    permissions.require(actor, "operate", process_key=row.process_key, sought=f"instance {instance_id}")
    if row.ended_at is not None:
        raise errors.AlreadyDone("This instance has ended already.")
    return row


def _note(instance_id: UUID, happened: Happened, actor: Actor, now: datetime, detail: Variables) -> None:
    """Write a line of history; a worker that holds the instance in memory has to look again by that."""
    note = commands.Note(happened=happened, detail=detail)
    store.run(instance_id=instance_id, commands=[note], now=now, actor_id=actor.pk if actor else None)


def _call_back(instance_id: UUID) -> None:
    """Let a worker who looked for jobs before, and has not leased them yet, come too late."""
    Job.objects.filter(instance_id=instance_id, state=JobState.READY).update(lease=F("lease") + 1)


def _wake(row: Instance, now: datetime) -> None:
    ready = Job.objects.filter(instance_id=row.id, state=JobState.READY, is_external=False, due_at__lte=now)
    if ids := list(ready.values_list("id", flat=True)):
        transaction.on_commit(partial(facts.tell, facts.JobsReady(job_ids=ids)))
    awaited = Subscription.objects.filter(instance_id=row.id, kind="message")
    if names := sorted(set(awaited.values_list("name", flat=True))):
        transaction.on_commit(partial(facts.tell, facts.MessagesAwaited(names=names)))
    if not row.is_resting:
        transaction.on_commit(partial(facts.tell, facts.InstanceCut(instance_id=row.id)))
