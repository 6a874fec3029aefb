"""Where the time goes: how long tokens waited at each flow node of a process, ready to be painted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from bpmn import definitions as bpmn_definitions
from bpmn.engine.effects import Happened
from orchestrator.models import Activity, Instance
from orchestrator.runtime import traces

#: Newest instances and lines of history that the medians are reckoned from.
_INSTANCES = 500
_SAMPLE = 20_000
_PINNED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Where the time goes on one process version."""

    version_id: UUID
    state: Mapping[str, Any]
    sentence: str


def of_process(process: str, *, since: datetime) -> Heat | None:
    """Return where the time went on the newest version of a process since a moment, None without a version."""
    newest = bpmn_definitions.latest(process)
    if newest is None:
        return None
    names = traces.names_of(bpmn_definitions.process(str(newest.id)))
    waits = _waits(newest.id, since)
    longest = max((median(seconds) for seconds in waits.values()), default=0.0)
    medians = sorted(((median(s), e) for e, s in waits.items() if e in names), reverse=True)
    pins = [[element, _short(wait), "warn"] for wait, element in medians[:_PINNED] if wait >= 1]
    said = ", ".join(f"{names[element]} {_short(wait)}" for wait, element in medians[:_PINNED])
    return Heat(
        version_id=newest.id,
        state={"heat": [[e, wait / longest if longest else 0] for wait, e in medians], "pins": pins},
        sentence=f"Where the time goes, median per step: {said or 'nothing was waited for yet'}.",
    )  # fmt: skip


def _waits(version_id: UUID, since: datetime) -> dict[str, list[float]]:
    """Return seconds between entering and leaving, per flow node that tokens waited at."""
    rows = Activity.objects.filter(
        version_id=version_id, at__gte=since, happened__in=[Happened.ENTERED, Happened.COMPLETED],
        instance__in=Instance.objects.filter(version_id=version_id).order_by("-started_at")
        .values("id")[:_INSTANCES],
    ).order_by("instance_id", "seq")  # fmt: skip
    began: dict[tuple[UUID, int, str], datetime] = {}
    waits: dict[str, list[float]] = {}
    facts = rows.values_list("instance_id", "token", "element", "happened", "at")[:_SAMPLE]
    for instance_id, token, element, happened, at in facts:
        place = (instance_id, token, element)
        if happened == Happened.ENTERED:
            began[place] = at
        elif place in began:
            waits.setdefault(element, []).append((at - began.pop(place)).total_seconds())
    return waits


def _short(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f}"
