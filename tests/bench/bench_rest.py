"""What a human task costs over REST, and a job through Celery: the product's own processes, on PostgreSQL and Redis."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

from tests.bench import bench_paths, ground
from tests.bench.cpu import tree
from tests.services.ports import free_port, wait_until_listening


class Client:
    """One kept connection to the web process."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Make a request and return the JSON of its answer."""
        data = json.dumps(body).encode() if body is not None else None
        self.connection.request(method, "/api/v1" + path, body=data, headers=self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise AssertionError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return json.loads(content)


@contextmanager
def serving(part: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part of the installation for the length of the block."""
    process = subprocess.Popen([sys.executable, "manage.py", "serve", part, *options])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def human(client: Client) -> float:
    """Start, list, claim, complete, read; returns the milliseconds from completing to seeing the end."""
    started = client.ask("POST", "/definitions/bench_human/start", {"variables": {"amount": 7}})
    (task,) = client.ask("GET", f"/tasks?instance={started['id']}&state=open")["results"]
    client.ask("POST", f"/tasks/{task['id']}/claim", {})
    began = time.perf_counter()
    client.ask("POST", f"/tasks/{task['id']}/complete", {"variables": {"approved": True}})
    seen = client.ask("GET", f"/instances/{started['id']}")
    took = (time.perf_counter() - began) * 1000
    assert seen["state"] == "completed", seen
    return took


def over_rest(client: Client, pids: list[int], count: int) -> dict[str, float]:
    """Measure the five requests of a human task; the client's own CPU is not counted."""
    for _ in range(20):
        human(client)
    cpu, took = [], []
    for _ in range(bench_paths.ROUNDS):
        before = sum(map(tree, pids))
        took += [human(client) for _ in range(count)]
        cpu.append((sum(map(tree, pids)) - before) / count * 1000)
    return {"cpu_s_per_1000": round(median(cpu), 2), "complete_to_visible_p50_ms": round(median(took), 2)}


def through_celery(pids: list[int], count: int, ids_per_message: int) -> dict[str, float]:
    """Measure one service job per instance through the broker and a prefork worker."""
    from django.utils import timezone

    from orchestrator import facts
    from orchestrator.models import Instance
    from orchestrator.runtime import instances
    from orchestrator.workers import background

    facts.told.disconnect(background.on_fact, dispatch_uid="handoff.wake")
    cpu = []
    for _ in range(bench_paths.ROUNDS):
        steps = [instances.start(key="bench_celery", variables={"amount": 7}, now=timezone.now()) for _ in range(count)]
        ids = [str(job.id) for step in steps for job in step.jobs]
        before = sum(map(tree, pids))
        for first in range(0, count, ids_per_message):
            background.perform.delay(ids[first : first + ids_per_message])
        until = time.monotonic() + 120
        waiting = Instance.objects.filter(id__in=[step.id for step in steps]).exclude(state="completed")
        while waiting.exists():
            if time.monotonic() > until:
                raise AssertionError(f"{waiting.count()} instances did not end")
            time.sleep(0.1)
        cpu.append((sum(map(tree, pids)) - before) / count * 1000)
    return {"cpu_s_per_1000": round(median(cpu), 2)}


def run(count: int = 200) -> dict[str, Any]:
    """Measure on a throw-away PostgreSQL and Redis with web and worker in processes of their own."""
    with ground.postgres_and_redis() as (database, _), ExitStack() as servers:
        return _measure(servers, database.pid, count)


def _measure(servers: ExitStack, database_pid: int, count: int) -> dict[str, Any]:
    from django.contrib.auth.models import User

    from orchestrator.api.authentication import issue

    bench_paths.prepare()
    token = issue(user=User.objects.create_superuser("bench"))
    port = free_port()
    web = servers.enter_context(serving("web", "--port", str(port)))
    wait_until_listening(port, web)
    found: dict[str, Any] = {"human_over_rest": over_rest(Client(port, token), [web.pid, database_pid], count)}
    worker = servers.enter_context(serving("worker", "--processes", "1"))
    through_celery([worker.pid, database_pid], 40, 1)
    found["celery_1_id"] = through_celery([worker.pid, database_pid], count, 1)
    found["celery_20_ids"] = through_celery([worker.pid, database_pid], count, 20)
    return found


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
