"""The Celery application: how background functions are carried, when they are called, and whether that works.

The broker only wakes workers; the job table is the truth. So every choice here is for finding a lost
message soon and never for keeping one safe: a message may come twice, late, or not at all.
Only this module and `orchestrator.workers.background` know Celery.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from threading import Event, Thread
from typing import Any

from celery import Celery, bootsteps, signals
from celery.beat import Scheduler, Service
from celery.worker import WorkController
from celery.worker import state as worker_state
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from kombu import Queue
from kombu.exceptions import OperationalError

from orchestrator.config import lifeline, memory_broker
from orchestrator.runtime import heartbeats

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orchestrator.config.settings")

log = logging.getLogger(__name__)

BACKGROUND = "orchestrator.workers.background"
#: A worker takes from both queues in turn: timers and the sweep do not stand behind a backlog of jobs.
JOBS, CLOCK = "handoff", "handoff.clock"


def transport_options(url: str) -> dict[str, Any]:
    """Return the options of the broker at `url`.

    redis: a message that a dead worker held comes back after `visibility_timeout`, looked for every
    `unacked_restore_interval` * `unacked_restore_throttle` seconds (100 by default).
    """
    if not url.startswith(("redis", "valkey")):
        return {}
    return {
        "visibility_timeout": settings.HANDOFF_VISIBILITY_SECONDS,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "health_check_interval": 10,
        "max_retries": 1,
    }


memory_broker.install()
app = Celery("handoff", include=[BACKGROUND])
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_transport_options=transport_options(settings.BROKER_URL),
    broker_connection_timeout=2,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_publish_retry=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue=JOBS,
    task_queues=[Queue(JOBS), Queue(CLOCK)],
    task_routes={"handoff.tick": {"queue": CLOCK}, "handoff.sweep": {"queue": CLOCK}},
    worker_prefetch_multiplier=1,
    # A new member of the pool loads the models first; after Celery's 4 s it would be killed, again and again.
    worker_proc_alive_timeout=300.0,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    beat_scheduler="orchestrator.config.celery:Clock",
    beat_max_loop_interval=1,
    # Celery closes the database connection around every task otherwise: 13.2 -> 5.5 ms an instance.
    CELERY_DB_REUSE_MAX=1_000_000_000,
)
#: How often stored values that nothing refers to are looked for; they stay a day anyway.
CLEAN_SECONDS = 6 * 3600.0
# What nobody has taken before the next call is dropped: ticks do not pile up while no worker is there.
app.conf.beat_schedule = {
    "tick": {"task": "handoff.tick", "schedule": 1.0, "options": {"expires": 10}},
    "sweep": {
        "task": "handoff.sweep",
        "schedule": settings.HANDOFF_SWEEP_SECONDS,
        "options": {"expires": 10},
    },
    "clean": {"task": "handoff.clean", "schedule": CLEAN_SECONDS, "options": {"expires": 30}},
}


def broker_answers() -> bool:
    """Tell whether the broker answers now; it is given about two seconds."""
    try:
        with app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=1, interval_start=0, interval_step=0)
    except (OperationalError, OSError):
        return False
    return True


@signals.setup_logging.connect
def keep_logging_as_it_is(**_: object) -> None:
    """Leave logging to Django's LOGGING; being connected is what tells Celery so."""


@signals.celeryd_init.connect
def refuse_memory_broker(**_: object) -> None:
    """Refuse a worker process that no other process could ever reach."""
    if settings.HANDOFF_EMBEDDED:
        raise ImproperlyConfigured("A worker process of its own needs BROKER_URL: memory:// ends at its process.")


@signals.task_prerun.connect
def drop_dead_connections(task: Any, **_: object) -> None:
    """Check kept connections once per message: the database may have been restarted since the last one."""
    if not task.request.is_eager:
        for connection in connections.all(initialized_only=True):
            connection.close_if_unusable_or_obsolete()


@signals.worker_process_init.connect
def hold_on_to_worker(**_: object) -> None:
    """End a member of the pool with its worker, which cannot say so when it is killed."""
    lifeline.hold_on_to_parent()


class Pulse(bootsteps.StartStopStep):
    """Says every few seconds that the worker is up, as long as it is connected to its broker."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **_: object) -> None:
        self._ended = Event()
        super().__init__(consumer)

    def start(self, consumer: Any) -> None:
        """Begin; called anew after every reconnection."""
        self._ended = Event()
        Thread(target=self._run, args=(consumer, self._ended), name="pulse", daemon=True).start()

    def stop(self, consumer: Any) -> None:
        """End; called when the connection is lost, too."""
        self._ended.set()

    @staticmethod
    def _run(consumer: Any, ended: Event) -> None:
        part = f"{heartbeats.WORKER}:{consumer.hostname}"
        was_stuck = False
        while not ended.is_set():
            is_stuck = holds_messages_of_nobody(consumer)
            if is_stuck and was_stuck:
                log.error("The broker never heard that messages were done, and sends no others: starting anew.")
                os.kill(os.getpid(), signal.SIGTERM)
                break
            was_stuck = is_stuck
            heartbeats.beat(part=part)
            ended.wait(heartbeats.PULSE_SECONDS)
        heartbeats.forget(part=part)


def holds_messages_of_nobody(consumer: Any) -> bool:
    """Tell whether the broker counts messages as under way that no job of this worker belongs to.

    When the broker goes away just as a job ends, Celery logs that it cannot acknowledge, and goes on. Its
    message then takes a place of the prefetch count for ever; with all places taken so, nothing comes.
    """
    if settings.HANDOFF_EMBEDDED or worker_state.reserved_requests:
        return False
    qos = getattr(getattr(consumer.task_consumer, "channel", None), "qos", None)
    delivered = set(getattr(qos, "_delivered", None) or ())
    return bool(delivered - set(getattr(qos, "_dirty", None) or ()))


app.steps["consumer"].add(Pulse)


class Clock(Scheduler):
    """The schedule above, kept in memory, that says every few seconds that beat is up."""

    _pulsed_at = float("-inf")

    def adjust(self, n: float | None, drift: float = 0.0) -> float | None:
        """Return the pause as it is: Celery's own comes 10 ms early and spins until the time has come."""
        return n

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due and return the seconds until the next call."""
        pause = float(super().tick(*args, **kwargs))
        if time.monotonic() - self._pulsed_at >= heartbeats.PULSE_SECONDS:
            heartbeats.beat(part=heartbeats.BEAT)
            self._pulsed_at = time.monotonic()
        return pause


class EmbeddedWorker(Thread):
    """A worker in a thread of this process, its pool in further threads."""

    def __init__(self, *, concurrency: int) -> None:
        super().__init__(name="worker", daemon=True)
        worker_state.should_stop = None
        memory_broker.begin()
        self._worker = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=concurrency,
            hostname="embedded",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )

    def run(self) -> None:
        """Work until `stop`."""
        self._worker.start()

    def stop(self) -> None:
        """Ask for the end; running jobs are finished first (`join` waits for them)."""
        worker_state.should_stop = 0
        memory_broker.end()


class EmbeddedBeat(Thread):
    """Beat in a thread of this process."""

    def __init__(self) -> None:
        super().__init__(name="beat", daemon=True)
        self._service = Service(app, max_interval=1, scheduler_cls=Clock)

    def run(self) -> None:
        """Call what is due until `stop`."""
        self._service.start()

    def stop(self) -> None:
        """Ask for the end, which comes within a second."""
        self._service.stop()


def run_worker(*, concurrency: int) -> None:
    """Run a worker with a pool of processes in this process until it is told to end by SIGTERM."""
    options = [f"--concurrency={concurrency}", "--pool=prefork", "--without-gossip", "--without-mingle"]
    app.worker_main(["--quiet", "worker", *options, "--without-heartbeat", "--loglevel=INFO"])


def run_beat() -> None:
    """Run beat in this process until it is told to end by SIGTERM."""
    app.start(["--quiet", "beat", "--loglevel=INFO", "--pidfile="])
