"""Correcting an instance: change variables and try an incident again with them, in one act."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bpmn import definitions as bpmn_definitions
from bpmn.language.process import Variables
from orchestrator import errors
from orchestrator.governance.permissions import Actor
from orchestrator.models import Incident, Job
from orchestrator.runtime import incidents, instances, traces


def correct(
    *, instance_id: UUID, variables: Variables, actor: Actor, now: datetime, incident_id: UUID | None = None
) -> None:
    """Set variables of an instance and, when an incident is named, retry its step with them.

    A job keeps the inputs it was opened with, so that every attempt does the same work; a correction by a
    person is the one exception: a job without an input mapping is given the corrected values.

    Raises:
        BadInput: there is nothing to change.
        NotFound, NotPermitted, NotWaiting, AlreadyDone: see the verbs that this one joins.
    """
    if not variables:
        raise errors.BadInput("Write at least one variable to change.", field="variables")
    with transaction.atomic():
        instances.set_variables(instance_id=instance_id, variables=variables, actor=actor, now=now)
        if incident_id is None:
            return
        job = Job.objects.filter(id__in=Incident.objects.filter(id=incident_id).values("job_id")).first()
        if job is not None and not maps_inputs(job):
            Job.objects.filter(id=job.id).update(variables=job.variables | variables)
        incidents.retry(incident_id=incident_id, actor=actor, now=now)


def maps_inputs(job: Job) -> bool:
    """Tell whether the drawing maps the inputs of a job's flow node."""
    body = bpmn_definitions.process(str(job.version_id)).body
    return any(node.id == job.element and node.inputs for node in traces.nodes(body))
