"""Where the time goes: how long tokens waited at each flow node of a process, ready to be painted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from bpmn.engine.effects import Happened
from orchestrator.models import Activity, Instance
from orchestrator.runtime import traces

#: Newest instances and lines of history that the medians are reckoned from.
_INSTANCES = 500
_SAMPLE = 20_000
_PINNED = 4
#: Versions that are looked through for one that cases went through.
_LOOKED_BACK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Where the time goes on one process version."""

    version_id: UUID
    state: Mapping[str, Any]
    sentence: str
    #: why this is not the newest version, empty when it is
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """What history says of the flow nodes of a version."""

    #: seconds between entering and leaving
    waits: Mapping[str, Sequence[float]]
    #: how many tokens are there now
    here: Mapping[str, int]


def of_process(process: str, *, since: datetime) -> Heat | None:
    """Return where the time went since a moment, None without a version.

    The newest version is shown; while nothing went through it yet, the one that cases went through before.
    """
    versions = list(bpmn_selectors.versions(process).values_list("id", "version"))
    if not versions:
        return None
    newest, times = versions[0], _Times(waits={}, here={})
    for shown in versions[:_LOOKED_BACK]:
        times = _times(shown[0], since)
        if times.waits or times.here:
            break
    else:
        shown = newest
    notice = (
        f"Version {shown[1]} is shown: no case has gone through version {newest[1]} in this time."
        if shown != newest else ""
    )  # fmt: skip
    return _painted(shown[0], times, notice)


def _painted(version_id: UUID, times: _Times, notice: str) -> Heat:
    names = traces.names_of(bpmn_definitions.process(str(version_id)))
    longest = max((median(seconds) for seconds in times.waits.values()), default=0.0)
    medians = sorted(((median(s), e) for e, s in times.waits.items() if e in names), reverse=True)
    here = {element: n for element, n in times.here.items() if element in names}
    pins = [[element, f"{n} here", ""] for element, n in here.items()]
    pins += [[e, _short(wait), "warn"] for wait, e in medians[:_PINNED] if wait >= 1 and e not in here]
    said = ", ".join(f"{names[element]} {_short(wait)}" for wait, element in medians[:_PINNED])
    waiting = ", ".join(f"{n} at {names[element]}" for element, n in here.items())
    return Heat(
        version_id=version_id, notice=notice,
        state={"heat": [[e, wait / longest if longest else 0] for wait, e in medians], "pins": pins},
        sentence=f"Where the time goes, median per step: {said or 'nothing was waited for yet'}."
        + (f" Tokens now: {waiting}." if waiting else ""),
    )  # fmt: skip


def _times(version_id: UUID, since: datetime) -> _Times:
    """Return how long tokens waited at each flow node, and how many wait there now."""
    rows = Activity.objects.filter(
        version_id=version_id, at__gte=since,
        happened__in=[Happened.ENTERED, Happened.COMPLETED, Happened.CANCELLED],
        instance__in=Instance.objects.filter(version_id=version_id).order_by("-started_at")
        .values("id")[:_INSTANCES],
    ).order_by("instance_id", "seq")  # fmt: skip
    began: dict[tuple[UUID, int, str], datetime] = {}
    waits: dict[str, list[float]] = {}
    facts = rows.values_list("instance_id", "token", "element", "happened", "at", "instance__ended_at")[:_SAMPLE]
    open_now: dict[tuple[UUID, int, str], None] = {}
    for instance_id, token, element, happened, at, ended_at in facts:
        place = (instance_id, token, element)
        if happened == Happened.ENTERED:
            began[place] = at
            if ended_at is None:
                open_now[place] = None
        elif place in began:
            entered = began.pop(place)
            open_now.pop(place, None)
            if happened == Happened.COMPLETED:
                waits.setdefault(element, []).append((at - entered).total_seconds())
    return _Times(waits=waits, here=Counter(element for _, _, element in open_now))


def _short(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f}"
