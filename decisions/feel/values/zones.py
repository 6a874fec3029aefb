"""Time zones: fixed offsets, and names of the IANA database through `zoneinfo`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
#: An offset lies within 18 hours, as in Java and XML Schema's neighbours; the standard says 14 or more.
_MAX_OFFSET = 18 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Seconds after which the Gregorian calendar repeats itself.
_CYCLE = 146_097 * 86_400
#: Whole cycles between the first years of Python's calendar and 1970.
_FIRST_CYCLES = 4


@lru_cache(maxsize=512)
def find_zone(name: str) -> ZoneInfo | None:
    """Give the named zone, or None when there is no such zone."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_offset(name: str, year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Give the seconds east of UTC that a zone's clocks show at a local time.

    Years beyond Python's calendar use the rules of a year with the same place in the 400-year cycle.
    """
    zone = find_zone(name)
    if zone is None:
        return 0
    if not 1 < year < 9999:
        year = 8000 + year % 400 if year > 0 else 400 + year % 400
    local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    shift = local.utcoffset()
    return 0 if shift is None else round(shift.total_seconds())


def offset_at(name: str, seconds: int) -> int:
    """Give the seconds east of UTC that a zone has at an instant (seconds since 1970 UTC)."""
    cycles, place = divmod(seconds, _CYCLE)
    if not 0 <= cycles + _FIRST_CYCLES < 20:
        # Beyond Python's calendar: the same place of a 400-year cycle inside it.
        cycles = 14 if cycles > 0 else -_FIRST_CYCLES
    shift = (_EPOCH + timedelta(seconds=cycles * _CYCLE + place)).astimezone(find_zone(name)).utcoffset()
    return 0 if shift is None else round(shift.total_seconds())


def parse_zone(text: str) -> tuple[int | None, str | None] | None:
    """Read the tail of a time: nothing, `Z` (the standard also writes `z`), an offset or `@Zone/Name`.

    Returns:
        (offset seconds, zone name), both None for a local time; None when the text is no zone.
    """
    if not text:
        return None, None
    if text in ("Z", "z"):
        return 0, None
    if text.startswith("@"):
        return (None, text[1:]) if find_zone(text[1:]) else None
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds = int(found[2]), int(found[3]), int(found[4] or 0)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > _MAX_OFFSET:
        return None
    return (-total if found[1] == "-" else total), None


def offset_text(offset: int) -> str:
    """Write an offset: `Z` for zero, else `+01:00`."""
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}{tail}"
