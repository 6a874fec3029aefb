"""Decision records: one row per evaluation, written once, and the verdict read back from it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from decisions.confidence.routing import Condition, Route
from decisions.edge.canonical import JSON, Variables, digest
from decisions.evaluation import Case, Evaluation
from decisions.models import DecisionDefinition, DecisionRecord
from decisions.predictors.base import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a decision goes on, and everything a person needs to understand why."""

    record_id: UUID
    decision: str
    route: Route
    label: str | None  #: the answer; not for the eyes of a person whose route is ESCALATE
    confidence: float | None  #: calibrated, 0..1
    band: tuple[float, float] | None  #: interval in which answers of this confidence were right
    labels: tuple[str, ...]  #: possible answers
    probabilities: dict[str, float] | None
    conditions: tuple[Condition, ...]  #: unmet first
    reasons: tuple[Reason, ...]  #: strongest first
    model: str  #: "credit-risk 3"
    policy: str  #: "loan 7"
    certified: bool  #: the thresholds come from a certificate and were not typed by hand
    is_audit: bool  #: decided alone, and drawn for a blind second look
    error: str | None
    result_variable: str
    result: JSON = None  #: value for the process: the label, or what a DMN decision gave


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecord:
    """A DMN decision evaluated inside an engine command, to be recorded in its transaction."""

    case: Case
    decision: str
    inputs: Variables
    result: JSON
    evidence: dict[str, JSON]
    error: str | None = None


def find(idempotency_key: str) -> Verdict | None:
    """Return the verdict recorded under a key, if any."""
    # Nearly always there is none, so that little is asked for first.
    known = DecisionRecord.objects.filter(idempotency_key=idempotency_key).values_list("id", flat=True).first()
    if known is None:
        return None
    record = DecisionRecord.objects.select_related("definition", "policy__definition").get(id=known)
    return verdict(record, record.definition)


def verdict(record: DecisionRecord, definition: DecisionDefinition | None) -> Verdict:
    """Return what a record says."""
    labels = tuple(str(each["value"]) for each in definition.labels) if definition else ()
    return Verdict(
        record_id=record.id,
        decision=record.decision_key,
        route=Route(record.route),
        label=record.label,
        confidence=record.confidence,
        band=tuple(record.band) if record.band else None,
        labels=labels,
        probabilities=record.probabilities,
        conditions=tuple(Condition(**each) for each in record.conditions),
        reasons=tuple(Reason(**each) for each in record.reasons),
        model=record.model_name,
        policy=str(record.policy) if record.policy else "",
        certified=record.is_certified,
        is_audit=record.is_audit,
        error=record.error,
        result_variable=result_variable(record.decision_key, definition),
        result=record.result,
    )


def result_variable(key: str, definition: DecisionDefinition | None) -> str:
    """Return the process variable an answer goes into; without one of its own, the key as a name."""
    named = definition.result_variable if definition else ""
    return named or re.sub(r"\W", "_", key) or "decision"


def write(evaluation: Evaluation) -> DecisionRecord:
    """Insert the row of an evaluation."""
    routed = evaluation.routed
    if routed is None:
        raise ValueError("an evaluation is recorded after it was routed")
    record = DecisionRecord(
        **_place(evaluation.case),
        definition=evaluation.definition,
        decision_key=evaluation.key,
        decided_at=evaluation.now,
        inputs=evaluation.variables,
        inputs_sha256=digest(evaluation.variables),
        input_problems=evaluation.input_problems,
        policy=evaluation.policy,
        route=routed.route,
        conditions=[asdict(condition) for condition in routed.conditions],
        error=evaluation.error,
        latency_ms=evaluation.latency_ms,
    )
    _fill_prediction(record, evaluation)
    _fill_answer(record, evaluation)
    record.is_certified = bool(evaluation.policy and evaluation.policy.is_certified)
    if record.route == Route.AUTO and evaluation.policy:
        record.audit_rate = evaluation.policy.audit_rate
        record.is_audit = is_drawn(evaluation.case.idempotency_key, evaluation.policy.audit_rate)
    record.save(force_insert=True)
    return record


def table_rows(tables: Sequence[TableRecord], *, now: datetime) -> list[DecisionRecord]:
    """Return the records of DMN decisions unsaved, for a caller that writes them with rows of its own."""
    return [
        DecisionRecord(
            **_place(table.case),
            definition_id=_uuid(table.evidence.get("definition_id")),
            decision_key=table.decision,
            decided_at=now,
            inputs=table.inputs,
            inputs_sha256=digest(table.inputs),
            dmn_version_id=_uuid(table.evidence.get("version_id")),
            content_sha256=str(table.evidence.get("hash") or ""),
            model_name=f"{table.decision} {table.evidence.get('version', '')}".strip(),
            label=table.result if isinstance(table.result, str) else None,
            result=table.result,
            evidence=table.evidence,
            route=Route.ESCALATE if table.error else Route.AUTO,
            error=table.error,
        )
        for table in tables
    ]


def is_drawn(idempotency_key: str, rate: float) -> bool:
    """Tell whether chance picks a case for a blind audit; the same key is always drawn the same way."""
    drawn = int.from_bytes(hashlib.sha256(f"audit {idempotency_key}".encode()).digest()[:8], "big")
    return drawn < rate * 2**64


def _place(case: Case) -> dict[str, Any]:
    return {
        "idempotency_key": case.idempotency_key,
        "instance_id": case.instance_id,
        "process_key": case.process_key,
        "element": case.element,
        "business_key": case.business_key,
    }


def _fill_prediction(record: DecisionRecord, evaluation: Evaluation) -> None:
    """Copy what the model said, raw and calibrated."""
    version, prediction, judged = evaluation.version, evaluation.prediction, evaluation.judged
    if version is not None:
        record.predictor_version = version
        record.content_sha256 = version.artefact_id
        record.model_name = str(version)
        record.runtime = {"kind": version.kind, "calibration_sha256": digest(version.calibration)}
    if prediction is None or judged is None:
        return
    record.label = judged.label
    record.result = judged.label
    record.confidence = judged.confidence
    record.band = list(evaluation.band) if evaluation.band else None
    record.probabilities = dict(judged.probabilities)
    record.raw_confidence = prediction.confidence
    record.raw_probabilities = dict(prediction.probabilities)
    record.novelty = prediction.novelty
    record.reasons = [asdict(reason) for reason in prediction.reasons]


def _fill_answer(record: DecisionRecord, evaluation: Evaluation) -> None:
    """Copy what a DMN decision gave."""
    answer = evaluation.answer
    if answer is None:
        return
    record.result = answer.value
    record.label = answer.value if isinstance(answer.value, str) else None
    record.evidence = dict(answer.evidence)
    record.content_sha256 = str(answer.evidence.get("hash") or "")
    record.model_name = f"{evaluation.key} {answer.evidence.get('version', '')}".strip()
    record.dmn_version_id = _uuid(answer.evidence.get("version_id"))


def _uuid(value: JSON) -> UUID | None:
    return UUID(value) if isinstance(value, str) and value else None
