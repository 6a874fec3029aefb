"""Gives each leased job to who can do it, takes the results of one instance together, and goes on with it."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.utils import timezone

from bpmn import engine
from orchestrator import errors
from orchestrator.connectors.base import ConnectorError
from orchestrator.connectors.registry import AI_DECISION
from orchestrator.runtime import jobs, store
from orchestrator.runtime.jobs import Work
from orchestrator.runtime.store import Step
from orchestrator.workers import decision, service
from orchestrator.workers.leases import KEEPER

log = logging.getLogger(__name__)

#: Results of one instance are taken together, but none waits longer than this for its neighbours.
GROUP_SECONDS = 0.25
#: A worker goes on with one instance for at most this long before others get their turn.
CONTINUE_SECONDS = 5.0

Clock = Callable[[], datetime]


def perform(job_ids: Collection[UUID], *, worker: str, clock: Clock = timezone.now) -> int:
    """Claim jobs, do them, and go on with what they open; returns how many were done."""
    now = clock()
    work = jobs.claim(job_ids=job_ids, lease=store.lease_for(worker, now), now=now)
    return sum(
        go_on(list(of_one), worker=worker, clock=clock) for _, of_one in groupby(work, lambda w: w.instance_id)
    )


def go_on(work: list[Work], *, worker: str, clock: Clock = timezone.now) -> int:
    """Do leased jobs of one instance, and those they open, until none is left or the turn is over."""
    done = 0
    turn_ends = time.monotonic() + CONTINUE_SECONDS
    while work:
        keep = time.monotonic() < turn_ends
        done += len(work)
        with KEEPER.hold([(w.id, w.lease) for w in work]):
            step = _do(work, worker if keep else None, clock)
        work = [jobs.work_of(step, job) for job in step.leased_jobs()] if step else []
        if len(work) > 1:
            work = [_unheld(w) for w in work]
    return done


def _unheld(work: Work) -> Work:
    """Return the work without its held step: results of several jobs move the instance more than once."""
    return replace(work, held=None)


def _do(work: list[Work], worker: str | None, clock: Clock) -> Step | None:
    results: list[tuple[Work, engine.Command]] = []
    step: Step | None = None
    since = time.monotonic()
    for one in work:
        result = _attempt(one, clock)
        if result is not None:
            results.append((one, result))
        if results and time.monotonic() - since > GROUP_SECONDS:
            step = _take(results, worker, clock)
            results, since = [], time.monotonic()
    return _take(results, worker, clock) if results else step


def _attempt(work: Work, clock: Clock) -> engine.Command | None:
    """Make one attempt; None when the job is not completed by it (failed, or with a person now)."""
    try:
        if work.type == AI_DECISION:
            return decision.perform(work, now=clock())
        return service.perform(work)
    except ConnectorError as failed:
        _fail(work, str(failed), failed.code, failed.retryable, clock, failed.retry_after_seconds)
    except errors.LeaseLost:
        log.info("job %s: its lease was lost", work.id)
    except Exception as bug:  # noqa: BLE001 - a worker must survive any bug of a function; it becomes an incident
        log.exception("job %s (%s at %s) raised", work.id, work.type, work.element)
        trace = "".join(traceback.format_exception(bug)[-3:])
        _fail(work, f"{type(bug).__name__}: {bug}\n{trace}", "unexpected_error", True, clock, None)
    return None


def _fail(
    work: Work, message: str, code: str, retryable: bool, clock: Clock, retry_after: float | None
) -> None:
    try:
        jobs.fail(work=work, message=message, code=code, retryable=retryable, now=clock(),
                  retry_after_seconds=retry_after)  # fmt: skip
    except (errors.LeaseLost, errors.NotFound):
        log.info("job %s: its lease was lost before its failure could be noted", work.id)


def _take(results: list[tuple[Work, engine.Command]], worker: str | None, clock: Clock) -> Step | None:
    now = clock()
    lease = store.lease_for(worker, now) if worker else None
    try:
        return jobs.complete(work=results, now=now, lease=lease)
    except errors.Conflict as lost:
        if len(results) == 1:
            log.info("job %s: a late result was refused (%s)", results[0][0].id, lost.code)
            return None
    # One of the group is over: take each by itself, so that the others are not lost with it.
    steps = [_take([_alone(one)], worker, clock) for one in results]
    return next((step for step in reversed(steps) if step), None)


def _alone(one: tuple[Work, engine.Command]) -> tuple[Work, engine.Command]:
    return _unheld(one[0]), one[1]
