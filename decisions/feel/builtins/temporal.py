"""Temporal functions (DMN 1.5, 10.3.4.8)."""

from __future__ import annotations

from ..budget import Run
from ..values import Date, DateTime, Decimal, Value
from ..values.calendar import day_of_year, iso_week
from .registry import builtin

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@builtin("now()")
def now(run: Run) -> Value:
    """Give the moment of the evaluation."""
    return run.now or run.error("no_clock", "now() is not known here")


@builtin("today()")
def today(run: Run) -> Value:
    """Give the day of the evaluation."""
    return run.now.date if run.now else run.error("no_clock", "today() is not known here")


@builtin("day of year(date: date|date and time)")
def day_of_the_year(run: Run, value: Date | DateTime) -> Value:
    """Count the days from the 1st of January, which is 1."""
    day = _day(value)
    return Decimal(day_of_year(day.year, day.month, day.day))


@builtin("day of week(date: date|date and time)")
def day_of_week(run: Run, value: Date | DateTime) -> Value:
    """Name the day in English."""
    return _DAYS[_day(value).weekday - 1]


@builtin("month of year(date: date|date and time)")
def month_of_year(run: Run, value: Date | DateTime) -> Value:
    """Name the month in English."""
    return _MONTHS[_day(value).month - 1]


@builtin("week of year(date: date|date and time)")
def week_of_year(run: Run, value: Date | DateTime) -> Value:
    """Give the ISO 8601 week."""
    day = _day(value)
    return Decimal(iso_week(day.year, day.month, day.day))
