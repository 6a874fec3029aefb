"""What people and later events say about a decision: outcomes, kept beside the record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from decisions import facts
from decisions.errors import UnknownLabel, UnknownRecord
from decisions.models import DecisionRecord, Outcome
from decisions.models import OutcomeSource as Source
from decisions.permissions import Actor

__all__ = ["Source", "record_outcome"]


def record_outcome(
    *,
    record_id: UUID,
    label: str,
    actor: Actor,
    source: Source = Source.HUMAN,
    saw_suggestion: bool,
    seconds_spent: int | None,
    comment: str = "",
    now: datetime,
) -> Outcome:
    """Add an outcome to a record and return it; an earlier one stays, the newest counts.

    The caller has checked that `actor` may answer (the task's inbox does).

    Args:
        saw_suggestion: whether the model's answer stood before the person.
        seconds_spent: between opening and answering, when known.
    Raises:
        UnknownRecord: there is no such record.
        UnknownLabel: the decision has labels, and this is none of them.
    """
    with transaction.atomic():
        record = DecisionRecord.objects.select_related("definition").filter(id=record_id).first()
        if record is None:
            raise UnknownRecord
        labels = tuple(str(each["value"]) for each in record.definition.labels) if record.definition else ()
        if labels and label not in labels:
            raise UnknownLabel(label, labels)
        outcome = Outcome.objects.create(
            record=record,
            source=source,
            label=label,
            agrees=None if record.label is None else record.label == label,
            actor_id=actor.pk if actor else None,
            saw_suggestion=saw_suggestion,
            seconds_spent=seconds_spent,
            comment=comment,
            at=now,
        )
        facts.tell(
            facts.OutcomeRecorded(
                outcome_id=outcome.id, record_id=record.id, label=label, agrees=outcome.agrees, at=now
            )
        )
    return outcome
