"""The portable writer: turns a change into ORM statements, on every database alike."""

from __future__ import annotations

from django.db.models import F, Q

from orchestrator import errors
from orchestrator.models import (
    Activity,
    Incident,
    Instance,
    Job,
    JobState,
    Outbox,
    Subscription,
    Timer,
)
from orchestrator.runtime import large
from orchestrator.runtime.change import Change, OpenedJob


def write(change: Change) -> None:
    """Write a change inside the caller's transaction.

    Raises:
        ConcurrentChange: the instance is no longer at the revision the change started from.
        LeaseLost: a job whose result this takes has been leased to somebody else, or is over.
    """
    _instance(change)
    if change.dump.blobs:
        large.keep(change.dump.blobs)
    _finished_jobs(change)
    _closed(change)
    _moved(change)
    Activity.objects.bulk_create(_activities(change))
    if change.jobs:
        Job.objects.bulk_create([_job(change, job) for job in change.jobs])
    _waits(change)
    if change.raised:
        Incident.objects.bulk_create(
            Incident(id=id, instance_id=change.head.id, token=e.token, element=e.element, code=e.code,
                     message=e.message, detail=dict(e.detail), created_at=change.now)
            for id, e in change.raised
        )  # fmt: skip
    if change.thrown:
        Outbox.objects.bulk_create(_outbox(change))
    for rows in change.others:
        rows.save()


def _instance(change: Change) -> None:
    head = change.head
    values = {
        "seq": change.seq,
        "data": change.dump.data,
        "state": change.state,
        "is_resting": change.is_resting,
        "ended_at": change.now if change.ended else None,
        "version_id": head.version_id,
    }
    if head.rev < 0:
        Instance.objects.bulk_create(
            [
                Instance(id=head.id, process_key=head.process_key, business_key=head.business_key,
                         started_at=head.started_at, started_by_id=change.actor_id,
                         parent_id=change.parent_id, **values)
            ]
        )  # fmt: skip
        return
    moved = Instance.objects.filter(id=head.id, rev=head.rev).update(rev=head.rev + 1, **values)
    if not moved:
        raise errors.ConcurrentChange


def _finished_jobs(change: Change) -> None:
    for job_id, lease in change.finished_jobs:
        done = Job.objects.filter(id=job_id, lease=lease, state__in=(JobState.RUNNING, JobState.AWAITING)).update(
            state=JobState.DONE, ended_at=change.now, leased_until=None
        )
        if not done:
            raise errors.LeaseLost


def _closed(change: Change) -> None:
    instance = change.head.id
    jobs = [c.token for c in change.closed if c.what == "job" and c.cancelled]
    if jobs:
        Job.objects.filter(instance_id=instance, token__in=jobs).exclude(
            state__in=(JobState.DONE, JobState.CANCELLED)
        ).update(state=JobState.CANCELLED, ended_at=change.now, lease=F("lease") + 1, leased_until=None)
    timers = [c.token for c in change.closed if c.what == "timer"]
    if timers:
        Timer.objects.filter(instance_id=instance, token__in=timers).delete()
    subscriptions = [c.token for c in change.closed if c.what == "subscription"]
    if subscriptions:
        Subscription.objects.filter(instance_id=instance, token__in=subscriptions).delete()
    # An incident is over when its token went on or is gone.
    over = [*change.resolved_tokens, *jobs]
    if over:
        Incident.objects.filter(
            Q(token__in=over), instance_id=instance, resolved_at__isnull=True
        ).update(resolved_at=change.now, resolved_by_id=change.actor_id)  # fmt: skip


def _moved(change: Change) -> None:
    for moved in change.moved:
        here = {"instance_id": change.head.id, "token": moved.token}
        Job.objects.filter(**here, ended_at__isnull=True).update(element=moved.element, version_id=moved.process)
        Timer.objects.filter(**here).update(element=moved.element)
        Subscription.objects.filter(**here).update(element=moved.element)
        Incident.objects.filter(**here, resolved_at__isnull=True).update(element=moved.element)


def _activities(change: Change) -> list[Activity]:
    return [
        Activity(
            instance_id=change.head.id, seq=e.seq, token=e.token, parent=e.parent, element=e.element,
            kind=e.kind, happened=e.happened, version_id=e.process, via=e.via,
            wrote=small or None, large=apart or None, detail=dict(e.detail) or None, at=change.now,
            actor_id=change.actor_id,
        )
        for e in change.history
        for small, apart in (change.dump.apart(e.wrote),)
    ]  # fmt: skip


def _job(change: Change, job: OpenedJob) -> Job:
    e, lease = job.effect, job.lease
    small, apart = change.dump.apart(e.variables)
    return Job(
        id=job.id, instance_id=change.head.id, token=e.token, element=e.element, name=e.name, kind=e.kind,
        type=e.type, version_id=e.process, headers=dict(e.headers), variables=small, large=apart or None,
        state=JobState.RUNNING if lease else JobState.READY, attempts=1 if lease else 0,
        lease=1 if lease else 0, leased_until=lease.until if lease else None,
        worker=lease.worker if lease else "", max_attempts=job.max_attempts,
        is_external=job.is_external, due_at=change.now, sent_at=change.now, created_at=change.now,
    )  # fmt: skip


def _waits(change: Change) -> None:
    instance = change.head.id
    if change.timers:
        # The same token again is a repetition: its due time moves.
        Timer.objects.bulk_create(
            [Timer(instance_id=instance, token=t.token, element=t.element, due_at=t.due_at) for t in change.timers],
            update_conflicts=True,
            unique_fields=["instance", "token"],
            update_fields=["due_at"],
        )
    if change.subscriptions:
        Subscription.objects.bulk_create(
            Subscription(instance_id=instance, token=s.token, element=s.element, kind=s.kind, name=s.name,
                         correlation_key=s.correlation_key, message_path=s.message_path, created_at=change.now)
            for s in change.subscriptions
        )  # fmt: skip


def _outbox(change: Change) -> list[Outbox]:
    return [
        Outbox(kind=change.kind_of(thrown), instance_id=change.head.id, element=thrown.element,
               body=change.body_of(thrown), created_at=change.now)
        for thrown in change.thrown
    ]  # fmt: skip
