"""Every Celery function of Handoff, and nothing else: each only translates. Any of them may run twice."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from celery import shared_task, signals
from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from decisions import artefacts
from orchestrator import errors, facts
from orchestrator.runtime import instances, jobs, large, messages, refusals, retention, stuck, timers
from orchestrator.workers import briefing, dispatch

log = logging.getLogger(__name__)

#: Ids in one message: a message costs about as much as twenty ids in it.
IDS_PER_MESSAGE = 20
#: After the broker could not be reached, sends are left to the sweeper for this long.
BROKER_PAUSE_SECONDS = 2.0

_broker_is_back_at = 0.0


def _worker() -> str:
    return f"{socket.gethostname()}:{threading.get_native_id()}"[:100]


@shared_task(name="handoff.perform", ignore_result=True, acks_late=True)
def perform(job_ids: Sequence[str]) -> None:
    """Do these jobs, as far as they are still to be done."""
    dispatch.perform([UUID(job_id) for job_id in job_ids], worker=_worker())


@shared_task(name="handoff.go_on", ignore_result=True, acks_late=True)
def go_on(instance_id: str) -> None:
    """Go on with a step that its transaction's budget cut."""
    try:
        instances.go_on(instance_id=UUID(instance_id), now=timezone.now())
    except errors.NotWaiting:
        log.info("instance %s went on already", instance_id)


@shared_task(name="handoff.brief", ignore_result=True, acks_late=True)
def brief(task_ids: Sequence[str]) -> None:
    """Gather the context of human tasks that wait for it, then open them."""
    for task_id in task_ids:
        with refusals.alone(f"briefing of task {task_id}"):
            briefing.prepare(task_id=UUID(task_id), now=timezone.now())


@shared_task(name="handoff.tick", ignore_result=True)
def tick() -> None:
    """Fire what is due."""
    timers.fire(now=timezone.now())


@shared_task(name="handoff.sweep", ignore_result=True)
def sweep() -> None:
    """Find what was lost: expired leases, unsent jobs, cut steps, unsent messages, tasks without context."""
    looks: Mapping[str, Callable[..., object]] = {
        "jobs": jobs.sweep,
        "cut steps": partial(instances.resume_cut, limit=100),
        "outbox": messages.send_outbox,
        "waiting messages": _deliver_waiting,
        "expired messages": messages.expire,
        "briefings": briefing.sweep,
        "incidents that are over": stuck.settle,
    }
    now = timezone.now()
    for what, look in looks.items():
        with refusals.alone(f"sweep of {what}"):
            look(now=now)


def _deliver_waiting(*, now: datetime) -> None:
    if names := messages.waiting_names(now=now):
        messages.deliver_waiting(names=names, now=now)


@shared_task(name="handoff.clean", ignore_result=True)
def clean() -> None:
    """Drop large values that nothing refers to any more, and what has been kept long enough."""
    retention.forget(now=timezone.now())
    if dropped := large.drop_unused(now=timezone.now()):
        log.info("%d stored values that nothing refers to were dropped", dropped)


@signals.worker_process_init.connect
def warm(**_: object) -> None:
    """Load the models in use before the first case asks: their libraries take seconds to import."""
    try:
        artefacts.warm()
    except DatabaseError as unreachable:
        log.warning("Models are loaded at their first case: %s", unreachable)
    finally:
        connection.close()


def on_fact(*, fact: object, **_: object) -> None:
    """Wake workers for what became true; told after the commit, so a lost message loses nothing."""
    match fact:
        case facts.JobsReady():
            ids = [str(job_id) for job_id in fact.job_ids]
            for start in range(0, len(ids), IDS_PER_MESSAGE):
                _send(perform, ids[start : start + IDS_PER_MESSAGE])
        case facts.InstanceCut():
            _send(go_on, str(fact.instance_id))
        case facts.TasksToBrief():
            _send(brief, [str(task_id) for task_id in fact.task_ids])
        case facts.MessagesAwaited():
            _quietly(lambda: messages.deliver_waiting(names=list(fact.names), now=timezone.now()))
        case facts.OutboxWritten():
            _quietly(lambda: messages.send_outbox(now=timezone.now(), instance_id=fact.instance_id))


def _send(function: object, argument: object) -> None:
    """Send a message unless the broker is known to be away; the sweeper finds what was not sent."""
    global _broker_is_back_at
    if time.monotonic() < _broker_is_back_at:
        return
    try:
        function.apply_async((argument,), retry=False)  # type: ignore[attr-defined]
    except (BrokerError, OSError) as away:
        _broker_is_back_at = time.monotonic() + BROKER_PAUSE_SECONDS
        log.warning("The broker could not be reached (%s); the sweeper will send it again.", away)


def _quietly(work: object) -> None:
    """Do after a commit what the sweeper would do anyway; what was committed stays answered as done."""
    try:
        work()  # type: ignore[operator]
    except DatabaseError as unreachable:
        log.warning("Left to the sweeper: %s", unreachable)
