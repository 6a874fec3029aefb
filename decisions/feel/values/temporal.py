"""FEEL dates, times, and dates with times, of years up to nine digits (DMN 1.5, 10.3.2.3.4 to 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from . import calendar
from .durations import DAY_NANOS, NANOS, DayTimeDuration, YearMonthDuration, fraction_nanos, fraction_text
from .zones import offset_at, offset_text, parse_zone, zone_offset

_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A day of the calendar."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not (
            abs(self.year) <= calendar.MAX_YEAR
            and 1 <= self.month <= 12
            and 1 <= self.day <= calendar.days_in_month(self.year, self.month)
        ):
            raise ValueError("there is no such day")

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return calendar.to_days(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """Monday 1 to Sunday 7."""
        return calendar.weekday(self.days)

    @classmethod
    def of_days(cls, days: int) -> Date:
        """Give the day that lies `days` after 1970-01-01."""
        return cls(*calendar.from_days(days))

    def plus_months(self, months: int) -> Date:
        """Move by whole months."""
        return Date(*calendar.add_months(self.year, self.month, self.day, months))


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, local, with an offset or in a named zone."""

    hour: int
    minute: int
    second: int
    nano: int = 0
    #: Seconds east of UTC.
    offset: int | None = None
    #: IANA name; then `offset` is None.
    zone: str | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.hour < 24 and 0 <= self.minute < 60 and 0 <= self.second < 60):
            raise ValueError("there is no such time")

    def __str__(self) -> str:
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction_text(self.nano)}"
        if self.zone is not None:
            return f"{text}@{self.zone}"
        return text if self.offset is None else text + offset_text(self.offset)

    @property
    def is_local(self) -> bool:
        """True when neither offset nor zone is known."""
        return self.offset is None and self.zone is None

    @property
    def day_nanos(self) -> int:
        """Nanoseconds since local midnight."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * NANOS + self.nano

    @property
    def utc_offset(self) -> int:
        """Seconds east of UTC; a named zone answers for the first of January 1970, a local time 0."""
        if self.zone is not None:
            return zone_offset(self.zone, 1970, 1, 1, self.hour, self.minute, self.second)
        return self.offset or 0

    def at(self, day_nanos: int) -> Time:
        """Give another time of day in the same zone."""
        seconds, nano = divmod(day_nanos % DAY_NANOS, NANOS)
        return replace(self, hour=seconds // 3600, minute=seconds // 60 % 60, second=seconds % 60, nano=nano)


MIDNIGHT = Time(0, 0, 0)
UTC_MIDNIGHT = Time(0, 0, 0, offset=0)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day."""

    date: Date
    time: Time

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"

    @property
    def is_local(self) -> bool:
        """True when neither offset nor zone is known."""
        return self.time.offset is None and self.time.zone is None

    @property
    def utc_offset(self) -> int:
        """Seconds east of UTC at this moment, 0 when local."""
        time = self.time
        if time.zone is None:
            return time.offset or 0
        day = self.date
        return zone_offset(time.zone, day.year, day.month, day.day, time.hour, time.minute, time.second)

    @property
    def local_nanos(self) -> int:
        """Nanoseconds from 1970-01-01T00:00 on the same clock."""
        return self.date.days * DAY_NANOS + self.time.day_nanos

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970 UTC; a local time counts as UTC."""
        return self.local_nanos - self.utc_offset * NANOS

    def plus_nanos(self, nanos: int) -> DateTime:
        """Move by nanoseconds of real time: in a named zone the clock may jump on the way."""
        local = self.local_nanos + nanos
        if self.time.zone is not None:
            moved = self.instant + nanos
            local = moved + offset_at(self.time.zone, moved // NANOS) * NANOS
        days, rest = divmod(local, DAY_NANOS)
        return DateTime(Date.of_days(days), self.time.at(rest))

    def plus_months(self, months: int) -> DateTime:
        """Move by whole months."""
        return DateTime(self.date.plus_months(months), self.time)

    @classmethod
    def of_datetime(cls, moment: datetime) -> DateTime:
        """Translate Python's datetime; a naive one stays local."""
        shift = moment.utcoffset()
        offset = None if shift is None else round(shift.total_seconds())
        zone = getattr(moment.tzinfo, "key", None) if offset is not None else None
        time = Time(
            moment.hour,
            moment.minute,
            moment.second,
            moment.microsecond * 1000,
            offset if zone is None else None,
            zone,
        )
        return cls(Date(moment.year, moment.month, moment.day), time)


Temporal = Date | Time | DateTime | YearMonthDuration | DayTimeDuration


def parse_date(text: str) -> Date | None:
    """Read `2026-11-20`; four digits at least, more only without a leading zero."""
    found = _DATE.fullmatch(text)
    if not found or found[1] == "-0000":
        return None
    try:
        return Date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def parse_time(text: str) -> Time | None:
    """Read `10:00:00`, with a fraction, and with an offset or a zone; `24:00:00` is midnight."""
    found = _TIME.fullmatch(text)
    zone = parse_zone(found[5]) if found else None
    if not found or zone is None:
        return None
    hour, minute, second, nano = int(found[1]), int(found[2]), int(found[3]), fraction_nanos(found[4])
    if (hour, minute, second, nano) == (24, 0, 0, 0):
        hour = 0
    try:
        return Time(hour, minute, second, nano, *zone)
    except ValueError:
        return None


def parse_date_time(text: str) -> DateTime | None:
    """Read a date, `T` and a time; `T24:00:00` is the midnight that ends the day."""
    day_text, mark, time_text = text.partition("T")
    day = parse_date(day_text)
    time = parse_time(time_text) if mark else None
    if day is None or time is None:
        return None
    try:
        return DateTime(Date.of_days(day.days + 1) if time_text.startswith("24") else day, time)
    except ValueError:
        return None
