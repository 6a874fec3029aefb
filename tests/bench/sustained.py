"""A steady stream of service jobs through Celery: `python -m tests.bench.sustained [SECONDS] [JOBS_A_SECOND]`.

Prints whether the rate was held, the errors, the backlog over time, the latencies and who used the CPU, as
one JSON document. Not part of `make bench`, since it takes as long as it is told (ten minutes by default).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from tests.bench import bench_paths, ground
from tests.bench.bench_rest import serving
from tests.bench.cpu import alone, own, tree

#: Cases are started this many times a second, evenly, as many clients would.
BEATS = 20
LOOK_SECONDS = 10
#: A backlog may swing by what comes in this time; more at the end than at the beginning is growth.
SWING_SECONDS = 0.5


def run(seconds: int, rate: int) -> dict[str, Any]:
    """Start `rate` instances a second with one job each, and watch how far the worker is behind."""
    with ground.postgres_and_redis() as (database, broker), ExitStack() as servers:
        bench_paths.prepare()
        worker = servers.enter_context(serving("worker", "--processes", "2"))
        beat = servers.enter_context(serving("beat"))
        _feed(seconds=0.5, rate=rate)
        _wait_for_the_end(at_most=120)
        return _measured(
            seconds, rate, {"worker": worker.pid, "beat": beat.pid, "postgresql": database.pid, "redis": broker.pid}
        )


def _measured(seconds: int, rate: int, pids: Mapping[str, int]) -> dict[str, Any]:
    from django.utils import timezone

    began_at = timezone.now()
    before = _used(pids)
    began = time.monotonic()
    started, backlog = _feed(seconds=seconds, rate=rate)
    took = time.monotonic() - began
    _wait_for_the_end(at_most=60)
    cpu = {name: used - before[name] for name, used in _used(pids).items()}
    found = {"seconds": round(took, 1), "started": started, "started_per_second": round(started / took, 1)}
    found |= _what_came_of_them(began_at)
    found["backlog"] = backlog
    found["cpu_s"] = {name: round(used, 2) for name, used in cpu.items()}
    found["cpu_s_per_1000"] = {name: round(used / started * 1000, 2) for name, used in cpu.items()}
    return {"is_sustained": _is_sustained(found, seconds, rate)} | found


def _feed(*, seconds: float, rate: int) -> tuple[int, list[int]]:
    """Start cases at an even pace; returns how many, and the backlog at every look."""
    from django.utils import timezone

    from orchestrator.models import Job
    from orchestrator.runtime import instances

    began = time.monotonic()
    started, backlog, looked = 0, [], began
    for number in range(1, round(seconds * BEATS) + 1):
        while started < number * rate // BEATS:
            instances.start(key="bench_celery", variables={"amount": 7}, now=timezone.now())
            started += 1
        if time.monotonic() - looked >= LOOK_SECONDS:
            backlog.append(Job.objects.filter(state="ready").count() + Job.objects.filter(state="running").count())
            looked += LOOK_SECONDS
        time.sleep(max(0.0, began + number / BEATS - time.monotonic()))
    return started, backlog


def _wait_for_the_end(*, at_most: float) -> None:
    from orchestrator.models import Instance

    until = time.monotonic() + at_most
    while Instance.objects.exclude(state="completed").exists() and time.monotonic() < until:
        time.sleep(0.2)


def _used(pids: Mapping[str, int]) -> dict[str, float]:
    used = {"feeder": own()} | {name: tree(pid) for name, pid in pids.items()}
    used["worker_main"] = alone(pids["worker"])
    used["worker_children"] = used.pop("worker") - used["worker_main"]
    return used


def _what_came_of_them(began_at: Any) -> dict[str, Any]:
    from orchestrator.models import Incident, Instance, Job

    times = Instance.objects.filter(started_at__gte=began_at, state="completed").values_list("started_at", "ended_at")
    took = sorted((ended - started).total_seconds() * 1000 for started, ended in times)
    return {
        "completed": len(took),
        "incidents": Incident.objects.count(),
        "failed_attempts": Job.objects.exclude(error="").count(),
        "tried_more_than_once": Job.objects.filter(attempts__gt=1).count(),
        "start_to_end_ms": {"p50": _quantile(took, 0.5), "p99": _quantile(took, 0.99)},
    }


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1) if ordered else None


def _is_sustained(found: Mapping[str, Any], seconds: int, rate: int) -> bool:
    """Tell whether all that was asked for came in and went out, without an error and without falling behind."""
    backlog = found["backlog"]
    third = max(1, len(backlog) // 3)
    grown = (sum(backlog[-third:]) - sum(backlog[:third])) / third if backlog else 0
    return (
        found["started"] == found["completed"]
        and found["started_per_second"] >= 0.99 * rate
        and not (found["incidents"] or found["failed_attempts"] or found["tried_more_than_once"])
        and grown <= SWING_SECONDS * rate
    )


if __name__ == "__main__":
    arguments = [int(text) for text in sys.argv[1:3]]
    document = run(*(arguments + [600, 100][len(arguments) :]))
    print(json.dumps(document, indent=2))
    sys.exit(not document["is_sustained"])
