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
from decisions.edge.storable import NULL
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
#: In a backlog a worker takes this many jobs in one go.
TOGETHER = 20
#: What it has not begun after this long it gives back, so that others do slow jobs beside it.
SHARE_SECONDS = 1.0
#: A worker goes on with one instance for at most this long before others get their turn.
CONTINUE_SECONDS = 5.0

Clock = Callable[[], datetime]


def perform(job_ids: Collection[UUID], *, worker: str, clock: Clock = timezone.now) -> int:
    """Claim jobs, do them, and go on with what they open; returns how many were done."""
    now = clock()
    work = jobs.claim(job_ids=job_ids, lease=store.lease_for(worker, now), now=now, at_most=TOGETHER)
    cases = [list(of_one) for _, of_one in groupby(work, lambda w: w.instance_id)]
    done = 0
    began = time.monotonic()
    with KEEPER.hold([(w.id, w.lease) for w in work]):
        while cases:
            done += go_on(cases.pop(0), worker=worker, clock=clock)
            if cases and time.monotonic() - began > SHARE_SECONDS:
                jobs.give_back(work=[w for case in cases for w in case], now=clock())
                break
    return done


def go_on(work: list[Work], *, worker: str, clock: Clock = timezone.now) -> int:
    """Do leased jobs of one instance, and those they open, until none is left or the turn is over."""
    done = 0
    turn_ends = time.monotonic() + CONTINUE_SECONDS
    while work:
        keep = time.monotonic() < turn_ends
        with KEEPER.hold([(w.id, w.lease) for w in work]):
            steps, begun = _do(work, worker if keep else None, clock)
        done += begun
        opened = [(step, jobs.work_of(step, job)) for step in steps for job in step.leased_jobs()]
        work = [w if step is steps[-1] else _unheld(w) for step, w in opened]
    return done


def _unheld(work: Work) -> Work:
    """Return the work without what was known of its instance, which has moved since."""
    return replace(work, held=None, seen=None)


def _do(work: list[Work], worker: str | None, clock: Clock) -> tuple[list[Step], int]:
    """Do jobs of one instance; returns the steps it took, and how many jobs were begun."""
    results: list[tuple[Work, engine.Command]] = []
    steps: list[Step] = []
    began = since = time.monotonic()
    begun = 0
    for begun, one in enumerate(work, 1):
        result = _attempt(one, clock)
        if result is not None:
            results.append((_unheld(one) if steps else one, result))
        if results and time.monotonic() - since > GROUP_SECONDS:
            steps += _take(results, worker, clock)
            results, since = [], time.monotonic()
        if begun < len(work) and time.monotonic() - began > SHARE_SECONDS:
            jobs.give_back(work=work[begun:], now=clock())
            break
    return steps + (_take(results, worker, clock) if results else []), begun


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


def _fail(work: Work, message: str, code: str, retryable: bool, clock: Clock, retry_after: float | None) -> None:
    try:
        jobs.fail(work=work, message=message.replace(NULL, "\\0"), code=code, retryable=retryable, now=clock(),
                  retry_after_seconds=retry_after)  # fmt: skip
    except (errors.LeaseLost, errors.NotFound):
        log.info("job %s: its lease was lost before its failure could be noted", work.id)


def _take(results: list[tuple[Work, engine.Command]], worker: str | None, clock: Clock) -> list[Step]:
    now = clock()
    lease = store.lease_for(worker, now) if worker else None
    try:
        return [jobs.complete(work=results, now=now, lease=lease)]
    except errors.Conflict as lost:
        if len(results) == 1:
            log.info("job %s: a late result was refused (%s)", results[0][0].id, lost.code)
            return []
    except errors.BadInput as refused:
        if len(results) == 1:
            _fail(results[0][0], str(refused), "bad_output", False, clock, None)
            return []
    # One of the group is over or cannot be kept: take each by itself, so that the others are not lost with it.
    return [step for one in results for step in _take([_alone(one)], worker, clock)]


def _alone(one: tuple[Work, engine.Command]) -> tuple[Work, engine.Command]:
    return _unheld(one[0]), one[1]
