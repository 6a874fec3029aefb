"""Correcting an instance: change variables and try an incident again with them, in one act."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bpmn.language.process import Variables
from orchestrator import errors
from orchestrator.governance.permissions import Actor
from orchestrator.runtime import incidents, instances


def correct(
    *, instance_id: UUID, variables: Variables, actor: Actor, now: datetime, incident_id: UUID | None = None
) -> None:
    """Set variables of an instance and, when an incident is named, retry its step with them.

    Raises:
        BadInput: there is nothing to change.
        NotWaiting: the inputs of the job cannot be reckoned from these values; nothing has changed.
        NotFound, NotPermitted, AlreadyDone: see the verbs that this one joins.
    """
    if not variables:
        raise errors.BadInput("Write at least one variable to change.", field="variables")
    with transaction.atomic():
        instances.set_variables(instance_id=instance_id, variables=variables, actor=actor, now=now)
        if incident_id is not None:
            incidents.retry(incident_id=incident_id, actor=actor, now=now)
