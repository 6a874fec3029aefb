"""Listens to what people did in the inbox and goes on with the instance, in the same transaction."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import get_user_model

from bpmn.engine import commands
from bpmn.language.process import Variables
from decisions import feedback as decisions_feedback
from decisions import selectors as decisions_selectors
from decisions.feedback import Source
from humantasks import errors as humantasks_errors
from humantasks.facts import TaskCompleted, TaskCorrected
from orchestrator import errors
from orchestrator.runtime import jobs, people, store


def on_inbox(*, fact: object, **_: object) -> None:
    """Receive a fact of the inbox."""
    if isinstance(fact, TaskCompleted):
        _completed(fact)
    elif isinstance(fact, TaskCorrected) and fact.record_id is not None:
        _corrected(fact, fact.record_id)


def _completed(fact: TaskCompleted) -> None:
    waits = people.awaited(str(fact.reference))
    try:
        if fact.kind == "decision":
            _decided(fact, waits)
            return
        command = commands.CompleteTask(token=waits.token, variables=fact.variables)
        store.run(
            instance_id=waits.instance_id, commands=[command], now=fact.at, actor_id=fact.actor_id, savepoint=False
        )
    except errors.Suspended:
        raise
    except errors.NotWaiting as gone:
        raise humantasks_errors.CaseWentOn from gone


def _corrected(fact: TaskCorrected, record_id: UUID) -> None:
    """Keep a later, better answer beside the first one; the case has gone on and stays as it is."""
    decisions_feedback.record_outcome(
        record_id=record_id, label=str(fact.variables.get("label", "")), source=Source.CORRECTION,
        actor=get_user_model().objects.get(pk=fact.actor_id), saw_suggestion=True, seconds_spent=None,
        comment=fact.comment, now=fact.at,
    )  # fmt: skip


def _decided(fact: TaskCompleted, waits: people.Awaited) -> None:
    store.require_running(waits.instance_id)
    work = jobs.awaiting(instance_id=waits.instance_id, token=waits.token)
    if work is None or fact.record_id is None:
        raise errors.NotWaiting
    actor = get_user_model().objects.get(pk=fact.actor_id)
    label = str(fact.variables.get("label", ""))
    decisions_feedback.record_outcome(
        record_id=fact.record_id, label=label, actor=actor, saw_suggestion=fact.saw_suggestion,
        seconds_spent=fact.seconds_spent, comment=fact.comment, now=fact.at,
    )  # fmt: skip
    record = decisions_selectors.record(fact.record_id)
    decided: Variables = {
        record.result_variable: {
            "label": label,
            "result": label,
            "decided_by": "person",
            "route": record.route,
            "confidence": record.confidence,
            "record": str(fact.record_id),
        }
    }
    others = {name: value for name, value in fact.variables.items() if name != "label"}
    jobs.answer(work=work, variables={**others, **decided}, now=fact.at, actor_id=fact.actor_id)
