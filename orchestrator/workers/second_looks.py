"""Blind second looks: a person answers what a model has decided alone, and the two answers are compared."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib.auth import get_user_model

from decisions import feedback as decisions_feedback
from decisions import records as decisions_records
from decisions.facts import DecisionMade
from decisions.feedback import Source
from humantasks import briefing as humantasks_briefing
from humantasks import inbox
from humantasks.facts import TaskCompleted
from humantasks.models import TaskKind
from orchestrator import errors
from orchestrator.runtime import jobs
from orchestrator.runtime.jobs import Work
from orchestrator.workers import decision

#: Cases that wait for their answer come first.
PRIORITY = 20


def reference(record_id: UUID) -> str:
    """Return the key of a record's second look; no token of an instance has such a key."""
    return f"audit:{record_id}"


def on_decision(*, fact: object, **_: object) -> None:
    """Open a second look for a decision that was drawn, in the transaction that records it."""
    if not isinstance(fact, DecisionMade) or not fact.is_audit:
        return
    work = _work(fact.idempotency_key)
    if work is not None:  # a decision asked for by no job belongs to no case that could be shown
        _open(work, fact)


def compare(fact: TaskCompleted) -> None:
    """Keep an answer beside the model's; the case has gone on and stays as it is."""
    if fact.record_id is None:
        raise errors.NotWaiting
    decisions_feedback.record_outcome(
        record_id=fact.record_id, label=str(fact.variables.get("label", "")), source=Source.AUDIT,
        actor=get_user_model().objects.get(pk=fact.actor_id), saw_suggestion=False,
        seconds_spent=fact.seconds_spent, comment=fact.comment, now=fact.at,
    )  # fmt: skip


def _open(work: Work, fact: DecisionMade) -> None:
    verdict = decisions_records.find(fact.idempotency_key)
    if verdict is None:
        raise LookupError(f"the decision {fact.record_id} is told before it is recorded")
    own = humantasks_briefing.from_variables(work.variables, source="Case", at=fact.at)
    shown = humantasks_briefing.Briefing(items=own, gathered_at=fact.at)
    spec = replace(
        decision.spec(work, verdict, shown, fact.at),
        kind=TaskKind.AUDIT, reference=reference(fact.record_id), priority=PRIORITY, due_at=None,
    )  # fmt: skip
    inbox.create(specs=[spec], now=fact.at)


def _work(idempotency_key: str) -> Work | None:
    """Return the work that a decision was asked for by: its key is the job's."""
    try:
        found = jobs.works([UUID(idempotency_key)])
    except ValueError:
        return None
    return found[0] if found else None
