"""The one narrow door that changes an instance: lock, load, advance to rest, write, tell after the commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from bpmn import engine
from bpmn.engine import effects
from bpmn.language.process import JSON, Variables
from decisions import records as decisions_records
from decisions.edge.ids import new_id
from decisions.evaluation import Case
from humantasks import inbox
from humantasks.rows import Update
from orchestrator import errors, facts
from orchestrator.connectors import registry as connectors
from orchestrator.models import OPEN_STATES, Instance, InstanceState, Job, JobState
from orchestrator.runtime import people, refusals, waits, writer, writer_postgres
from orchestrator.runtime.change import Change, Head, Lease, OpenedJob
from orchestrator.runtime.host import HOST
from orchestrator.runtime.inserts import Insert
from orchestrator.runtime.loading import Held, fetch_blobs, find, load, load_head, load_with_task, read, require_running

__all__ = [
    "Held", "Step", "create", "fetch_blobs", "find", "lease_for", "load", "load_head", "load_with_task", "read",
    "refresh_state", "require_running", "run",
]  # fmt: skip

log = logging.getLogger(__name__)

#: What a suspended instance refuses. Results of work that had begun are taken: what was done outside is
#: done, and would be done again otherwise.
_FROM_OUTSIDE = (
    engine.commands.ChooseActivities, engine.commands.CompleteTask, engine.commands.DeliverMessage,
    engine.commands.DeliverSignal, engine.commands.FireTimer, engine.commands.Resume,
    engine.commands.TriggerReceive,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An instance at rest after a command, with what its caller may go on with."""

    head: Head
    state: engine.State
    advance: engine.Advance
    jobs: Sequence[OpenedJob]

    @property
    def id(self) -> UUID:
        """Return the instance's id."""
        return self.head.id

    def leased_jobs(self) -> list[OpenedJob]:
        """Return the jobs that this command opened and leased to its caller."""
        return [job for job in self.jobs if job.lease]


def create(
    *, ref: str, process_key: str, business_key: str, variables: Variables, start_event: str | None = None,
    now: datetime, actor_id: int | None = None, lease: Lease | None = None, instance_id: UUID | None = None,
) -> Step:  # fmt: skip
    """Start an instance and take it to rest, in one transaction."""
    with transaction.atomic():
        advance = engine.start(
            ref=ref, host=HOST, variables=variables, start_event=start_event, now=now
        )  # fmt: skip
        head = Head(
            id=instance_id or new_id(), version_id=UUID(ref), process_key=process_key,
            business_key=business_key, rev=-1, state=InstanceState.PENDING, started_at=now,
        )  # fmt: skip
        return _commit(head, advance, now=now, actor_id=actor_id, lease=lease)


def run(
    *, instance_id: UUID, commands: Sequence[engine.Command], now: datetime, actor_id: int | None = None,
    lease: Lease | None = None, finished_jobs: Sequence[tuple[UUID, int]] = (), held: Held | Step | None = None,
    guard: Callable[[], None] | None = None, updates: Sequence[Update] = (), savepoint: bool = True,
) -> Step:  # fmt: skip
    """Carry out commands on an instance, in one transaction.

    Args:
        held: the instance under lock, or the step this worker took last: when nobody moved it since, it is
            not read again.
        guard: checked after the lock is held; raises when the caller's reason is gone.
        updates: changed rows of other apps, which are written together with the instance.
        savepoint: False inside a transaction that is lost anyway when this command is refused.
    Raises:
        NotFound: no such instance.
        NotWaiting: the engine refuses the command (its token is gone, the instance has ended).
        Suspended: the instance takes nothing from outside now.
        ConcurrentChange, LeaseLost: see the writer.
    """
    with transaction.atomic(savepoint=savepoint):
        head, state = (held.head, held.state) if held else load(instance_id)
        if head.is_suspended and any(isinstance(command, _FROM_OUTSIDE) for command in commands):
            raise errors.Suspended
        if guard:
            guard()
        try:
            advance = engine.advance(state, commands, host=HOST, now=now)
        except engine.CommandRefused as refused:
            raise errors.NotWaiting(str(refused)) from refused
        return _commit(
            head, advance, now=now, actor_id=actor_id, lease=lease, finished_jobs=finished_jobs, updates=updates
        )


def _commit(
    head: Head, advance: engine.Advance, *, now: datetime, actor_id: int | None, lease: Lease | None,
    finished_jobs: Sequence[tuple[UUID, int]] = (), updates: Sequence[Update] = (),
) -> Step:  # fmt: skip
    by = _by_type(advance.effects)
    if advance.state.ref != str(head.version_id):
        head = replace(head, version_id=UUID(advance.state.ref))
    if head.is_suspended:
        lease = None
    jobs = [_opened(effect, lease) for effect in by(effects.JobOpened)]
    incidents = [(new_id(), effect) for effect in by(effects.IncidentRaised)]
    change = Change(
        head=head, dump=engine.codec.dump(advance.state, told=_told(advance)), seq=advance.state.seq,
        state=_state(head, advance, jobs, finished_jobs), is_resting=advance.resting,
        ended=advance.status is not effects.Status.ACTIVE, now=now, actor_id=actor_id,
        history=advance.history, jobs=jobs, timers=by(effects.TimerSet),
        subscriptions=by(effects.Subscribed), closed=by(effects.Closed), moved=by(effects.Moved),
        raised=incidents,
        resolved_tokens=[e.token for e in by(effects.IncidentClosed)],
        thrown=[*by(effects.MessageThrown), *by(effects.SignalThrown)], finished_jobs=finished_jobs,
        updates=updates,
    )  # fmt: skip
    tasks = [people.spec(change, effect) for effect in by(effects.UserTaskOpened)]
    if inserts := [*_tasks(tasks, now), *_decisions(change, by(effects.Decided))]:
        change = replace(change, inserts=inserts)
    _write(change)
    _people(change, tasks)
    _tell(change)
    after = replace(head, rev=head.rev + 1, state=change.state)
    return Step(head=after, state=change.dump.state, advance=advance, jobs=jobs)


def _told(advance: engine.Advance) -> Iterator[Mapping[str, JSON]]:
    """Return the variables that history and jobs tell, whose large values are stored apart."""
    yield from (entry.wrote for entry in advance.history if entry.wrote)
    yield from (effect.variables for effect in advance.effects if isinstance(effect, effects.JobOpened))


def _write(change: Change) -> None:
    writes = writer_postgres if connection.vendor == "postgresql" else writer
    with refusals.told():
        writes.write(change)


def _by_type(all_effects: Sequence[effects.Effect]) -> Callable[..., list]:
    kinds: dict[type, list[effects.Effect]] = {}
    for effect in all_effects:
        kinds.setdefault(type(effect), []).append(effect)
    return lambda kind: kinds.get(kind, [])


def _opened(effect: effects.JobOpened, lease: Lease | None) -> OpenedJob:
    external = not connectors.performs(effect.type, effect.headers)
    retries = settings.HANDOFF_JOB_RETRIES if effect.retries is None else effect.retries
    return OpenedJob(
        id=new_id(), effect=effect, max_attempts=max(1, retries + 1 if effect.retries is None else retries),
        is_external=external, lease=None if external else lease,
    )  # fmt: skip


def _tasks(specs: Sequence[inbox.TaskSpec], now: datetime) -> Iterator[Insert]:
    if specs:
        tasks, candidates = inbox.prepared(specs=specs, now=now)
        yield Insert(rows=tasks)
        yield Insert(rows=candidates)


def _people(change: Change, opened: Sequence[inbox.TaskSpec]) -> None:
    gone = [people.reference(change.head.id, c.token) for c in change.closed
            if c.cancelled and c.what in ("task", "job")]  # fmt: skip
    if gone:
        inbox.close(references=gone, now=change.now, reason="The case went on without this answer.")
    if change.moved:
        inbox.moved(elements={people.reference(change.head.id, m.token): m.element for m in change.moved})
    if opened:
        inbox.opened(task_ids=[spec.id for spec in opened], now=change.now)
    if waiting := [spec.id for spec in opened if spec.is_preparing]:
        transaction.on_commit(partial(facts.tell, facts.TasksToBrief(task_ids=waiting)))


def _decisions(change: Change, decided: Sequence[effects.Decided]) -> Iterator[Insert]:
    if not decided:
        return
    rows = decisions_records.table_rows(
        [
            decisions_records.TableRecord(
                case=Case(
                    idempotency_key=people.reference(change.head.id, d.token), instance_id=change.head.id,
                    process_key=change.head.process_key, element=d.element, business_key=change.head.business_key,
                ),
                decision=d.decision, inputs=d.inputs, result=d.result, evidence=dict(d.evidence),
            )
            for d in decided
        ],
        now=change.now,
    )  # fmt: skip
    yield Insert(rows=rows, ignore_conflicts=True)


def _state(
    head: Head, advance: engine.Advance, jobs: Sequence[OpenedJob], finished: Sequence[tuple[UUID, int]]
) -> InstanceState:
    """Return what users see of the instance: the most urgent of what its tokens wait for."""
    if advance.status is effects.Status.CANCELLED:
        return InstanceState.CANCELLED
    if advance.status is effects.Status.COMPLETED:
        return InstanceState.COMPENSATED if advance.state.is_undone else InstanceState.COMPLETED
    tokens = advance.state.near
    if any(token.incident for token in tokens):
        return InstanceState.FAILED
    waiting = {token.id: what for token in tokens if (what := waits.what(token))}
    waiting.update((token, waits.OUTSIDE[letter]) for token, letter in advance.state.unread.items())
    opened = {job.effect.token for job in jobs}
    older = {token for token, what in waiting.items() if what == waits.JOB and token not in opened}
    if older and head.rev >= 0:
        stuck = Job.objects.filter(instance_id=head.id, state__in=(JobState.FAILED, JobState.AWAITING))
        over = {job_id for job_id, _ in finished}
        found = stuck.values_list("id", "token", "state")
        states = {state for job_id, token, state in found if token in older and job_id not in over}
        if JobState.FAILED in states:
            return InstanceState.FAILED
        if JobState.AWAITING in states:
            return InstanceState.AWAITING_AUTHORIZATION
    if waits.TASK in waiting.values():
        return InstanceState.AWAITING_AUTHORIZATION
    if opened or older or not advance.resting:
        return InstanceState.EXECUTING
    return InstanceState.WAITING


def _tell(change: Change) -> None:
    ready = [job.id for job in change.jobs if not job.lease and not job.is_external]
    if ready and not change.head.is_suspended:
        transaction.on_commit(partial(facts.tell, facts.JobsReady(job_ids=ready)))
    if not change.is_resting:
        transaction.on_commit(partial(facts.tell, facts.InstanceCut(instance_id=change.head.id)))
    names = sorted({s.name for s in change.subscriptions if s.kind == "message"})
    if names:
        transaction.on_commit(partial(facts.tell, facts.MessagesAwaited(names=names)))
    if change.thrown:
        transaction.on_commit(partial(facts.tell, facts.OutboxWritten(instance_id=change.head.id)))
    if change.ended:
        facts.tell(facts.InstanceEnded(instance_id=change.head.id, state=change.state))
    for incident_id, _ in change.raised:
        facts.tell(facts.IncidentOpened(incident_id=incident_id, instance_id=change.head.id))


def refresh_state(instance_id: UUID) -> None:
    """Reckon again what users see of an instance whose jobs changed without a command (inside a transaction)."""
    head, state = load(instance_id)
    if head.state not in OPEN_STATES:
        return
    still = engine.Advance(state=state, status=effects.Status.ACTIVE, resting=True, history=(), effects=())
    Instance.objects.filter(id=instance_id).update(state=_state(head, still, (), ()))


def lease_for(worker: str, now: datetime) -> Lease:
    """Return a lease for a worker from now on."""
    return Lease(worker=worker, until=now + timedelta(seconds=settings.HANDOFF_JOB_LEASE_SECONDS))
