"""Correcting an instance: change variables and try an incident again with them, in one act."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bpmn.engine import commands, effects
from bpmn.language.process import Variables
from orchestrator import errors
from orchestrator.connectors import registry as connectors
from orchestrator.governance.permissions import Actor
from orchestrator.models import Incident, Job
from orchestrator.runtime import incidents, instances, store


def correct(
    *, instance_id: UUID, variables: Variables, actor: Actor, now: datetime, incident_id: UUID | None = None
) -> None:
    """Set variables of an instance and, when an incident is named, retry its step with them.

    A job keeps the inputs it was opened with, so that every attempt does the same work; a correction by a
    person is the one exception: its inputs are reckoned anew.

    Raises:
        BadInput: there is nothing to change.
        NotWaiting: the inputs of the job cannot be reckoned from these values; nothing has changed.
        NotFound, NotPermitted, AlreadyDone: see the verbs that this one joins.
    """
    if not variables:
        raise errors.BadInput("Write at least one variable to change.", field="variables")
    with transaction.atomic():
        instances.set_variables(instance_id=instance_id, variables=variables, actor=actor, now=now)
        if incident_id is None:
            return
        incident = Incident.objects.filter(id=incident_id, instance_id=instance_id, resolved_at=None).first()
        if incident is not None and incident.job_id is not None:
            _renew(incident, incident.job_id, now)
        incidents.retry(incident_id=incident_id, actor=actor, now=now)


def _renew(incident: Incident, job_id: UUID, now: datetime) -> None:
    renew = commands.RenewJob(token=incident.token)
    step = store.run(instance_id=incident.instance_id, commands=[renew], now=now)
    for effect in step.advance.effects:
        if isinstance(effect, effects.JobRenewed):
            Job.objects.filter(id=job_id).update(
                type=effect.type, headers=dict(effect.headers), variables=effect.variables,
                is_external=not connectors.performs(effect.type, effect.headers),
            )  # fmt: skip
