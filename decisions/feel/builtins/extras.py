"""Functions that Camunda adds to the standard; known only where `extras` is asked for."""

from __future__ import annotations

import base64
import json
import random
import uuid

from ..budget import Run
from ..values import Date, DateTime, Decimal, Time, Value, describe, to_feel, to_json, to_text
from ..values.calendar import days_in_month
from ..values.numbers import to_int
from ..values.zones import find_zone, offset_at
from .registry import extra
from .string import _pattern, _too_slow


@extra("is defined(value)")
def is_defined(run: Run, value: Value) -> Value:
    """Tell whether a value is not null."""
    return value is not None


@extra("get or else(value, default)")
def get_or_else(run: Run, value: Value, default: Value) -> Value:
    """Give the value, or the default for null."""
    return default if value is None else value


@extra("assert(value, condition, cause?: string)")
def assertion(run: Run, value: Value, condition: Value, cause: str | None = None) -> Value:
    """Give the value if the condition is true, else null and an error with the cause."""
    if condition is True:
        return value
    return run.error("assertion_failed", cause or f"the condition is not fulfilled for {describe(value)}")


@extra("is empty(list: list)")
def is_empty(run: Run, items: list[Value]) -> Value:
    """Tell whether a list has no items."""
    return not items


@extra("partition(list: list, size: number)")
def partition(run: Run, items: list[Value], size: Decimal) -> Value:
    """Cut a list into lists of at most `size` items."""
    width = to_int(size)
    if width < 1:
        return run.error("out_of_range", f'partition: "size" must be at least 1, not {describe(size)}')
    return [items[start : start + width] for start in range(0, len(items), width)]


@extra("is blank(string: string)")
def is_blank(run: Run, text: str) -> Value:
    """Tell whether a string has only white space."""
    return not text.strip()


@extra("trim(string: string)")
def trim(run: Run, text: str) -> Value:
    """Cut white space off both ends."""
    return text.strip()


@extra("uuid()")
def new_uuid(run: Run) -> Value:
    """Give a new random identifier."""
    return str(uuid.uuid4())


@extra("random number()")
def random_number(run: Run) -> Value:
    """Give a random number from 0 to below 1."""
    return to_feel(random.random())  # noqa: S311 - not for secrets


@extra("extract(string: string, pattern: string)")
def extract(run: Run, text: str, pattern: str) -> Value:
    """Give all parts of a string that match a pattern."""
    compiled = _pattern(run, pattern, None, "extract")
    if compiled is None:
        return None
    try:
        return [found[0] for found in compiled.finditer(text, timeout=run.seconds_left())]
    except TimeoutError:
        raise _too_slow(run) from None


@extra("to base64(value: string)")
def to_base64(run: Run, text: str) -> Value:
    """Encode the UTF-8 bytes of a string."""
    return base64.b64encode(text.encode()).decode()


@extra("to json(value)")
def write_json(run: Run, value: Value) -> Value:
    """Write a value as JSON text."""
    text = json.dumps(to_json(value), ensure_ascii=False)
    run.check_string(len(text))
    return text


@extra("from json(value: string)")
def read_json(run: Run, text: str) -> Value:
    """Read JSON text."""
    try:
        return to_feel(json.loads(text, parse_float=Decimal))
    except (ValueError, ArithmeticError) as error:
        return run.error("bad_literal", f"{describe(text)} is no JSON: {error}")


@extra("last day of month(date: date|date and time)")
def last_day_of_month(run: Run, value: Date | DateTime) -> Value:
    """Give the last day of the month."""
    day = value.date if isinstance(value, DateTime) else value
    return Date(day.year, day.month, days_in_month(day.year, day.month))


@extra("cycle(repetitions, interval: string|duration)")
def cycle(run: Run, times: Value, interval: Value) -> Value:
    """Write a repetition as ISO 8601 does; null times are without end."""
    if times is not None and not isinstance(times, Decimal):
        return run.error("wrong_argument", f'cycle: "repetitions" must be a number, not {describe(times)}')
    return f"R{'' if times is None else to_int(times)}/{to_text(interval, run.budget.string_size)}"


@extra("cycle(interval: string|duration)")
def endless_cycle(run: Run, interval: Value) -> Value:
    """Write a repetition without end as ISO 8601 does."""
    return cycle(run, None, interval)


@extra("fromAi(value, description?: string, type?: string, schema?, options?)")
def from_ai(run: Run, value: Value, *described: Value) -> Value:
    """Give the value: the rest describes it to a language model."""
    return value


@extra("date and time(date: date and time, timezone: string)")
def in_zone(run: Run, moment: DateTime, zone: str) -> Value:
    """Give the same instant on the clocks of another zone; a local time counts as UTC."""
    if find_zone(zone) is None:
        return run.error("bad_literal", f"there is no time zone {describe(zone)}")
    seconds, nanos = divmod(moment.instant, 10**9)
    days, clock = divmod(seconds + offset_at(zone, seconds), 86_400)
    time = Time(clock // 3600, clock // 60 % 60, clock % 60, nanos, None, zone)
    return DateTime(Date.of_days(days), time)
