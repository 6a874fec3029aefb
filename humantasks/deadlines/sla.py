"""How a task's time stands, and how urgent that makes it: 0 to 100, rising as the deadline comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: The last part of the time, in which a task counts as at risk.
AT_RISK_SHARE = 0.2
_HOUR = timedelta(hours=1)


class Standing(StrEnum):
    """How a promise about time stands."""

    NONE = "none"  #: nothing was promised
    ON_TIME = "on_time"
    AT_RISK = "at_risk"  #: the goal is missed, or less than a fifth of the time is left
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A task's time at one moment."""

    standing: Standing
    urgency: int  #: 0..100
    #: time to the next promise (goal first, then deadline); negative when overdue; None without one
    left: timedelta | None
    is_goal: bool  #: `left` counts to the goal
    elapsed: float  #: share of the time to the deadline, 0..1
    goal_share: float | None  #: where the goal lies in it, 0..1


def clock(
    *, priority: int, created_at: datetime, goal_at: datetime | None, due_at: datetime | None, now: datetime
) -> Clock:
    """Return how a task's time stands.

    Args:
        priority: 0..100, as drawn; 50 when the drawing says nothing.
        goal_at: the promise before the deadline (the follow-up date of a drawing).
    """
    end = due_at or goal_at
    span = end - created_at if end else None
    elapsed = _share(now - created_at, span) if span else 0.0
    goal_share = _share(goal_at - created_at, span) if goal_at and span and goal_at < (due_at or goal_at) else None
    next_at = goal_at if goal_at and now < goal_at else end
    standing = _standing(created_at=created_at, goal_at=goal_at, end=end, now=now)
    return Clock(
        standing=standing,
        urgency=_urgency(priority, elapsed, standing, created_at, goal_at, end, now),
        left=next_at - now if next_at else None,
        is_goal=next_at is not None and next_at == goal_at and (due_at is None or goal_at != due_at),
        elapsed=elapsed,
        goal_share=goal_share,
    )


def _standing(*, created_at: datetime, goal_at: datetime | None, end: datetime | None, now: datetime) -> Standing:
    if end is None:
        return Standing.NONE
    if now >= end:
        return Standing.OVERDUE
    is_late = goal_at is not None and now >= goal_at
    return Standing.AT_RISK if is_late or end - now <= (end - created_at) * AT_RISK_SHARE else Standing.ON_TIME


def _urgency(
    priority: int, elapsed: float, standing: Standing, created_at: datetime, goal_at: datetime | None,
    end: datetime | None, now: datetime,
) -> int:  # fmt: skip
    points = priority * 0.4
    if end is None:
        return _cap(points + min(20.0, (now - created_at) / _HOUR))
    points += 30 * elapsed
    if goal_at and now >= goal_at:
        points += 10
    if standing is Standing.OVERDUE:
        points += 20 + min(20.0, (now - end) / _HOUR * 5)
    return _cap(points)


def _share(part: timedelta, whole: timedelta) -> float:
    return max(0.0, min(1.0, part / whole)) if whole > timedelta(0) else 1.0


def _cap(points: float) -> int:
    return max(0, min(100, round(points)))
