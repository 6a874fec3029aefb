"""When a timer is due: ISO 8601 dates, durations and repetitions, and cron lines (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bpmn.language.process import TimerKind

_DURATION = re.compile(
    r"(?P<sign>[-+]?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+(?:[.,]\d+)?)W)?"
    r"(?:(?P<days>\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:[.,]\d+)?)H)?(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
)
_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_MONTHS = {name.lower(): index for index, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: index for index, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}


#: A text that is longer says no time; so long ones cannot cost any.
_LONGEST = 255
#: A repetition that says more rounds than a database counts.
_MOST_ROUNDS = 2**31 - 1


class TimerUnreadable(ValueError):
    """The text is no date, duration or repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a timer is due, and what comes after."""

    due_at: datetime
    #: ISO duration or cron line; None: it is due once
    every: str | None = None
    #: how often it is due after this; None: without end
    left: int | None = 0
    until: datetime | None = None


def schedule(kind: TimerKind, text: str, now: datetime) -> Schedule:
    """Return when a timer armed `now` is due.

    Raises:
        TimerUnreadable: the text does not say.
    """
    text = _short(text)
    if kind is TimerKind.CYCLE:
        return _cycle(text, now)
    if kind is TimerKind.DURATION and not _DURATION.fullmatch(text):
        raise TimerUnreadable(f'"{text}" is not a duration like PT15M or P3D')
    return Schedule(due_at=moment(text, now))


def following(armed: Schedule) -> Schedule | None:
    """Return the next occurrence, counted from when the last one was due, or None when it was the last."""
    if armed.every is None or armed.left == 0:
        return None
    try:
        due = _after(armed.every, armed.due_at)
    except TimerUnreadable:  # it was read once: there is no further moment, such as after the last year it names
        return None
    if armed.until is not None and due > armed.until:
        return None
    return replace(armed, due_at=due, left=None if armed.left is None else armed.left - 1)


def moment(text: str, now: datetime) -> datetime:
    """Return the date that `text` names, or `now` plus the duration it names; UTC when it has no zone."""
    text = _short(text)
    if _DURATION.fullmatch(text):
        return later(now, text)
    try:
        plain, _, zone = re.sub(r"\[.*\]$", "", text).partition("@")
        found = datetime.fromisoformat(plain)
        if zone:
            found = found.replace(tzinfo=ZoneInfo(zone))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError, ZoneInfoNotFoundError):  # OSError: "Europe" is a folder of zones
        raise TimerUnreadable(f'"{text}" is not a date like 2030-01-31T12:00:00Z') from None


def _short(text: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST:
        raise TimerUnreadable(f'"{text[:60]}..." has {len(text)} signs, more than a time is written with')
    return text


def later(base: datetime, duration: str) -> datetime:
    """Return `base` plus an ISO 8601 duration; months end on the last day when the day is missing there."""
    match = _DURATION.fullmatch(duration)
    if match is None or not any(match[name] for name in match.groupdict() if name != "sign"):
        raise TimerUnreadable(f'"{duration}" is not a duration like PT15M or P3D')
    sign = -1 if match["sign"] == "-" else 1
    part = {
        name: float((number or "0").replace(",", ".")) for name, number in match.groupdict().items() if name != "sign"
    }
    try:
        months = sign * int(part["years"] * 12 + part["months"])
        rest = timedelta(
            weeks=part["weeks"],
            days=part["days"],
            hours=part["hours"],
            minutes=part["minutes"],
            seconds=part["seconds"],
        )
        if months:
            year, month = divmod(base.year * 12 + base.month - 1 + months, 12)
            base = base.replace(year=year, month=month + 1, day=min(base.day, calendar.monthrange(year, month + 1)[1]))
        return base + sign * rest
    except (ValueError, OverflowError):
        raise TimerUnreadable(f'"{duration}" leads out of the calendar') from None


def _cycle(text: str, now: datetime) -> Schedule:
    if text.lower().startswith("@every "):
        text = text[len("@every ") :].strip()
    if not re.match(r"R(-1|\d*)/", text):
        if _DURATION.fullmatch(text):
            return Schedule(due_at=later(now, text), every=text, left=None)
        return Schedule(due_at=_cron(text, now), every=text, left=None)
    head, *parts = text.split("/")
    times = int(head[1:]) if head[1:] not in ("", "-1") else None
    durations = [part for part in parts if _DURATION.fullmatch(part)]
    dates = [part for part in parts if not _DURATION.fullmatch(part)]
    if len(durations) != 1 or len(dates) > 1 or times == 0 or (times or 0) > _MOST_ROUNDS:
        raise TimerUnreadable(f'"{text}" is not a repetition like R3/PT1H')
    left = None if times is None else times - 1
    every = durations[0]
    if later(now, every) <= now:
        raise TimerUnreadable(f'the repetition "{text}" would not move on')
    if not dates:
        return Schedule(due_at=later(now, every), every=every, left=left)
    if parts[0] == every:
        return Schedule(due_at=later(now, every), every=every, left=left, until=moment(dates[0], now))
    due, left = _from(now, moment(dates[0], now), every, left)
    return Schedule(due_at=due, every=every, left=left)


def _from(now: datetime, due: datetime, every: str, left: int | None) -> tuple[datetime, int | None]:
    """Pass over what a repetition has missed before it was armed; of one that is over the last time counts."""
    match = _DURATION.fullmatch(every)
    if due >= now or match is None:
        return due, left
    if any(int(match[name] or 0) for name in ("years", "months")):
        while due < now and left != 0:
            due, left = later(due, every), None if left is None else left - 1
        return due, left
    step = later(due, every) - due
    missed = -((due - now) // step)
    missed = missed if left is None else min(missed, left)
    return due + missed * step, None if left is None else left - missed


def _after(every: str, base: datetime) -> datetime:
    return later(base, every) if _DURATION.fullmatch(every) else _cron(every, base)


def _cron(line: str, base: datetime) -> datetime:
    """Return the first moment after `base` that a cron line of five to seven fields names."""
    fields = _MACROS.get(line.strip().lower(), line).split()
    if len(fields) == 5:
        fields = ["0", *fields]
    if len(fields) == 6:
        fields.append("*")
    if len(fields) != 7:
        raise TimerUnreadable(f'"{line}" is neither a repetition like R3/PT1H nor a cron line')
    seconds, minutes, hours = (_field(text, 0, top) for text, top in zip(fields, (59, 59, 23), strict=False))
    months = _field(fields[4], 1, 12, _MONTHS)
    years = _field(fields[6], 1970, 2200)
    day = base.replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(366 * 30):
        if day.month in months and day.year in years and _on_day(day, fields[3], fields[5]):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    for second in sorted(seconds):
                        due = day.replace(hour=hour, minute=minute, second=second)
                        if due > base:
                            return due
        day += timedelta(days=1)
    raise TimerUnreadable(f'the cron line "{line}" names no moment')


def _on_day(day: datetime, of_month: str, of_week: str) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    weekday = (day.weekday() + 1) % 7
    month_any, week_any = of_month in "*?", of_week in "*?"
    in_month = _in_month(day, of_month, last)
    if of_week.upper().endswith("L") and len(of_week) > 1:
        in_week = weekday in _field(of_week[:-1], 0, 7, _DAYS) and day.day > last - 7
    elif "#" in of_week:
        name, _, nth = of_week.partition("#")
        in_week = weekday in _field(name, 0, 7, _DAYS) and (day.day - 1) // 7 + 1 in _field(nth, 1, 5)
    else:
        in_week = weekday in {number % 7 for number in _field(of_week, 0, 7, _DAYS)}
    if not month_any and not week_any:
        return in_month or in_week
    return in_month and in_week


def _in_month(day: datetime, of_month: str, last: int) -> bool:
    if of_month.upper() == "L":
        return day.day == last
    if of_month.upper() == "LW":
        end = day.replace(day=last)
        return day.day == last - max(0, end.weekday() - 4)
    return day.day in _field(of_month, 1, 31)


def _field(text: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    """Return the numbers a cron field names."""
    found: set[int] = set()
    for part in text.split(","):
        body, _, step = part.partition("/")
        try:
            if body in ("*", "?", ""):
                first, end = low, high
            else:
                start, _, stop = body.partition("-")
                first = _number(start, names)
                end = _number(stop, names) if stop else (high if step else first)
            width = int(step or 1)
            if not (low <= first <= high and low <= end <= high and width > 0):
                raise ValueError
        except ValueError:
            raise TimerUnreadable(f'"{text}" is no field of a cron line') from None
        if first > end:
            found.update(range(first, high + 1, width))
            first = low
        found.update(range(first, end + 1, width))
    return found


def _number(text: str, names: dict[str, int] | None) -> int:
    if names and text.lower() in names:
        return names[text.lower()]
    return int(text)
