"""The promise of the product: a model proposes, the policy routes, a person decides what the model may not."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bpmn import engine
from bpmn.engine import commands
from bpmn.language.process import JSON, Variables
from decisions import decide as decisions_decide
from decisions import feel
from decisions import selectors as decisions_selectors
from decisions.decide import Case, Route, Verdict
from decisions.edge.ids import new_id
from decisions.errors import UnknownDecision
from humantasks import inbox
from orchestrator.runtime import jobs, people
from orchestrator.runtime.jobs import Work
from orchestrator.workers import briefing

log = logging.getLogger(__name__)


def perform(work: Work, *, now: datetime) -> engine.Command | None:
    """Decide a case: by the model alone, or by handing it to a person (then None).

    A model that fails, is late or is missing escalates; it never fails the process.
    """
    verdict = decisions_decide.decide(
        key=work.headers.get("decision", ""), variables=work.variables, now=now, case=_case(work)
    )  # fmt: skip
    if verdict.route is Route.AUTO:
        return commands.CompleteJob(token=work.token, variables=result(verdict, verdict.label, "model"))
    hand_over(work, verdict, now=now)
    return None


def give_up(work: Work, *, now: datetime) -> None:
    """Hand a case to a person because its model did not answer in time."""
    verdict = decisions_decide.give_up(
        key=work.headers.get("decision", ""), variables=work.variables, now=now, case=_case(work),
        reason="no answer in time",
    )  # fmt: skip
    hand_over(work, verdict, now=now)


def _case(work: Work) -> Case:
    return Case(
        idempotency_key=str(work.id), instance_id=work.instance_id, process_key=work.process_key,
        element=work.element, business_key=work.business_key,
    )  # fmt: skip


def result(verdict: Verdict, label: str | None, by: str) -> Variables:
    """Return what the process sees of a decision: `{result_variable: {label, confidence, ...}}`."""
    return {
        verdict.result_variable: {
            "label": label,
            "result": verdict.result if by == "model" else label,
            "decided_by": by,
            "route": verdict.route.value,
            "confidence": verdict.confidence,
            "record": str(verdict.record_id),
        }
    }


def hand_over(work: Work, verdict: Verdict, *, now: datetime) -> None:
    """Give the case to people, with its context gathered first and frozen with the task."""
    context = briefing.gather(work, now=now)  # reaches outside: no transaction is open
    with transaction.atomic():
        jobs.await_person(work=work, now=now)
        inbox.create(specs=[spec(work, verdict, context, now)], now=now)


def spec(work: Work, verdict: Verdict, context: Any, now: datetime) -> inbox.TaskSpec:
    """Return the inbox's description of a case that a person decides."""
    minutes = _header(work, "due_minutes")
    return inbox.TaskSpec(
        id=new_id(), reference=people.reference(work.instance_id, work.token), kind="decision",
        instance_id=work.instance_id, process_key=work.process_key, element=work.element,
        name=work.name or work.element, business_key=work.business_key, assignee=None,
        candidate_users=(), candidate_groups=_words(_header(work, "candidate_groups")),
        form=_form(verdict), variables=work.variables, briefing=context,
        suggestion=_suggestion(verdict), conditions=_conditions(verdict), record_id=verdict.record_id,
        priority=50, due_at=_due(minutes, now),
        follow_up_at=None, created_at=now,
    )  # fmt: skip


def _header(work: Work, name: str) -> JSON:
    """Return a header's value: as written, or what its expression says of the case; None when it says nothing."""
    try:
        found = feel.parse_template(work.headers.get(name, "")).evaluate(work.variables)
    except feel.FeelSyntaxError as unreadable:
        log.warning('The header "%s" of "%s" is left out: %s', name, work.element, unreadable)
        return None
    return feel.to_json(found.value)


def _words(value: JSON) -> tuple[str, ...]:
    words = value if isinstance(value, list) else str(value or "").split(",")
    return tuple(text for word in words if (text := str(word).strip()))


def _due(minutes: JSON, now: datetime) -> datetime | None:
    """Return the deadline; a case never fails because its drawing gives none that can be read."""
    try:
        return now + timedelta(minutes=float(str(minutes))) if minutes else None
    except (ValueError, OverflowError):
        log.warning('"%s" is no number of minutes: the task has no deadline', minutes)
        return None


def _form(verdict: Verdict) -> dict[str, JSON]:
    try:
        definition = decisions_selectors.definition(verdict.decision)
    except UnknownDecision:
        return {"decision": verdict.decision, "labels": list(verdict.labels)}
    texts = decisions_selectors.label_texts(definition)
    labels: list[JSON] = [{"value": label, "text": texts.get(label, label)} for label in verdict.labels]
    return {"decision": verdict.decision, "labels": labels, "question": definition.question}


def _conditions(verdict: Verdict) -> list[dict[str, JSON]]:
    return [
        {"code": c.code, "text": c.text, "expected": c.expected, "actual": c.actual, "met": c.met}
        for c in verdict.conditions
    ]


def _suggestion(verdict: Verdict) -> dict[str, JSON]:
    """Return what the model proposed; the inbox shows it only when the route is SUGGEST."""
    return {
        "route": verdict.route.value,
        "label": verdict.label,
        "confidence": verdict.confidence,
        "band": list(verdict.band) if verdict.band else None,
        "model": verdict.model,
        "policy": verdict.policy,
        "certified": verdict.certified,
        "reasons": [
            {"feature": r.feature, "text": r.text, "contribution": r.contribution} for r in verdict.reasons
        ],
    }  # fmt: skip
