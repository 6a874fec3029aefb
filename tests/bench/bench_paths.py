"""What a step costs on the database: CPU seconds per 1 000 instances, own process and PostgreSQL together."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from django.utils import timezone

from tests import drawings
from tests.bench import ground
from tests.bench.cpu import Meter

ROUNDS = 3
NOW = datetime(2026, 1, 5, tzinfo=UTC)

TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="http://handoff.dev/bench">
<decision id="bench_limit" name="limit"><decisionTable id="t" hitPolicy="FIRST">
<input id="i"><inputExpression id="ie" typeRef="number"><text>amount</text></inputExpression></input>
<output id="o" name="limit" typeRef="string"/>
<rule id="r1"><inputEntry id="a"><text>&lt; 1000</text></inputEntry>
<outputEntry id="b"><text>"low"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c"><text>-</text></inputEntry><outputEntry id="e"><text>"high"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def straight() -> bytes:
    """Return start, service task, decision table, gateway, end."""
    rule = (
        '<bpmn:businessRuleTask id="limit"><bpmn:extensionElements><zeebe:calledDecision decisionId="bench_limit"'
        ' resultVariable="limit"/></bpmn:extensionElements></bpmn:businessRuleTask>'
    )
    gateway = (
        '<bpmn:exclusiveGateway id="which" default="to_high"/><bpmn:endEvent id="low"/><bpmn:endEvent id="high"/>'
        '<bpmn:sequenceFlow id="to_low" sourceRef="which" targetRef="low"><bpmn:conditionExpression'
        ' xsi:type="bpmn:tFormalExpression">=limit = "low"</bpmn:conditionExpression></bpmn:sequenceFlow>'
        '<bpmn:sequenceFlow id="to_high" sourceRef="which" targetRef="high"/>'
    )
    body = drawings.START + drawings.service("work", "bench.work") + rule + gateway
    return drawings.drawing("bench_straight", body + drawings.chain("start", "work", "limit", "which"))


def tenfold() -> bytes:
    """Return ten service tasks in a row."""
    names = [f"work{i}" for i in range(10)]
    body = drawings.START + "".join(drawings.service(n, "bench.work") for n in names) + drawings.END
    return drawings.drawing("bench_ten", body + drawings.chain("start", *names, "end"))


def loop() -> bytes:
    """Return a service task that goes round until told otherwise."""
    gateway = (
        '<bpmn:exclusiveGateway id="again" default="back"/>'
        '<bpmn:sequenceFlow id="out" sourceRef="again" targetRef="end"><bpmn:conditionExpression'
        ' xsi:type="bpmn:tFormalExpression">=stop = true</bpmn:conditionExpression></bpmn:sequenceFlow>'
        '<bpmn:sequenceFlow id="back" sourceRef="again" targetRef="work"/>'
    )
    body = drawings.START + drawings.service("work", "bench.work") + gateway + drawings.END
    return drawings.drawing("bench_loop", body + drawings.chain("start", "work", "again"))


def prepare() -> None:
    """Upload what is measured and register what its jobs do."""
    from orchestrator import deployments
    from tests.bench import functions  # noqa: F401 - registers what the jobs do

    files = [("straight.bpmn", straight()), ("ten.bpmn", tenfold()), ("loop.bpmn", loop()), ("t.dmn", TABLE),
             ("human.bpmn", drawings.human("bench_human")),
             ("celery.bpmn", drawings.straight("bench_celery", "bench.work"))]  # fmt: skip
    deployed = deployments.deploy(files=files, actor=None, now=timezone.now())
    assert deployed.id, deployed.problems


def through(key: str) -> None:
    """Take one instance from its start to its end, its jobs leased to this process."""
    from orchestrator.runtime import instances, jobs, store
    from orchestrator.workers import dispatch

    now = timezone.now()
    step = instances.start(key=key, variables={"amount": 500}, now=now, lease=store.lease_for("bench", now))
    dispatch.go_on([jobs.work_of(step, job) for job in step.leased_jobs()], worker="bench")


def per_thousand(work: Callable[[], Any], meter: Meter, count: int) -> dict[str, float]:
    """Return the median CPU seconds per 1 000 calls, and the median wall milliseconds of one."""
    work()
    cpu, wall = [], []
    for _ in range(ROUNDS):
        before, began = meter.now(), time.perf_counter()
        for _ in range(count):
            work()
        wall.append((time.perf_counter() - began) / count * 1000)
        cpu.append((meter.now() - before) / count * 1000)
    return {"cpu_s_per_1000": round(median(cpu), 2), "wall_ms": round(median(wall), 2)}


def steps_of_loop(rounds: int) -> dict[str, float]:
    """Return what steps around 10 and around the last of a long loop cost, in milliseconds."""
    from orchestrator.runtime import instances, jobs, store
    from orchestrator.workers import service

    now = timezone.now()
    step = instances.start(key="bench_loop", variables={"stop": False}, now=now, lease=store.lease_for("b", now))
    took = []
    for _ in range(rounds):
        (job,) = step.leased_jobs()
        work = jobs.work_of(step, job)
        began = time.perf_counter()
        step = jobs.complete(work=[(work, service.perform(work))], now=now, lease=store.lease_for("b", now))
        took.append((time.perf_counter() - began) * 1000)
    early, late = median(took[5:55]), median(took[-50:])
    return {"step_10_ms": round(early, 3), "step_last_ms": round(late, 3), "ratio": round(late / early, 2)}


def run(*, postgres_pid: int, count: int = 200) -> dict[str, Any]:
    """Measure every path."""
    prepare()
    meter = Meter(postgres_pid)
    return {
        "straight": per_thousand(lambda: through("bench_straight"), meter, count),
        "ten_in_a_row": per_thousand(lambda: through("bench_ten"), meter, count // 4),
        "loop": steps_of_loop(1000),
    }


if __name__ == "__main__":
    with ground.postgres() as server:
        print(json.dumps(run(postgres_pid=server.pid), indent=2))
