"""Starts instances by conditional start events: their conditions are asked with variables of the world.

No instance exists yet whose data a condition could read (BPMN 2.0.2, table 10.84), so somebody has to say
what is so now.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bpmn import definitions as bpmn_definitions
from bpmn import engine
from bpmn.language.process import Variables
from orchestrator import errors
from orchestrator.governance import permissions
from orchestrator.governance.permissions import Actor
from orchestrator.models import StartSubscription
from orchestrator.runtime import instances


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An instance that a true condition started."""

    instance_id: UUID
    process: str
    element: str


@transaction.atomic
def where_true(
    *, variables: Variables, now: datetime, business_key: str = "", process: str | None = None, actor: Actor = None,
) -> list[Begun]:  # fmt: skip
    """Start an instance at every conditional start event that these variables make true: all of them or none.

    Args:
        process: look only at this one; without it at each that the actor may start.
    Raises:
        NotFound: no process has this key.
        NotPermitted: the actor may not start this process.
        NotReady: no version of it waits for a condition.
    """
    waits = StartSubscription.objects.filter(kind="conditional").order_by("id")
    if process is not None:
        waits = waits.filter(process_key=process)
        permissions.require(actor, "start", process_key=process)
        if not waits.exists():
            raise _without(process)
    elif actor is not None and (mine := permissions.keys(actor, "start")) is not None:
        waits = waits.filter(process_key__in=mine)
    begun = []
    for wait in [wait for wait in waits if _holds(wait, variables, now)]:
        with suppress(errors.NotReady):  # its version was retired: nobody may start it any more
            begun.append(_begin(wait, variables, business_key, actor, now))
    return begun


def _without(process: str) -> errors.OrchestratorError:
    if not bpmn_definitions.exists(process):
        return errors.NotFound(f'There is no process "{process}".')
    return errors.NotReady(f'No version of "{process}" that can be run starts by a condition.')


def _begin(
    wait: StartSubscription, variables: Variables, business_key: str, actor: Actor, now: datetime
) -> Begun:  # fmt: skip
    step = instances.start(
        key=wait.process_key, version_id=wait.version_id, start_event=wait.element, variables=variables,
        business_key=business_key, actor=actor, now=now,
    )  # fmt: skip
    return Begun(instance_id=step.id, process=wait.process_key, element=wait.element)


def _holds(wait: StartSubscription, variables: Variables, now: datetime) -> bool:
    process = bpmn_definitions.process(str(wait.version_id))
    return any(
        event.condition is not None and event.condition.evaluate(variables, now=now).value is True
        for event in engine.start_events(process)
        if event.element == wait.element
    )
