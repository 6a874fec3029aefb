"""What the clock or a sweep could not carry out, shown as an incident: it is tried again, and somebody may look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from bpmn import engine
from bpmn.engine import commands
from decisions.edge.ids import new_id
from decisions.edge.storable import NULL
from orchestrator import facts
from orchestrator.models import Incident, Instance, InstanceState, Timer
from orchestrator.runtime import store


class Code(StrEnum):
    """Codes of the incidents that no token of the engine knows of."""

    TIMER = "timer_failed"  #: a timer that is due raises when it fires
    STEP = "step_failed"  #: a step that its budget had cut raises when it goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an instance does not go on."""

    code: Code
    instance_id: UUID
    element: str
    token: int = 0  #: 0 where it is the whole instance


#: What an operator who tries such an incident again asks of the engine.
AGAIN: Mapping[str, Callable[[Incident], engine.Command]] = {
    Code.TIMER: lambda incident: commands.FireTimer(token=incident.token),
    Code.STEP: lambda incident: commands.Resume(),
}


def note(place: Place, error: Exception, *, now: datetime) -> None:
    """Open an incident, unless the token has one; what failed may be the engine itself, so it is not asked."""
    with transaction.atomic():
        store.load_head(place.instance_id)
        incident, is_new = Incident.objects.get_or_create(
            instance_id=place.instance_id, token=place.token, resolved_at=None,
            defaults={
                "id": new_id(), "element": place.element, "code": place.code, "created_at": now,
                "message": f"{type(error).__name__}: {error}".replace(NULL, "\\0"),
            },
        )  # fmt: skip
        if is_new:
            Instance.objects.filter(id=place.instance_id).update(state=InstanceState.FAILED)
            facts.tell(facts.IncidentOpened(incident_id=incident.id, instance_id=place.instance_id))


def settle(*, now: datetime) -> int:
    """Close the incidents of what has gone on by itself, or is no longer waited for; returns how many."""
    waits = Timer.objects.filter(instance_id=OuterRef("instance_id"), token=OuterRef("token"))
    over = Q(~Exists(waits), code=Code.TIMER) | Q(code=Code.STEP, instance__is_resting=True)
    found = Incident.objects.filter(over, resolved_at=None).values("id")
    return Incident.objects.filter(id__in=found, resolved_at=None).update(resolved_at=now)


def gone_on(place: Place, *, now: datetime) -> None:
    """Close the incident of a place, if it has one: what failed was tried again with success."""
    Incident.objects.filter(
        instance_id=place.instance_id, token=place.token, code=place.code, resolved_at=None
    ).update(resolved_at=now)  # fmt: skip
