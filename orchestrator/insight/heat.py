"""Where the time goes: how long tokens waited at each flow node of a process, ready to be painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Case, Sum, When

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from bpmn.engine.effects import Happened
from orchestrator.models import OPEN_STATES, Activity, Instance
from orchestrator.runtime import traces

#: Newest instances and lines of history that the medians are reckoned from.
_INSTANCES = 200
_SAMPLE = 10_000
#: Newest open instances whose tokens are counted.
_OPEN = 500
_PASSED = (Happened.ENTERED, Happened.COMPLETED, Happened.CANCELLED)
_PINNED = 4
#: Versions that are looked through for one that cases went through.
_LOOKED_BACK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Where the time goes on one process version."""

    version_id: UUID
    state: Mapping[str, Any]
    sentence: str
    #: why this is not the newest version, and what is not counted; empty when neither has to be said
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """What history says of the flow nodes of a version."""

    #: seconds between entering and leaving
    waits: Mapping[str, Sequence[float]]
    #: how many tokens are there now
    here: Mapping[str, int]
    #: there are more open instances than tokens were counted in
    is_part: bool = False


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
    if times.is_part:
        notice += f" Tokens are counted in the newest {_OPEN:,} open cases."
    return _painted(shown[0], times, notice.strip())


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
    newest = Instance.objects.filter(version_id=version_id).order_by("-id").values("id")
    rows = Activity.objects.filter(version_id=version_id, happened__in=_PASSED)
    began: dict[tuple[UUID, int, str], datetime] = {}
    waits: dict[str, list[float]] = {}
    lately = rows.filter(at__gte=since, instance__in=newest[:_INSTANCES]).order_by("instance_id", "seq")
    for instance_id, token, element, happened, at in lately.values_list(
        "instance_id", "token", "element", "happened", "at"
    )[:_SAMPLE]:
        place = (instance_id, token, element)
        if happened == Happened.ENTERED:
            began[place] = at
        elif (entered := began.pop(place, None)) is not None and happened == Happened.COMPLETED:
            waits.setdefault(element, []).append((at - entered).total_seconds())
    inside = Case(When(happened=Happened.ENTERED, then=1), default=-1)
    still_open = newest.filter(state__in=OPEN_STATES)
    now = rows.filter(instance__in=still_open[:_OPEN]).values_list("element")
    here = {element: n for element, n in now.annotate(n=Sum(inside)) if n > 0}
    return _Times(waits=waits, here=here, is_part=still_open[_OPEN : _OPEN + 1].exists())


def _short(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f}"
