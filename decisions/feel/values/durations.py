"""The two FEEL durations: whole months, and nanoseconds (DMN 1.5, 10.3.2.3.7 and 10.3.2.3.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass

NANOS = 1_000_000_000
DAY_NANOS = 86_400 * NANOS
#: Bounds far beyond the calendar that keep the numbers small.
MAX_MONTHS = 10**18
MAX_NANOS = 10**30

_YM = re.compile(r"(-)?P(?:([0-9]{1,30})Y)?(?:([0-9]{1,30})M)?", re.ASCII)
_DT = re.compile(
    r"(-)?P(?:([0-9]{1,30})D)?(?:T(?:([0-9]{1,30})H)?(?:([0-9]{1,30})M)?(?:([0-9]{1,30})(?:\.([0-9]{1,30}))?S)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class YearMonthDuration:
    """A years and months duration."""

    #: Total months, negative for a negative duration.
    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > MAX_MONTHS:
            raise ValueError("the duration is out of range")

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        sign = "-" if self.months < 0 else ""
        tail = f"{months}M" if months or not years else ""
        return f"{sign}P{f'{years}Y' if years else ''}{tail}"


@dataclass(frozen=True, slots=True, order=True)
class DayTimeDuration:
    """A days and time duration."""

    #: Total nanoseconds, negative for a negative duration.
    nanos: int

    def __post_init__(self) -> None:
        if abs(self.nanos) > MAX_NANOS:
            raise ValueError("the duration is out of range")

    def parts(self) -> tuple[int, int, int, int, int]:
        """Give days, hours, minutes, seconds and nanoseconds, all of the absolute value."""
        seconds, nanos = divmod(abs(self.nanos), NANOS)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        return days, hours, minutes, seconds, nanos

    def __str__(self) -> str:
        days, hours, minutes, seconds, nanos = self.parts()
        time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if seconds or nanos:
            time += f"{seconds}{fraction_text(nanos)}S"
        sign = "-" if self.nanos < 0 else ""
        if not days and not time:
            return "PT0S"
        return f"{sign}P{f'{days}D' if days else ''}{f'T{time}' if time else ''}"


Duration = YearMonthDuration | DayTimeDuration


def fraction_text(nanos: int) -> str:
    """Write nanoseconds as a decimal fraction without trailing zeros."""
    return f".{nanos:09d}".rstrip("0") if nanos else ""


def fraction_nanos(digits: str | None) -> int:
    """Read the digits behind a decimal point as nanoseconds."""
    return int((digits or "0")[:9].ljust(9, "0"))


def parse_duration(text: str) -> Duration | None:
    """Read an ISO 8601 duration of one kind; a mix of months and days is none."""
    if text.endswith(("P", "T")):
        return None
    found = _YM.fullmatch(text)
    try:
        if found:
            months = int(found[2] or 0) * 12 + int(found[3] or 0)
            return YearMonthDuration(-months if found[1] else months)
        found = _DT.fullmatch(text)
        if not found:
            return None
        days, hours, minutes, seconds = (int(found[i] or 0) for i in range(2, 6))
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        nanos = total * NANOS + fraction_nanos(found[6])
        return DayTimeDuration(-nanos if found[1] else nanos)
    except ValueError:
        return None
