"""Verbs on incidents: try again after the cause was removed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bpmn import engine
from bpmn.engine import commands, effects
from orchestrator import errors
from orchestrator.connectors import registry as connectors
from orchestrator.governance import audit, permissions
from orchestrator.governance.permissions import Actor
from orchestrator.models import Incident, Job
from orchestrator.runtime import jobs, store, stuck


def retry(*, incident_id: UUID, actor: Actor, now: datetime) -> Incident:
    """Close an incident and try its step again: the job with all its attempts, or the engine's step.

    A job keeps the inputs it was opened with, so that every attempt does the same work. Trying again after a
    person has looked is the one exception: variables may have been corrected, its inputs are reckoned anew.

    Raises:
        NotFound: no such incident.
        AlreadyDone: it is closed already.
        NotWaiting: the inputs of the job cannot be reckoned; nothing has changed.
        NotPermitted: the actor may not operate this process.
    """
    with transaction.atomic():
        incident = Incident.objects.select_related("instance").defer("instance__data").filter(id=incident_id).first()
        if incident is None:
            raise errors.NotFound(f"There is no incident {incident_id}.")
        key = incident.instance.process_key
        permissions.require(actor, "operate", process_key=key, sought=f"incident {incident_id}")
        store.load_head(incident.instance_id)
        closed = Incident.objects.filter(id=incident_id, resolved_at__isnull=True).update(
            resolved_at=now, resolved_by_id=actor.pk if actor else None
        )
        if not closed:
            raise errors.AlreadyDone("This incident is closed already.")
        if incident.job_id:
            _renew(incident.job_id, incident, now)
            jobs.retry(job_id=incident.job_id, now=now)
            store.refresh_state(incident.instance_id)
        else:
            again = stuck.AGAIN.get(incident.code, _the_engine_s)
            store.run(
                instance_id=incident.instance_id, commands=[again(incident)], now=now,
                actor_id=actor.pk if actor else None,
            )  # fmt: skip
        audit.record(
            act="incident.retried", subject=f"instance {incident.instance_id}", actor=actor,
            detail={"process": incident.instance.process_key, "element": incident.element, "code": incident.code},
            now=now,
        )  # fmt: skip
    incident.refresh_from_db()
    return incident


def _the_engine_s(incident: Incident) -> engine.Command:
    return commands.RetryIncident(token=incident.token)


def _renew(job_id: UUID, incident: Incident, now: datetime) -> None:
    renew = commands.RenewJob(token=incident.token)
    step = store.run(instance_id=incident.instance_id, commands=[renew], now=now)
    for effect in step.advance.effects:
        if isinstance(effect, effects.JobRenewed):
            Job.objects.filter(id=job_id).update(
                type=effect.type, headers=dict(effect.headers), variables=effect.variables, large=None,
                is_external=not connectors.performs(effect.type, effect.headers),
            )  # fmt: skip
