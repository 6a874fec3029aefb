"""Evaluates a decision for one case: rules, prediction, calibration, route; recorded once, always."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from decisions import artefacts, definitions, facts, records, rules
from decisions.confidence import calibration
from decisions.confidence.routing import (
    Condition,
    Judged,
    Route,
    RoutingPolicy,
    check,
    choose,
    confidence_checks,
    policy_checks,
)
from decisions.edge.canonical import Variables
from decisions.evaluation import Case, Evaluation
from decisions.models import DecisionDefinition, DecisionKind, PolicyVersion, PredictorVersion, VersionState
from decisions.predictors.base import Prediction, Predictor, Reason
from decisions.predictors.errors import PredictorError, PredictorFailed
from decisions.predictors.limits import call_within
from decisions.predictors.schema import Fit, Schema, only
from decisions.records import Verdict

__all__ = ["Case", "Condition", "Reason", "Route", "Verdict", "decide"]


def decide(*, key: str, variables: Variables, case: Case, now: datetime) -> Verdict:
    """Return how the decision `key` goes on for a case, having recorded it.

    The same `case.idempotency_key` again returns the first record, whatever the variables are now. No
    transaction is open while a model predicts. Nothing that goes wrong with a model, a rule or an input is
    raised: it becomes a condition that is not met, and the case goes to a person.
    """
    if known := records.find(case.idempotency_key):
        return known
    evaluation = Evaluation(key=key, variables=variables, case=case, now=now)
    evaluation.definition = DecisionDefinition.objects.filter(key=key).first()
    if evaluation.definition is None:
        _refuse(evaluation, "decision_known", "The decision is known", f'a decision "{key}"', "none")
    elif evaluation.definition.kind == DecisionKind.DMN:
        _evaluate_table(evaluation)
    else:
        _evaluate_predictor(evaluation, evaluation.definition)
    evaluation.routed = choose(evaluation.checks)
    return _write(evaluation)


def give_up(*, key: str, variables: Variables, case: Case, now: datetime, reason: str) -> Verdict:
    """Record a case whose model did not answer; it goes to a person."""
    evaluation = Evaluation(key=key, variables=variables, case=case, now=now)
    evaluation.definition = DecisionDefinition.objects.filter(key=key).first()
    _refuse(evaluation, "model_answers", "The model answers", "a prediction", reason)
    evaluation.routed = choose(evaluation.checks)
    return _write(evaluation)


def _write(evaluation: Evaluation) -> Verdict:
    """Record the evaluation; when somebody else was first with the same key, theirs counts."""
    try:
        with transaction.atomic():
            record = records.write(evaluation)
            facts.tell(
                facts.DecisionMade(
                    record_id=record.id,
                    idempotency_key=record.idempotency_key,
                    decision=record.decision_key,
                    route=record.route,
                    instance_id=record.instance_id,
                    is_audit=record.is_audit,
                    at=record.decided_at,
                )
            )
    except IntegrityError:
        known = records.find(evaluation.case.idempotency_key)
        if known is None:
            raise
        return known
    return records.verdict(record, evaluation.definition)


def _evaluate_table(evaluation: Evaluation) -> None:
    """Evaluate a DMN decision: its answer acts alone, since its author wrote down every case."""
    answer = definitions.evaluate(key=evaluation.key, variables=evaluation.variables, now=evaluation.now)
    evaluation.answer = answer
    if answer.error:
        _refuse(evaluation, "table_answers", "The decision table answers", "an answer", answer.error)


def _evaluate_predictor(evaluation: Evaluation, definition: DecisionDefinition) -> None:
    started = time.perf_counter()
    policy = evaluation.policy = definition.policies.order_by("-version").first()
    evaluation.version = (
        PredictorVersion.objects.filter(predictor=definition.predictor_id, state=VersionState.ACTIVE)
        .select_related("predictor")
        .defer("golden", "metrics", "training")
        .first()
    )
    _check_switch(evaluation, definition)
    if policy is None:
        _refuse(evaluation, "policy_in_force", "A policy says when it may decide alone", "a policy", "none")
    else:
        hard_rules = [rules.Rule.from_json(each) for each in policy.hard_rules]
        evaluation.checks += rules.checks(hard_rules, evaluation.variables, now=evaluation.now)
    _lap(evaluation, "rules", started)
    if evaluation.version is None:
        _refuse(evaluation, "model_active", "A model is in use", "an active version", "none")
        return
    features = _read_features(evaluation, evaluation.version)
    if features is not None:
        _predict(evaluation, evaluation.version, features)
    if evaluation.judged and policy:
        routing = routing_policy(policy)
        evaluation.checks += confidence_checks(evaluation.judged, routing)
        evaluation.checks += policy_checks(evaluation.judged, routing, now=evaluation.now)


def _check_switch(evaluation: Evaluation, definition: DecisionDefinition) -> None:
    since = f" since {definition.automatic_since:%d %b %Y}" if definition.automatic_since else ""
    actual = f"on{since}" if definition.is_automatic else f"off{since}"
    evaluation.checks.append(
        check("automation_on", "Automatic decisions switched on", "on", actual, definition.is_automatic,
              Route.SUGGEST)
    )  # fmt: skip


def _read_features(evaluation: Evaluation, version: PredictorVersion) -> dict[str, Any] | None:
    """Return the model's inputs, or None when a required one is missing or of the wrong type."""
    schema = Schema.from_json(version.schema)
    features, problems = schema.read(evaluation.variables)
    evaluation.input_problems = [problem.to_json() for problem in problems]
    total = len(schema.fields)
    unusable = only(problems, Fit.MISSING, Fit.INVALID)
    strange = only(problems, Fit.UNFAMILIAR)
    shown = "; ".join(f"{each.field}: {each.actual}, expected {each.expected}" for each in unusable[:5])
    evaluation.checks.append(
        check("inputs_usable", "Required inputs are there", f"{total} of {total}",
              shown or f"{total} of {total}", not unusable, Route.ESCALATE)
    )  # fmt: skip
    shown = "; ".join(f"{each.field} is {each.actual}, seen {each.expected}" for each in strange[:5])
    evaluation.checks.append(
        check("inputs_familiar", "Inputs like those it was trained on", "seen in training",
              shown or "all seen in training", not strange, Route.SUGGEST)
    )  # fmt: skip
    return None if unusable else features


def _predict(evaluation: Evaluation, version: PredictorVersion, features: dict[str, Any]) -> None:
    """Ask the model within the policy's time limit; calibrate what it says."""
    seconds = (evaluation.policy.time_limit_ms if evaluation.policy else 2000) / 1000
    started = time.perf_counter()
    try:
        predictor = artefacts.predictor(version)
        started = _lap(evaluation, "load", started)
        raw, probabilities, reasons = call_within(seconds, lambda: _answer(predictor, version.calibration, features))
    except PredictorError as error:
        evaluation.error = f"{error.code}: {error}"
        _refuse(evaluation, error.code, "The model answers", f"within {seconds * 1000:.0f} ms", str(error))
        return
    finally:
        _lap(evaluation, "predict", started)
    label = calibration.top(probabilities)
    evaluation.prediction = replace(raw, reasons=reasons)
    evaluation.judged = Judged(
        label=label,
        confidence=probabilities[label],
        probabilities=probabilities,
        model_digest=version.artefact_id,
        novelty=raw.novelty,
    )
    evaluation.band = calibration.band(version.calibration, probabilities[label])


def _answer(
    predictor: Predictor, document: Mapping[str, Any], features: dict[str, Any]
) -> tuple[Prediction, dict[str, float], tuple[Reason, ...]]:
    """Return the raw prediction, its calibrated probabilities and the reasons for the calibrated answer."""
    try:
        (raw,) = predictor.predict([features])
        probabilities = calibration.apply(document, raw.probabilities)
        return raw, probabilities, predictor.explain(features, calibration.top(probabilities))
    except PredictorError:
        raise
    except Exception as error:
        # A model is foreign code: whatever it raises on this input is one case for a person, kept in words.
        raise PredictorFailed(f"{type(error).__name__}: {error}") from error


def routing_policy(policy: PolicyVersion) -> RoutingPolicy:
    """Return the part of a policy version that routing reads."""
    return RoutingPolicy(
        name=str(policy),
        auto_at=policy.auto_at,
        suggest_at=policy.suggest_at,
        never_alone=frozenset(policy.never_alone),
        critical=policy.critical,
        valid_until=policy.valid_until,
        certified_for=policy.certificate.get("model"),
    )


def _refuse(evaluation: Evaluation, code: str, text: str, expected: str, actual: str) -> None:
    """Note a condition that sends the case to a person without an answer."""
    evaluation.checks.append(check(code, text, expected, actual, False, Route.ESCALATE))
    evaluation.error = evaluation.error or f"{text}: {actual}"


def _lap(evaluation: Evaluation, name: str, started: float) -> float:
    """Note the milliseconds since `started`; return the time now."""
    now = time.perf_counter()
    evaluation.latency_ms[name] = round((now - started) * 1000, 3)
    return now
