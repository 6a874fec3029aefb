"""What grows and what must not: rounds of a loop, instances of a multi-instance, large variables, open timers, rows."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bpmn.language.process import JSON
from tests import drawings
from tests.bench import ground
from tests.bench.bench_paths import loop
from tests.bench.cpu import Meter, own

NOW = datetime(2026, 1, 5, tzinfo=UTC)
WAITING = 10_000
#: how often 100 rounds are measured, short and long loops in turn
SHORT_LOOPS = 3
POLLS = 200
#: the figure that has a goal
HEADLINE = {
    "multi_instance_100": "cpu_s_per_1000_processes", "multi_instance_1000": "ratio_per_item",
    "storage": "bytes_per_instance", "one_field_of_1_mb": "row_bytes_per_step", "loop": "ratio", "timers": "poll_ms",
}  # fmt: skip
#: what is counted as bytes written for a step: the rows of an instance
TABLES = ("orchestrator_instance", "orchestrator_activity", "orchestrator_job", "orchestrator_blob",
          "humantasks_humantask", "humantasks_taskcandidate", "humantasks_taskevent", "orchestrator_subscription",
          "orchestrator_timer", "decisions_decisionrecord")  # fmt: skip


def many() -> bytes:
    """Return a multi-instance service task over the list `items`."""
    loop_over = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics"
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
    """Return CPU milliseconds per round over the last 100 rounds of loops of several lengths.

    The machine is not equally fast all the time: the short loop is measured again just before the long ends.
    """
    from orchestrator.runtime import instances, jobs, store
    from orchestrator.workers import service

    def begin() -> store.Step:
        lease = store.lease_for("b", NOW)
        return instances.start(key="bench_loop", variables={"stop": False}, now=NOW, lease=lease)

    def go_round(step: store.Step, times: int) -> store.Step:
        for _ in range(times):
            (job,) = step.leased_jobs()
            work = jobs.work_of(step, job)
            step = jobs.complete(work=[(work, service.perform(work))], now=NOW, lease=store.lease_for("b", NOW))
        return step

    def last_hundred(step: store.Step) -> tuple[store.Step, float]:
        before = meter.now()
        step = go_round(step, 100)
        return step, round((meter.now() - before) * 10, 3)

    found: dict[int, float] = {}
    long, done = begin(), 0
    for size in sorted(sizes):
        long = go_round(long, size - 100 - done)
        short = [last_hundred(begin())[1] for _ in range(SHORT_LOOPS)]
        pieces = []
        for _ in range(SHORT_LOOPS):
            long, took = last_hundred(long)
            pieces.append(took)
        done = size - 100 + 100 * SHORT_LOOPS
        found[size] = median(pieces)
        ratio = median(pieces) / median(short)
    return {"cpu_ms_per_round_at": found, "ratio": round(ratio, 2), "goal": 1.3}


def instances_of(meter: Meter, items: int, repeat: int) -> dict[str, float]:
    """Return CPU seconds of a multi-instance service task, per instance of the process and per item."""
    from orchestrator.runtime import instances, jobs, store
    from orchestrator.workers import dispatch

    def through() -> None:
        step = instances.start(
            key="bench_many", variables={"items": list(range(items))}, now=NOW, lease=store.lease_for("b", NOW)
        )  # fmt: skip
        works = [jobs.work_of(step, job) for job in step.leased_jobs()]
        dispatch.go_on([w if len(works) == 1 else dispatch._unheld(w) for w in works], worker="b", clock=lambda: NOW)

    through()  # plans and prepared statements
    before = meter.now()
    for _ in range(repeat):
        through()
    cpu = (meter.now() - before) / repeat
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

    document: JSON = {f"f{n}": os.urandom(500).hex() for n in range(1000)}
    step = instances.start(key="bench_large", variables={"doc": document}, now=NOW, lease=store.lease_for("b", NOW))
    rows, log = [], []
    while step.leased_jobs():
        work = jobs.work_of(step, step.leased_jobs()[0])
        before, wal = sizes(), written()
        step = jobs.complete(work=[(work, service.perform(work))], now=NOW, lease=store.lease_for("b", NOW))
        after = sizes()
        rows.append({table: after[table] - size for table, size in before.items() if after[table] != size})
        log.append(written() - wal)
    return {"row_bytes_per_step": round(median(sum(r.values()) for r in rows)),
            "by_table": rows[len(rows) // 2], "wal_bytes_per_step": median(log), "goal": 20_000}  # fmt: skip


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
    for _ in range(POLLS):
        began = time.perf_counter()
        assert runtime_timers.fire(now=NOW) == 0
        took.append((time.perf_counter() - began) * 1000)
    cpu = round((own() - before) * 1000 / POLLS, 3)
    return {"open": WAITING, "poll_ms": round(median(took), 3), "cpu_ms_per_poll": cpu, "goal": 1.0}


def disk() -> dict[str, int]:
    """Return the bytes of each table with its indexes and its large values, as they lie on the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables")
        return dict(cursor.fetchall())


def storage(count: int = 1000) -> dict[str, Any]:
    """Return the bytes of an instance with a human task that a person took and answered, its whole history kept."""
    from django.contrib.auth.models import User

    from humantasks import inbox
    from humantasks.models import HumanTask
    from orchestrator.models import Instance
    from orchestrator.runtime import instances

    person = User.objects.create_superuser("ada")

    def answered() -> None:
        step = instances.start(key="bench_human", variables={"amount": 500, "who": "Ada"}, now=NOW)
        task = HumanTask.objects.get(instance_id=step.id)
        inbox.claim(task_id=task.id, actor=person, now=NOW)
        inbox.complete(task_id=task.id, actor=person, variables={"ok": True}, comment="Looks right.", now=NOW)

    answered()  # the first pages of tables and indexes are nobody's
    before = disk()
    for _ in range(count):
        answered()
    after = disk()
    assert Instance.objects.filter(process_key="bench_human", state="completed").count() == count + 1
    grown = {t: round((size - before.get(t, 0)) / count) for t, size in after.items()}
    parts = {t: size for t, size in sorted(grown.items(), key=lambda one: -one[1]) if size}
    return {"bytes_per_instance": sum(parts.values()), "by_table": parts, "goal": 14_000}


def run(*, postgres_pid: int) -> dict[str, Any]:
    """Measure everything that could grow."""
    prepare()
    meter = Meter(postgres_pid)
    hundred, thousand = instances_of(meter, 100, 10), instances_of(meter, 1000, 3)
    found = {
        "multi_instance_100": hundred | {"goal": 45},
        "multi_instance_1000": thousand | {"ratio_per_item": _ratio(thousand, hundred), "goal": 1.3},
        "storage": storage(),
        "one_field_of_1_mb": megabyte(),
        "loop": rounds(meter),
        "timers": timers(),
    }
    return {name: figures | {"reached": figures[HEADLINE[name]] <= figures["goal"]} for name, figures in found.items()}


def _ratio(many: dict[str, float], few: dict[str, float]) -> float:
    return round(many["cpu_ms_per_item"] / few["cpu_ms_per_item"], 2)


if __name__ == "__main__":
    with ground.postgres() as server:
        print(json.dumps(run(postgres_pid=server.pid), indent=2))
