"""Starts instances by conditional start events: their conditions are asked with variables of the world.

No instance exists yet whose data a condition could read (BPMN 2.0.2, table 10.84), so somebody has to say
what is so now.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bpmn import definitions as bpmn_definitions
from bpmn import engine
from bpmn.language.process import Variables
from orchestrator.models import StartSubscription
from orchestrator.runtime import instances


def where_true(*, variables: Variables, now: datetime) -> list[UUID]:
    """Start an instance at every conditional start event that these variables make true; return their ids."""
    waits = StartSubscription.objects.filter(kind="conditional").order_by("id")
    return [
        instances.start(
            key=wait.process_key, version_id=wait.version_id, start_event=wait.element, variables=variables, now=now,
        ).id
        for wait in list(waits)
        if _holds(wait, variables, now)
    ]  # fmt: skip


def _holds(wait: StartSubscription, variables: Variables, now: datetime) -> bool:
    process = bpmn_definitions.process(str(wait.version_id))
    return any(
        event.condition is not None and event.condition.evaluate(variables, now=now).value is True
        for event in engine.start_events(process)
        if event.element == wait.element
    )
