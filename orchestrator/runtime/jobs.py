"""Verbs on jobs: claim, renew, complete, fail, hand to a person, send again.

A lease with a fencing token guards each running job: a worker may only complete with the number it
was given. An expired lease is taken back by the sweeper, and its late result is refused.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from bpmn import engine
from bpmn.engine import commands
from bpmn.language.process import Variables
from decisions.edge.ids import new_id
from orchestrator import errors, facts
from orchestrator.models import Incident, Instance, InstanceState, Job, JobState
from orchestrator.runtime import claims, large, loading, store
from orchestrator.runtime.change import Lease, OpenedJob
from orchestrator.runtime.store import Step

#: So much of a code is kept: functions and outside workers call their failures as they like.
_CODE_CHARS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A job leased to a worker, with all it needs to do it."""

    id: UUID
    instance_id: UUID
    process_key: str
    business_key: str
    token: int
    element: str
    name: str
    type: str
    headers: dict[str, str]
    variables: Variables
    attempt: int
    max_attempts: int
    lease: int
    #: the instance at rest, when the worker opened this job itself
    held: Step | None = None
    #: the instance as it was when the job was claimed
    seen: Instance | None = None


def work_of(step: Step, job: OpenedJob) -> Work:
    """Return the work of a job that was born leased to the caller of a step."""
    e = job.effect
    return Work(
        id=job.id, instance_id=step.id, process_key=step.head.process_key,
        business_key=step.head.business_key, token=e.token, element=e.element, name=e.name, type=e.type,
        headers=dict(e.headers), variables=e.variables, attempt=1, max_attempts=job.max_attempts, lease=1,
        held=step,
    )  # fmt: skip


def claim(*, job_ids: Collection[UUID], lease: Lease, now: datetime, at_most: int = 0) -> list[Work]:
    """Lease those of the jobs that are ready and due; the others have been taken or are over.

    Two workers may ask for the same job: the conditional UPDATE lets one win on every database.

    Args:
        at_most: while jobs stand in a backlog, take others of it up to this number: many in one go cost
            less than a message each. (PostgreSQL only: where web and worker are one process, messages are cheap.)
    """
    if connection.vendor == "postgresql":
        rows = claims.lease_ready(job_ids=job_ids, lease=lease, now=now, at_most=at_most)
        rows.sort(key=lambda row: (row[0].instance_id, row[0].token))
        return _works([(job, instance, instance) for job, instance in rows])
    ready = Q(id__in=job_ids, state=JobState.READY, due_at__lte=now, is_external=False)
    return _lease(ready, lease)


def take(*, job_ids: Collection[UUID], lease: Lease, now: datetime) -> list[Work]:
    """Lease open jobs whoever has them or should do them: for somebody who acts in a worker's place."""
    return _lease(Q(id__in=job_ids, state__in=(JobState.READY, JobState.RUNNING)), lease)


def _lease(which: Q, lease: Lease) -> list[Work]:
    with transaction.atomic():
        running = Job.objects.filter(which, instance__suspended_at__isnull=True)
        candidates = list(running.values_list("id", "lease"))
        mine = [
            job_id
            for job_id, number in candidates
            if Job.objects.filter(which, id=job_id, lease=number).update(
                state=JobState.RUNNING, lease=number + 1, attempts=F("attempts") + 1,
                leased_until=lease.until, worker=lease.worker,
            )
        ]  # fmt: skip
        return works(mine)


def works(job_ids: Collection[UUID]) -> list[Work]:
    """Return leased jobs as work, grouped by instance."""
    if not job_ids:
        return []
    rows = Job.objects.filter(id__in=job_ids).select_related("instance").defer("instance__data")
    return _works([(job, job.instance, None) for job in rows.order_by("instance_id", "token")])


def _works(rows: Sequence[tuple[Job, Instance, Instance | None]]) -> list[Work]:
    return [
        Work(
            id=job.id, instance_id=job.instance_id, process_key=of.process_key, business_key=of.business_key,
            token=job.token, element=job.element, name=job.name, type=job.type, headers=job.headers,
            variables=variables, attempt=job.attempts, max_attempts=job.max_attempts, lease=job.lease, seen=seen,
        )
        for (job, of, seen), variables in zip(rows, large.given([job for job, _, _ in rows]), strict=True)
    ]  # fmt: skip


def renew(*, leases: Sequence[tuple[UUID, int]], until: datetime) -> int:
    """Keep leases that are still held; returns how many were."""
    return sum(
        Job.objects.filter(id=job_id, lease=number, state=JobState.RUNNING).update(leased_until=until)
        for job_id, number in leases
    )


def complete(
    *, work: Sequence[tuple[Work, engine.Command]], now: datetime, lease: Lease | None = None,
    actor_id: int | None = None,
) -> Step:  # fmt: skip
    """Take the results of leased jobs of one instance, in one transaction, and go on.

    Raises:
        LeaseLost: one of the leases is over; nothing was taken.
        NotWaiting: the token is gone (the case went on without this job).
    """
    first = work[0][0]
    finished = [(w.id, w.lease) for w, _ in work]
    todo = [command for _, command in work]

    def go_on(held: Step | store.Held | None) -> Step:
        return store.run(
            instance_id=first.instance_id, commands=todo, now=now, lease=lease, finished_jobs=finished,
            actor_id=actor_id, held=held,
        )  # fmt: skip

    if known := first.held or (loading.held(first.seen) if first.seen else None):
        with suppress(errors.ConcurrentChange):  # somebody else moved it: read it again, under its lock
            return go_on(known)
    try:
        return go_on(None)
    except errors.NotWaiting as refused:
        if not _are_leased(finished):
            raise errors.LeaseLost from refused
        raise


def _are_leased(finished: Sequence[tuple[UUID, int]]) -> bool:
    """Return whether leases still hold: the writer asks too, but only of what the engine has taken."""
    rows = dict(Job.objects.filter(id__in=[j for j, _ in finished]).values_list("id", "lease"))
    return all(rows.get(job_id) == number for job_id, number in finished)


def give_back(*, work: Sequence[Work], now: datetime) -> None:
    """Let others do leased jobs that were not begun: no attempt was made; each is sent by itself."""
    ids = [
        w.id
        for w in work
        if Job.objects.filter(id=w.id, lease=w.lease, state=JobState.RUNNING).update(
            state=JobState.READY, attempts=F("attempts") - 1, leased_until=None, due_at=now, sent_at=now
        )
    ]
    for job_id in ids:
        facts.tell(facts.JobsReady(job_ids=[job_id]))


def fail(
    *, work: Work, message: str, code: str, retryable: bool, now: datetime,
    retry_after_seconds: float | None = None,
) -> bool:  # fmt: skip
    """Record a failed attempt: again later with backoff and jitter, or an incident after the last.

    Returns:
        True when the job will be tried again.
    """
    again = retryable and work.attempt < work.max_attempts
    with transaction.atomic():
        store.load_head(work.instance_id)
        running = Job.objects.filter(id=work.id, lease=work.lease, state=JobState.RUNNING)
        if again:
            wait = retry_after_seconds if retry_after_seconds is not None else backoff_seconds(work.attempt)
            changed = running.update(state=JobState.READY, due_at=now + timedelta(seconds=wait),
                                     leased_until=None, sent_at=None, error=message)  # fmt: skip
        else:
            changed = running.update(state=JobState.FAILED, leased_until=None, error=message)
        if not changed:
            raise errors.LeaseLost
        if not again:
            _raise_incident(work, message, code, now)
    return again


def backoff_seconds(attempt: int) -> float:
    """Return how long to wait after a failed attempt: exponential, full jitter, at most ten minutes."""
    ceiling = min(600.0, settings.HANDOFF_JOB_BACKOFF_SECONDS * 2 ** (attempt - 1))
    return ceiling / 2 + random.random() * ceiling / 2


def _raise_incident(work: Work, message: str, code: str, now: datetime) -> None:
    incident = Incident.objects.create(
        id=new_id(), instance_id=work.instance_id, job_id=work.id, token=work.token, element=work.element,
        code=code[:_CODE_CHARS], message=message, detail={"type": work.type, "attempts": work.attempt}, created_at=now,
    )  # fmt: skip
    Instance.objects.filter(id=work.instance_id).update(state=InstanceState.FAILED)
    facts.tell(facts.IncidentOpened(incident_id=incident.id, instance_id=work.instance_id))


def await_person(*, work: Work, now: datetime) -> None:
    """Leave a job to a person: its lease ends, only the answer completes it (inside a transaction).

    Raises:
        LeaseLost: the job has been leased to somebody else, or is over.
    """
    store.load_head(work.instance_id)
    changed = Job.objects.filter(id=work.id, lease=work.lease, state=JobState.RUNNING).update(
        state=JobState.AWAITING, leased_until=None
    )
    if not changed:
        raise errors.LeaseLost
    store.refresh_state(work.instance_id)


def awaiting(*, instance_id: UUID, token: int) -> Work | None:
    """Return the job of a token that a person has, if any."""
    job_id = (
        Job.objects.filter(instance_id=instance_id, token=token, state=JobState.AWAITING)
        .values_list("id", flat=True)
        .first()
    )
    return works([job_id])[0] if job_id else None


def answer(*, work: Work, variables: Variables, now: datetime, actor_id: int | None) -> Step:
    """Complete a job by what a person decided (inside a transaction)."""
    result = commands.CompleteJob(token=work.token, variables=variables)
    return complete(work=[(work, result)], now=now, actor_id=actor_id)


def retry(*, job_id: UUID, now: datetime) -> None:
    """Make a failed job ready again with all its attempts (inside a transaction)."""
    Job.objects.filter(id=job_id, state=JobState.FAILED).update(
        state=JobState.READY, attempts=0, due_at=now, sent_at=now, error=""
    )
    transaction.on_commit(lambda: facts.tell(facts.JobsReady(job_ids=[job_id])))


def sweep(*, now: datetime, limit: int = 500) -> list[UUID]:
    """Take back expired leases and send again what nobody took; returns the ids sent.

    A lease that ran out counts as an attempt, so that work which kills its worker ends as an incident.
    """
    for work in _expired(now, limit):
        try:
            fail(work=work, message="The worker did not come back before its lease ended.",
                 code="lease_expired", retryable=True, retry_after_seconds=0, now=now)  # fmt: skip
        except (errors.LeaseLost, errors.NotFound):
            continue  # its worker was faster, or the instance is gone
    lost = now - timedelta(seconds=settings.HANDOFF_RESEND_SECONDS)
    unsent = Q(sent_at__isnull=True) | Q(sent_at__lt=F("due_at")) | Q(sent_at__lt=lost)
    due = Job.objects.filter(unsent, state=JobState.READY, due_at__lte=now, is_external=False,
                             instance__suspended_at__isnull=True)  # fmt: skip
    ids = list(due.order_by("due_at").values_list("id", flat=True)[:limit])
    if ids:
        Job.objects.filter(id__in=ids, state=JobState.READY).update(sent_at=now)
        facts.tell(facts.JobsReady(job_ids=ids))
    return ids


def take_back_all(*, now: datetime) -> None:
    """Forget every lease and every message sent: for the start of the one process that had them all.

    Fencing tokens refuse a late result even if another such process were still alive.
    """
    Job.objects.filter(state=JobState.RUNNING, leased_until__gt=now, is_external=False).update(leased_until=now)
    Job.objects.filter(state=JobState.READY, sent_at__isnull=False).update(sent_at=None)


def _expired(now: datetime, limit: int) -> list[Work]:
    over = Job.objects.filter(state=JobState.RUNNING, leased_until__lt=now)
    return works(list(over.values_list("id", flat=True)[:limit]))


def activate(*, type: str, worker: str, limit: int, lease_seconds: int, now: datetime) -> list[Job]:
    """Lease ready jobs of a type to an outside worker, oldest first; each to one worker only."""
    until = now + timedelta(seconds=lease_seconds)
    ready = Job.objects.filter(type=type, is_external=True, due_at__lte=now, state=JobState.READY,
                               instance__suspended_at__isnull=True)  # fmt: skip
    mine = []
    for job_id, number in list(ready.order_by("due_at").values_list("id", "lease")[: limit * 2]):
        taken = Job.objects.filter(id=job_id, state=JobState.READY, lease=number).update(
            state=JobState.RUNNING, lease=number + 1, attempts=F("attempts") + 1, leased_until=until,
            worker=worker[:100],
        )  # fmt: skip
        if taken:
            mine.append(job_id)
        if len(mine) == limit:
            break
    return list(Job.objects.filter(id__in=mine).select_related("instance").defer("instance__data"))
