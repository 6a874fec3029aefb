"""Goes on with instances by what people did in the inbox, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import get_user_model

from bpmn.engine import commands
from bpmn.language.process import Variables
from decisions import feedback as decisions_feedback
from decisions import selectors as decisions_selectors
from decisions.feedback import Source
from humantasks import errors as humantasks_errors
from humantasks.facts import TaskCompleted, TaskCorrected
from humantasks.models import HumanTask, TaskKind
from humantasks.rows import Update
from orchestrator import errors
from orchestrator.runtime import jobs, people, store
from orchestrator.workers import second_looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A human task and the instance that waits for it, both under lock."""

    task: HumanTask
    held: store.Held

    def go_on(self, fact: TaskCompleted, answer: Update) -> None:
        """Write the answer and go on with the instance, which for a second look has gone on already.

        Raises:
            CaseWentOn: nothing waits for this answer any more.
            Suspended: the instance takes no answers now.
        """
        if fact.kind == TaskKind.AUDIT:
            answer.save()
            second_looks.compare(fact)
            return
        token = people.awaited(str(fact.reference)).token
        try:
            if fact.kind == TaskKind.DECISION:
                answer.save()
                _decided(fact, token)
                return
            store.run(
                instance_id=self.held.head.id, commands=[commands.CompleteTask(token=token, variables=fact.variables)],
                now=fact.at, actor_id=fact.actor_id, held=self.held, updates=[answer], savepoint=False,
            )  # fmt: skip
        except errors.Suspended:
            raise
        except errors.NotWaiting as gone:
            raise humantasks_errors.CaseWentOn from gone


def hold(task_id: UUID) -> Waiting | None:
    """Lock the instance that waits for a human task, then the task, if there is one."""
    found = store.load_with_task(task_id)
    return Waiting(held=found[0], task=found[1]) if found else None


def on_inbox(*, fact: object, **_: object) -> None:
    """Receive a fact of the inbox."""
    if isinstance(fact, TaskCorrected) and fact.record_id is not None:
        _corrected(fact, fact.record_id)


def _corrected(fact: TaskCorrected, record_id: UUID) -> None:
    """Keep a later, better answer beside the first one; the case has gone on and stays as it is."""
    decisions_feedback.record_outcome(
        record_id=record_id, label=str(fact.variables.get("label", "")), source=Source.CORRECTION,
        actor=get_user_model().objects.get(pk=fact.actor_id), saw_suggestion=True, seconds_spent=None,
        comment=fact.comment, now=fact.at,
    )  # fmt: skip


def _decided(fact: TaskCompleted, token: int) -> None:
    store.require_running(fact.instance_id)
    work = jobs.awaiting(instance_id=fact.instance_id, token=token)
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
