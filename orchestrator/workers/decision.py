"""The promise of the product: a model proposes, the policy routes, a person decides what the model may not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bpmn import engine
from bpmn.engine import commands
from bpmn.language.process import JSON, Variables
from decisions import decide as decisions_decide
from decisions import selectors as decisions_selectors
from decisions.decide import Case, Route, Verdict
from decisions.edge.ids import new_id
from decisions.errors import UnknownDecision
from humantasks import inbox
from orchestrator.runtime import jobs, people
from orchestrator.runtime.jobs import Work
from orchestrator.workers import briefing


def perform(work: Work, *, now: datetime) -> engine.Command | None:
    """Decide a case: by the model alone, or by handing it to a person (then None).

    A model that fails, is late or is missing escalates; it never fails the process.
    """
    verdict = decisions_decide.decide(
        key=work.headers.get("decision", ""), variables=work.variables, now=now,
        case=Case(
            idempotency_key=str(work.id), instance_id=work.instance_id, process_key=work.process_key,
            element=work.element, business_key=work.business_key,
        ),
    )  # fmt: skip
    if verdict.route is Route.AUTO:
        return commands.CompleteJob(token=work.token, variables=result(verdict, verdict.label, "model"))
    hand_over(work, verdict, now=now)
    return None


def result(verdict: Verdict, label: str | None, by: str) -> Variables:
    """Return what the process sees of a decision: `{result_variable: {label, confidence, ...}}`."""
    return {
        verdict.result_variable: {
            "label": label,
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
        inbox.create(specs=[_spec(work, verdict, context, now)], now=now)


def _spec(work: Work, verdict: Verdict, context: Any, now: datetime) -> inbox.TaskSpec:
    headers = work.headers
    minutes = headers.get("due_minutes")
    return inbox.TaskSpec(
        id=new_id(), reference=people.reference(work.instance_id, work.token), kind="decision",
        instance_id=work.instance_id, process_key=work.process_key, element=work.element,
        name=work.name or work.element, business_key=work.business_key, assignee=None,
        candidate_users=(), candidate_groups=_words(headers.get("candidate_groups", "")),
        form=_form(verdict), variables=work.variables, briefing=context,
        suggestion=_suggestion(verdict), conditions=_conditions(verdict), record_id=verdict.record_id,
        priority=50, due_at=now + timedelta(minutes=float(minutes)) if minutes else None,
        follow_up_at=None, created_at=now,
    )  # fmt: skip


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


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
