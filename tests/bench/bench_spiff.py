"""The yardstick: the same drawings on stock SpiffWorkflow, in memory, and with one JSON row per step."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from statistics import median
from typing import Any

import psycopg
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tests.bench.cpu import Meter
from tests.services.postgres import Postgres

ROUNDS = 3
COUNT = 200
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">'
    '<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="start"/>'
)
TAIL = "</bpmn:process></bpmn:definitions>"
INSERT = "INSERT INTO state (id, body) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET body = excluded.body"


def flow(source: str, target: str, condition: str = "") -> str:
    """Return a sequence flow."""
    inner = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
    return (
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inner if condition else ''}</bpmn:sequenceFlow>"
    )


def straight() -> str:
    """Return start, service task, decision, gateway, end; the decision as a script, which flatters stock Spiff."""
    return (
        f'{HEAD}<bpmn:manualTask id="work"/>'
        '<bpmn:scriptTask id="limit"><bpmn:script>limit = "low" if amount &lt; 1000 else "high"</bpmn:script>'
        '</bpmn:scriptTask><bpmn:exclusiveGateway id="which" default="which_high"/>'
        '<bpmn:endEvent id="low"/><bpmn:endEvent id="high"/>'
        f"{flow('start', 'work')}{flow('work', 'limit')}{flow('limit', 'which')}"
        f"{flow('which', 'low', 'limit == &quot;low&quot;')}{flow('which', 'high')}{TAIL}"
    )


def tenfold() -> str:
    """Return ten tasks in a row."""
    names = [f"work{number}" for number in range(10)]
    tasks = "".join(f'<bpmn:manualTask id="{name}"/>' for name in names)
    path = ["start", *names, "end"]
    flows = "".join(flow(a, b) for a, b in zip(path, path[1:], strict=False))
    return f'{HEAD}{tasks}<bpmn:endEvent id="end"/>{flows}{TAIL}'


def specification(drawing: str) -> Any:
    """Return stock Spiff's specification of a drawing."""
    parser = BpmnParser()
    parser.add_bpmn_io(io.BytesIO(drawing.encode()))
    return parser.get_spec("p")


def run_through(spec: Any, at_rest: Callable[[BpmnWorkflow], None]) -> None:
    """Run one instance; `at_rest` is called where a durable engine would have stored it."""
    workflow = BpmnWorkflow(spec)
    workflow.data["amount"] = 7
    workflow.do_engine_steps()
    at_rest(workflow)
    while ready := workflow.get_tasks(state=TaskState.READY, manual=True):
        ready[0].data.setdefault("amount", 7)
        ready[0].run()
        workflow.do_engine_steps()
        at_rest(workflow)
    assert workflow.is_completed()


def per_thousand(meter: Meter, work: Callable[[], None]) -> float:
    """Return the CPU seconds of 1 000 calls, the median of some rounds."""
    for _ in range(20):
        work()
    found = []
    for _ in range(ROUNDS):
        before = meter.now()
        for _ in range(COUNT):
            work()
        found.append((meter.now() - before) / COUNT * 1000)
    return round(median(found), 2)


def run() -> dict[str, Any]:
    """Measure both drawings in memory, and with their state in one JSON row written at every rest."""
    serializer = BpmnWorkflowSerializer()
    with Postgres(durable=True) as database, psycopg.connect(database.url) as connection:
        connection.execute("CREATE TABLE state (id bigint PRIMARY KEY, body text NOT NULL)")
        connection.commit()
        number = 0

        def store(workflow: BpmnWorkflow) -> None:
            connection.execute(INSERT, (number, json.dumps(serializer.to_dict(workflow))))
            connection.commit()

        def durable(spec: Any) -> None:
            nonlocal number
            number += 1
            run_through(spec, store)

        found: dict[str, Any] = {}
        for name, drawing in (("straight", straight()), ("ten_tasks", tenfold())):
            spec = specification(drawing)
            found[name] = {
                "memory": per_thousand(Meter(), lambda spec=spec: run_through(spec, lambda _: None)),
                "one_json_row_per_step": per_thousand(Meter(database.pid), lambda spec=spec: durable(spec)),
            }
        return found


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
