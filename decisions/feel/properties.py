"""What stands behind a dot: components of contexts and properties of temporal values and ranges.

Source: DMN 1.5, 10.3.2.5 and table 65.
"""

from __future__ import annotations

from collections.abc import Callable

from .budget import Run
from .values import Date, DateTime, DayTimeDuration, Decimal, Range, Time, Value, YearMonthDuration, describe
from .values.durations import NANOS

#: Lists inside lists that a path walks through.
_MAX_DEPTH = 50


def _offset(value: Time | DateTime) -> Value:
    return None if value.is_local else DayTimeDuration(value.utc_offset * NANOS)


def _zone(value: Time | DateTime) -> Value:
    return (value.time if type(value) is DateTime else value).zone  # type: ignore[union-attr]


def _sign(nanos: int) -> int:
    return -1 if nanos < 0 else 1


_DATE: dict[str, Callable[[Date], Value]] = {
    "year": lambda d: Decimal(d.year),
    "month": lambda d: Decimal(d.month),
    "day": lambda d: Decimal(d.day),
    "weekday": lambda d: Decimal(d.weekday),
}
_TIME: dict[str, Callable[[Time], Value]] = {
    "hour": lambda t: Decimal(t.hour),
    "minute": lambda t: Decimal(t.minute),
    "second": lambda t: Decimal(t.second),
    "time offset": _offset,
    "timezone": _zone,
}


def _of_date(read: Callable[[Date], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: read(moment.date)


def _of_time(read: Callable[[Time], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: read(moment.time)


def _part(place: int) -> Callable[[DayTimeDuration], Value]:
    return lambda duration: Decimal(_sign(duration.nanos) * duration.parts()[place])


_PROPERTIES: dict[type, dict[str, Callable[[Value], Value]]] = {
    Date: dict(_DATE),
    Time: dict(_TIME),
    DateTime: {
        **{name: _of_date(read) for name, read in _DATE.items()},
        **{name: _of_time(read) for name, read in _TIME.items()},
        "time offset": _offset,
    },
    YearMonthDuration: {
        "years": lambda d: Decimal(_sign(d.months) * (abs(d.months) // 12)),
        "months": lambda d: Decimal(_sign(d.months) * (abs(d.months) % 12)),
    },
    DayTimeDuration: {name: _part(place) for place, name in enumerate(("days", "hours", "minutes", "seconds"))},
    Range: {
        "start": lambda r: r.start,
        "end": lambda r: r.end,
        "start included": lambda r: r.start_included,
        "end included": lambda r: r.end_included,
    },
}


def property_of(run: Run, value: Value, name: str, position: int, depth: int = 0) -> Value:
    """Read a component or property; null with a message when there is none."""
    if type(value) is dict:
        if name in value:
            return value[name]
        run.report("warn", "no_such_component", f'{describe(value)} has no "{name}", at {position}', position)
        return None
    if type(value) is list and depth < _MAX_DEPTH:
        run.step(len(value))
        return [property_of(run, item, name, position, depth + 1) for item in value]
    read = _PROPERTIES.get(type(value), {}).get(name)
    if read is not None:
        return read(value)
    if value is None:
        run.report("warn", "no_such_component", f'null has no "{name}", at {position}', position)
        return None
    return run.error("no_such_component", f'{describe(value)} has no "{name}"', position)
