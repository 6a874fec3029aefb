"""Day arithmetic of the proleptic Gregorian calendar for years -999999999 to 999999999."""

from __future__ import annotations

MAX_YEAR = 999_999_999
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def is_leap(year: int) -> bool:
    """Tell whether the year has a 29th of February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Count the days of a month, 1..12."""
    return 29 if month == 2 and is_leap(year) else _DAYS[month - 1]


def day_of_year(year: int, month: int, day: int) -> int:
    """Count the days from the 1st of January, which is 1."""
    return _BEFORE[month - 1] + day + (month > 2 and is_leap(year))


def to_days(year: int, month: int, day: int) -> int:
    """Count the days since 1970-01-01; earlier days are negative."""
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + day_of_year(year, month, day) - 719_163


def from_days(days: int) -> tuple[int, int, int]:
    """Give year, month and day of a count made by `to_days`."""
    era, rest = divmod(days + 719_468, 146_097)
    year_of_era = (rest - rest // 1460 + rest // 36_524 - rest // 146_096) // 365
    day = rest - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day - (153 * shifted + 2) // 5 + 1


def weekday(days: int) -> int:
    """Give the ISO weekday of a day count: Monday 1 to Sunday 7."""
    return (days + 3) % 7 + 1


def iso_week(year: int, month: int, day: int) -> int:
    """Give the ISO 8601 week of a day, 1..53."""
    days = to_days(year, month, day)
    thursday = days - weekday(days) + 4
    start = to_days(from_days(thursday)[0], 1, 1)
    return (thursday - start) // 7 + 1


def add_months(year: int, month: int, day: int, months: int) -> tuple[int, int, int]:
    """Move by months; the day is cut to the length of the month it lands in."""
    total = year * 12 + month - 1 + months
    year, month = total // 12, total % 12 + 1
    return year, month, min(day, days_in_month(year, month))
