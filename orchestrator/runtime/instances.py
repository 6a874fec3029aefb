"""Verbs on process instances: start, cancel, set variables, trigger, go on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from bpmn import definitions as bpmn_definitions
from bpmn import engine
from bpmn.engine import commands
from bpmn.language.process import Event, Variables
from orchestrator import errors
from orchestrator.governance import audit, permissions
from orchestrator.governance.permissions import Actor
from orchestrator.models import Instance
from orchestrator.runtime import refusals, store, stuck
from orchestrator.runtime.change import Lease
from orchestrator.runtime.store import Step
from orchestrator.runtime.stuck import Code, Place


def start(
    *, key: str, variables: Variables, now: datetime, business_key: str = "", actor: Actor = None,
    version_id: UUID | None = None, start_event: str | None = None, lease: Lease | None = None,
) -> Step:  # fmt: skip
    """Start the newest ready version of a process at its none start event.

    Raises:
        NotFound: no process has this key.
        NotReady: it has no version that can run, or no none start event.
        NotPermitted: the actor may not start this process.
    """
    permissions.require(actor, "start", process_key=key)
    ref = _startable(key, version_id)
    if ref is None:
        if not bpmn_definitions.exists(key):
            raise errors.NotFound(f'There is no process "{key}".')
        raise errors.NotReady(f'No version of "{key}" can be run: its readiness report says why.')
    if start_event is None:
        start_event = none_start(ref, key)
    return store.create(
        ref=ref, process_key=key, business_key=business_key, start_event=start_event,
        variables=_with_initiator(variables, ref, start_event, actor),
        now=now, actor_id=actor.pk if actor else None, lease=lease,
    )  # fmt: skip


def _with_initiator(variables: Variables, ref: str, start_event: str, actor: Actor) -> Variables:
    """Add who starts the instance, when the start event names a variable for it (Camunda 7 `initiator`)."""
    event = bpmn_definitions.process(ref).body.nodes.get(start_event)
    if actor is None or not isinstance(event, Event) or event.initiator is None:
        return variables
    return {**variables, event.initiator: actor.get_username()}


def _startable(key: str, version_id: UUID | None) -> str | None:
    if version_id is None:
        return bpmn_definitions.newest_ready(key)
    version = bpmn_definitions.startable(key=key, version_id=version_id)
    return str(version.id) if version else None


def none_start(ref: str, key: str) -> str:
    """Return the id of the none start event of a process version.

    Raises:
        NotReady: it starts only by a message, timer or signal.
    """
    starts = engine.start_events(bpmn_definitions.process(ref))
    for event in starts:
        if event.trigger is None:
            return event.element
    waits = ", ".join(f"{s.trigger} {s.name or ''}".strip() for s in starts)
    raise errors.NotReady(f'"{key}" has no none start event; it starts by: {waits or "nothing"}.')


def cancel(*, instance_id: UUID, actor: Actor, now: datetime, reason: str = "") -> Step:
    """Cancel an instance: every token goes, nothing is compensated."""
    with transaction.atomic():
        step = _operate(instance_id, actor, now, commands.CancelInstance(reason=reason))
        audit.record(
            act="instance.cancelled", subject=f"instance {instance_id}", actor=actor,
            detail={"process": step.head.process_key, "reason": reason}, now=now,
        )  # fmt: skip
    return step


def set_variables(*, instance_id: UUID, variables: Variables, actor: Actor, now: datetime) -> Step:
    """Change variables of a running instance."""
    return _operate(instance_id, actor, now, commands.SetVariables(variables=variables))


def trigger(*, instance_id: UUID, token: int, variables: Variables, actor: Actor, now: datetime) -> Step:
    """Go on with a receive task that names no message."""
    return _operate(instance_id, actor, now, commands.TriggerReceive(token=token, variables=variables))


def go_on(*, instance_id: UUID, now: datetime) -> Step:
    """Go on where a transaction's budget cut the last step."""
    return store.run(instance_id=instance_id, commands=[commands.Resume()], now=now)


def _operate(instance_id: UUID, actor: Actor, now: datetime, *todo: engine.Command) -> Step:
    require(instance_id, actor)
    return store.run(
        instance_id=instance_id, commands=todo, now=now, actor_id=actor.pk if actor else None
    )  # fmt: skip


def require(instance_id: UUID, actor: Actor, verb: str = "operate") -> None:
    """Raise NotPermitted unless the actor may do `verb` to an instance; NotFound when it is not theirs to see."""
    permissions.require(actor, verb, process_key=process_key(instance_id), sought=f"instance {instance_id}")


def process_key(instance_id: UUID) -> str:
    """Return the key of an instance's process.

    Raises:
        NotFound: no such instance.
    """
    key = Instance.objects.filter(id=instance_id).values_list("process_key", flat=True).first()
    if key is None:
        raise errors.NotFound(f"There is no instance {instance_id}.")
    return key


def resume_cut(*, limit: int, now: datetime) -> Sequence[UUID]:
    """Go on with instances whose step was cut and whose continuation was lost; returns their ids."""
    waiting = Instance.objects.filter(is_resting=False, suspended_at__isnull=True)
    cut = list(waiting.values_list("id", "process_key")[:limit])
    for instance_id, key in cut:
        note = partial(stuck.note, Place(code=Code.STEP, instance_id=instance_id, element=key), now=now)
        with refusals.alone(f"cut step of instance {instance_id}", note), suppress(errors.NotWaiting):
            go_on(instance_id=instance_id, now=now)  # not waiting: suspended since it was listed
    return [instance_id for instance_id, _ in cut]
