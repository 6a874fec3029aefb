"""What becomes of a version after its upload: a draft is tried out, a version is retired, its start events wait."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bpmn import definitions as bpmn_definitions
from bpmn import engine
from bpmn import errors as bpmn_errors
from bpmn.language.process import Variables
from bpmn.models import ProcessDefinition, ProcessVersion
from orchestrator import errors
from orchestrator.governance import audit, permissions
from orchestrator.governance.permissions import Actor
from orchestrator.models import StartSubscription, StartTimer


def try_out(*, version_id: UUID, actor: Actor, now: datetime) -> ProcessVersion:
    """Make a version ready that only its drawing's `isExecutable="false"`, or its retirement, keeps from running.

    Raises:
        NotFound: no such version.
        NotReady: something else stops it, which the message says.
        NotPermitted: the actor may not upload.
    """
    permissions.require_deploy(actor)
    try:
        with transaction.atomic():
            row = bpmn_definitions.make_ready(version_id=version_id, actor=actor, now=now)
            _note(row, "version.tried_out", actor, now)
    except bpmn_errors.UnknownVersion as unknown:
        raise errors.NotFound(str(unknown)) from unknown
    except bpmn_errors.VersionNotReady as stopped:
        raise errors.NotReady(str(stopped)) from stopped
    return row


def retire(*, version_id: UUID, actor: Actor, now: datetime) -> ProcessVersion:
    """Let nobody start a version any more; the newest one that is ready takes its place, running instances stay.

    Raises:
        NotFound: no such version.
        AlreadyDone: it is no version that can be started.
        NotPermitted: the actor may not upload.
    """
    permissions.require_deploy(actor)
    try:
        with transaction.atomic():
            if not ProcessVersion.objects.select_for_update().get(id=version_id).executable:
                raise errors.AlreadyDone("This version cannot be started already.")
            row = bpmn_definitions.retire(version_id=version_id, actor=actor, now=now)
            _note(row, "version.retired", actor, now)
    except ProcessVersion.DoesNotExist as unknown:
        raise errors.NotFound(f"There is no process version {version_id}.") from unknown
    return row


def _note(row: ProcessVersion, act: str, actor: Actor, now: datetime) -> None:
    arm(row.key, now)
    detail: Variables = {"process": row.key, "version": row.version}
    audit.record(act=act, subject=f"process {row.key} version {row.version}", actor=actor, detail=detail, now=now)


def arm(key: str, now: datetime) -> None:
    """Let the start events of the newest ready version wait, in place of those of any other; in a transaction."""
    # Whoever uploads or retires another version at the same time would leave its start events beside these.
    ProcessDefinition.objects.select_for_update().get(key=key)
    StartSubscription.objects.filter(process_key=key).delete()
    StartTimer.objects.filter(process_key=key).delete()
    ref = bpmn_definitions.newest_ready(key)
    if ref is None:
        return
    for event in engine.start_events(bpmn_definitions.process(ref), now=now):
        where = {"version_id": ref, "process_key": key, "element": event.element}
        if event.trigger in ("message", "signal") and event.name:
            StartSubscription.objects.create(kind=event.trigger, name=event.name, **where)
        elif event.trigger == "conditional" and event.condition is not None:
            StartSubscription.objects.create(kind=event.trigger, **where)
        elif due := engine.first_due(event, now):
            StartTimer.objects.create(
                due_at=due.due_at, every=due.every or "", left=due.left, until=due.until, **where
            )  # fmt: skip
