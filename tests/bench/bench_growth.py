"""What grows and what must not: rounds of a loop, instances of a multi-instance, large variables, open timers, rows."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import django

from tests import drawings
from tests.bench.bench_paths import loop
from tests.bench.cpu import Meter, own

NOW = datetime(2026, 1, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=400)
WAITING = 10_000
#: what is counted as bytes written for a step: the rows of an instance
TABLES = ("orchestrator_instance", "orchestrator_activity", "orchestrator_job", "orchestrator_blob",
          "humantasks_humantask", "humantasks_taskcandidate", "humantasks_taskevent", "orchestrator_subscription",
          "orchestrator_timer", "decisions_decisionrecord")  # fmt: skip


def many() -> bytes:
    """Return a multi-instance service task over the list `items`."""
    loop_over = (
        '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics'
        ' inputCollection="=items" inputElement="item" outputCollection="out" outputElement="=item"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    work = drawings.service("work", "bench.work").replace("</bpmn:serviceTask>", loop_over + "</bpmn:serviceTask>")
    assert loop_over in work
    return drawings.drawing("bench_many", drawings.START + work + drawings.END + drawings.chain("start", "work", "end"))


def waiting() -> bytes:
    """Return an instance that waits for a timer a year away."""
    catch = (
        '<bpmn:intermediateCatchEvent id="later"><bpmn:timerEventDefinition><bpmn:timeDuration'
        ' xsi:type="bpmn:tFormalExpression">P365D</bpmn:timeDuration></bpmn:timerEventDefinition>'
        "</bpmn:intermediateCatchEvent>"
    )
    body = drawings.START + catch + drawings.END + drawings.chain("start", "later", "end")
    return drawings.drawing("bench_later", body)


def large(tasks: int = 5) -> bytes:
    """Return service tasks that each see one field, and change one field of a large variable."""
    def one(name: str) -> str:
        mapping = (
            '<zeebe:ioMapping><zeebe:input source="=1" target="n"/>'
            f'<zeebe:output source="=context put(doc, &quot;f{name[-1]}&quot;, &quot;changed&quot;)" target="doc"/>'
            "</zeebe:ioMapping>"
        )
        drawn = drawings.service(name, "bench.work")
        assert "</bpmn:extensionElements>" in drawn
        return drawn.replace("</bpmn:extensionElements>", mapping + "</bpmn:extensionElements>")

    names = [f"work{n}" for n in range(tasks)]
    body = drawings.START + "".join(map(one, names)) + drawings.END + drawings.chain("start", *names, "end")
    return drawings.drawing("bench_large", body)


def prepare() -> None:
    """Upload what is measured and register what its jobs do."""
    from orchestrator import deployments
    from tests.bench import functions  # noqa: F401 - registers what the jobs do

    files = [("loop.bpmn", loop()), ("many.bpmn", many()), ("later.bpmn", waiting()), ("large.bpmn", large()),
             ("human.bpmn", drawings.human("bench_human"))]  # fmt: skip
    deployed = deployments.deploy(files=files, actor=None, now=NOW)
    refused = [d["why_not"] for d in deployed.definitions if not d["executable"]]
    assert deployed.id, deployed.problems
    assert not refused


def rounds(meter: Meter, sizes: tuple[int, ...] = (100, 1000, 5000)) -> dict[str, Any]:
    """Return CPU milliseconds per round over the last 100 rounds of loops of several lengths."""
    from orchestrator.runtime import instances, jobs, store
    from orchestrator.workers import service

    step = instances.start(key="bench_loop", variables={"stop": False}, now=NOW, lease=store.lease_for("b", NOW))
    found: dict[int, float] = {}
    before = meter.now()
    for number in range(1, max(sizes) + 1):
        if number % 100 == 1:
            before = meter.now()
        (job,) = step.leased_jobs()
        work = jobs.work_of(step, job)
        step = jobs.complete(work=[(work, service.perform(work))], now=NOW, lease=store.lease_for("b", NOW))
        if number in sizes:
            found[number] = round((meter.now() - before) * 10, 3)
    ratio = found[max(sizes)] / found[min(sizes)]
    return {"cpu_ms_per_round_at": found, "ratio": round(ratio, 2), "target_ratio": 1.3}


def instances_of(meter: Meter, items: int, repeat: int) -> dict[str, float]:
    """Return CPU seconds of a multi-instance service task, per instance of the process and per item."""
    from orchestrator.runtime import instances, jobs, store
    from orchestrator.workers import dispatch

    took = []
    for _ in range(repeat):
        before = meter.now()
        step = instances.start(
            key="bench_many", variables={"items": list(range(items))}, now=NOW, lease=store.lease_for("b", NOW)
        )  # fmt: skip
        works = [jobs.work_of(step, job) for job in step.leased_jobs()]
        dispatch.go_on([w if len(works) == 1 else dispatch._unheld(w) for w in works], worker="b", clock=lambda: NOW)
        took.append(meter.now() - before)
    cpu = median(took)
    return {"cpu_s_per_1000_processes": round(cpu * 1000, 1), "cpu_ms_per_item": round(cpu / items * 1000, 3)}


def sizes() -> dict[str, int]:
    """Return the bytes of live rows of each table."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table in TABLES:
            if table in present:
                cursor.execute(f"SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM {table} t")
                found[table] = int(cursor.fetchone()[0])
    return found


def written() -> int:
    """Return the bytes of write-ahead log so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")
        return int(cursor.fetchone()[0])


def megabyte() -> dict[str, Any]:
    """Return bytes written per step when one field of 1 MB of variables changes in each."""
    from orchestrator.runtime import instances, jobs, store
    from orchestrator.workers import service

    document = {f"f{n}": os.urandom(500).hex() for n in range(1000)}
    step = instances.start(key="bench_large", variables={"doc": document}, now=NOW, lease=store.lease_for("b", NOW))
    rows, log = [], []
    while step.leased_jobs():
        work = jobs.work_of(step, step.leased_jobs()[0])
        before, wal = sizes(), written()
        step = jobs.complete(work=[(work, service.perform(work))], now=NOW, lease=store.lease_for("b", NOW))
        after = sizes()
        rows.append({table: after[table] - size for table, size in before.items() if after[table] != size})
        log.append(written() - wal)
    return {"row_bytes_per_step": median(sum(r.values()) for r in rows), "by_table": rows[len(rows) // 2],
            "wal_bytes_per_step": median(log), "target_bytes": 20_000}  # fmt: skip


def timers() -> dict[str, Any]:
    """Return what looking for due timers costs when 10 000 instances wait."""
    from django.db import connection

    from orchestrator.runtime import instances
    from orchestrator.runtime import timers as runtime_timers

    for _ in range(WAITING):
        instances.start(key="bench_later", variables={}, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orchestrator_timer")
    runtime_timers.fire(now=NOW)
    took, before = [], own()
    for _ in range(200):
        began = time.perf_counter()
        assert runtime_timers.fire(now=NOW) == 0
        took.append((time.perf_counter() - began) * 1000)
    return {"open": WAITING, "poll_ms": round(median(took), 3), "cpu_ms_per_poll": round((own() - before) * 5, 3),
            "target_ms": 1.0}  # fmt: skip


def pages() -> int:
    """Return the bytes of all tables with their indexes, as they lie on the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables")
        return int(cursor.fetchone()[0])


def storage(count: int = 1000) -> dict[str, Any]:
    """Return the bytes of rows of an instance with a human task that is done, its whole history kept."""
    from bpmn.engine import commands
    from orchestrator.models import Instance
    from orchestrator.runtime import instances, store

    before, disk = sizes(), pages()
    for _ in range(count):
        step = instances.start(key="bench_human", variables={"amount": 500, "who": "Ada"}, now=NOW)
        (token,) = [t.id for t in step.state.tokens if t.waiting]
        store.run(instance_id=step.id, commands=[commands.CompleteTask(token=token, variables={"ok": True})], now=NOW)
    after = sizes()
    assert Instance.objects.filter(process_key="bench_human", state="completed").count() == count
    parts = {t: round((after[t] - before[t]) / count) for t in after if after[t] != before[t]}
    return {"bytes_on_disk_per_instance": round((pages() - disk) / count),
            "row_bytes_per_instance": sum(parts.values()), "by_table": parts, "target_bytes": 14_000}  # fmt: skip


def run(*, postgres_pid: int) -> dict[str, Any]:
    """Measure everything that could grow."""
    prepare()
    meter = Meter(postgres_pid)
    return {
        "storage": storage(),
        "one_field_of_1_mb": megabyte(),
        "multi_instance_100": instances_of(meter, 100, 5) | {"target_cpu_s_per_1000": 45},
        "multi_instance_1000": instances_of(meter, 1000, 2),
        "loop": rounds(meter),
        "timers": timers(),
    }


def main() -> None:
    """Measure on a throw-away PostgreSQL and print the figures."""
    from tests.services.postgres import Postgres

    with Postgres(durable=True) as server:
        os.environ["DATABASE_URL"] = server.url
        os.environ["HANDOFF_LOG_LEVEL"] = "WARNING"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orchestrator.config.settings")
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(json.dumps(run(postgres_pid=server.pid), indent=2))


if __name__ == "__main__":
    main()
