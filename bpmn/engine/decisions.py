"""Business rule tasks: asks the host for a DMN decision and shapes its answer as the drawing wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bpmn.engine import expressions, scopes
from bpmn.engine.effects import Decided
from bpmn.engine.errors import Incident
from bpmn.engine.host import Answer
from bpmn.language.process import JSON, DecisionSpec, Variables

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


def decide(machine: Machine, task: Token, spec: DecisionSpec) -> Variables:
    """Evaluate the decision of a task and return what it writes.

    Raises:
        Incident: `decision_failed`, or `decision_result` when the answer does not have the wanted shape.
    """
    node = task.task_spec
    decision = expressions.text(machine, task, spec.decision) or ""
    inputs = scopes.visible(task)
    answer = machine.host.decide(
        spec=spec,
        decision=decision,
        version=expressions.text(machine, task, spec.version),
        variables=inputs,
        caller=node.graph.ref,
        now=machine.now,
    )
    if answer.error is not None:
        raise Incident("decision_failed", answer.error, {"decision": decision, **answer.evidence})
    machine.effects.append(
        Decided(
            token=task.id,
            element=node.element_id,
            decision=decision,
            inputs=inputs,
            result=answer.value,
            evidence=answer.evidence,
        )
    )
    machine.told["decision"] = decision
    if spec.spreads:
        return _spread(answer, decision)
    return {spec.result_variable: shaped(_rows(answer, spec), spec.map_result)} if spec.result_variable else {}


def _spread(answer: Answer, decision: str) -> Variables:
    """Return each output as a variable of its own; of several rules each is a list."""
    names = answer.evidence.get("outputs")
    only = names[0] if isinstance(names, list) and len(names) == 1 else None
    value = answer.value
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        rows = cast("list[Variables]", value)
        return {name: [row.get(name) for row in rows] for row in rows for name in row}
    return {only if isinstance(only, str) and only else decision: value}


def _rows(answer: Answer, spec: DecisionSpec) -> JSON:
    """Return an answer as Camunda 7 holds it: a table of one named output gives contexts too, not bare values."""
    outputs = answer.evidence.get("outputs")
    if spec.map_result not in ("singleResult", "resultList") or not isinstance(outputs, list) or len(outputs) != 1:
        return answer.value
    name = outputs[0]
    if answer.value is None or not isinstance(name, str) or not name:
        return answer.value
    return [{name: row} for row in answer.value] if isinstance(answer.value, list) else {name: answer.value}


def shaped(value: JSON, map_result: str | None) -> JSON:
    """Return an answer as Camunda 7's mapDecisionResult defines it; None leaves it as it is."""
    if map_result is None:
        return value
    rows: list[JSON] = [] if value is None else value if isinstance(value, list) else [value]
    if map_result == "resultList":
        return rows
    if map_result == "collectEntries":
        return [_entry(row) for row in rows]
    if len(rows) > 1:
        raise Incident("decision_result", f"The decision gave {len(rows)} results, but one at most is expected.")
    if not rows:
        return None
    return _entry(rows[0]) if map_result == "singleEntry" else rows[0]


def _entry(row: JSON) -> JSON:
    if not isinstance(row, dict):
        return row
    if len(row) > 1:
        names = ", ".join(row)
        raise Incident("decision_result", f"The decision gave the outputs {names}, but one is expected.")
    return next(iter(row.values()), None)
