"""A steady stream of service jobs through Celery: `python -m tests.bench.sustained [SECONDS] [JOBS_A_SECOND]`.

Prints the backlog over time, the errors and the latencies as one JSON document. Not part of `make bench`,
since it takes as long as it is told.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import ExitStack
from typing import Any

import django

from tests.bench import bench_paths
from tests.bench.bench_rest import serving
from tests.services.postgres import Postgres
from tests.services.redis import Redis


def run(seconds: int, rate: int) -> dict[str, Any]:
    """Start `rate` instances a second with one job each, and watch how far the worker is behind."""
    with ExitStack() as servers:
        database, broker = servers.enter_context(Postgres(durable=True)), servers.enter_context(Redis())
        os.environ.update(DATABASE_URL=database.url, BROKER_URL=broker.url, HANDOFF_LOG_LEVEL="WARNING",
                          DJANGO_SETTINGS_MODULE="orchestrator.config.settings",
                          HANDOFF_SECRET_KEY="bench", HANDOFF_FUNCTION_MODULES="tests.bench.functions")  # fmt: skip
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        bench_paths.prepare()
        servers.enter_context(serving("worker", "--processes", "2"))
        servers.enter_context(serving("beat"))
        return _stream(seconds, rate)


def _stream(seconds: int, rate: int) -> dict[str, Any]:
    from django.db.models import Avg, F
    from django.utils import timezone

    from orchestrator.models import Incident, Instance, Job
    from orchestrator.runtime import instances

    began = time.monotonic()
    backlog: list[int] = []
    for second in range(seconds):
        for _ in range(rate):
            instances.start(key="bench_celery", variables={"amount": 7}, now=timezone.now())
        late = time.monotonic() - began - (second + 1)
        if second % 10 == 9:
            backlog.append(Job.objects.exclude(state="done").count())
        if late < 0:
            time.sleep(-late)
    took = time.monotonic() - began
    until = time.monotonic() + 60
    while Instance.objects.exclude(state="completed").exists() and time.monotonic() < until:
        time.sleep(0.2)
    done = Instance.objects.filter(state="completed")
    waited = done.annotate(waited=F("ended_at") - F("started_at")).aggregate(mean=Avg("waited"))["mean"]
    return {
        "seconds": round(took, 1),
        "started": seconds * rate,
        "completed": done.count(),
        "started_per_second": round(seconds * rate / took, 1),
        "incidents": Incident.objects.count(),
        "failed_attempts": Job.objects.exclude(error="").count(),
        "backlog_every_10_s": backlog,
        "mean_start_to_end_ms": round(waited.total_seconds() * 1000) if waited else None,
    }


if __name__ == "__main__":
    arguments = [int(text) for text in sys.argv[1:3]]
    print(json.dumps(run(*(arguments + [600, 100][len(arguments) :])), indent=2))
