"""Tags and filters of every page: icons, times for people, bars. Loaded as built-ins by the settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from humantasks.deadlines.sla import Clock, Standing
from orchestrator.templatetags import words

register = template.Library()

_NEAR = timedelta(hours=22)
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_TONES = {"act", "machine", "ok", "warn", "bad", "mute", "edge"}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Return an icon of the sprite; `size` "xl" is 40 px."""
    sprite = static("vendor/tabler-icons/icons.svg")
    kind = f"icon {size}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', kind, sprite, name)


@register.filter
def span(seconds: float | timedelta | None) -> str:
    """Return a length of time in its two largest units: "2 h 18 min", "640 ms", "–" for none."""
    if seconds is None:
        return "–"
    total = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
    total = abs(total)
    if total < 1:
        return f"{round(total * 1000)} ms"
    rest, parts = int(total), []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
        if parts and (len(parts) == 2 or not count):
            break
    return " ".join(parts)


@register.filter
def about(seconds: float | timedelta | None) -> str:
    """Return a length of time as people count down: "59 min", "1 h 58 min"; seconds only in the last minute."""
    if seconds is None:
        return "–"
    total = abs(seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds))
    return span(total if total < 60 else total - total % 60)


@register.filter
def tone(clock: Clock) -> str:
    """Return the colour of a task's time: "bad" (overdue, or hardly time left), "warn" or "act"."""
    if clock.standing is Standing.OVERDUE or clock.urgency >= 80:
        return "bad"
    return "warn" if clock.urgency >= 60 else "act"


@register.filter
def due(at: datetime | None) -> SafeString | str:
    """Return a moment as an appointment: "17:15" today, "Mon 10:00" this week, else with its date."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    days = abs((local.date() - timezone.localdate()).days)
    said = f"{local:%H:%M}" if not days else f"{local:%a %H:%M}" if days < 6 else f"{local.day} {local:%b %H:%M}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact(at), said)


def _coarse(gap: timedelta) -> str:
    seconds = int(abs(gap).total_seconds())
    unit, size = next((unit for unit in _UNITS if seconds >= unit[1]), _UNITS[-1])
    return f"{seconds // size} {unit}"


@register.filter
def exact(at: datetime | None) -> str:
    """Return a moment as "20 Nov 2026, 14:02:40" in the reader's zone."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y, %H:%M:%S}"


@register.filter
def near(at: datetime | None) -> SafeString | str:
    """Return a moment as distance while it is near, else as a date; the exact time shows on hover."""
    if at is None:
        return "–"
    gap = at - timezone.now()
    local = timezone.localtime(at)
    if abs(gap) < timedelta(seconds=1):
        said = "now"
    elif abs(gap) < _NEAR:
        said = f"in {_coarse(gap)}" if gap > timedelta(0) else f"{_coarse(gap)} ago"
    elif abs(gap) < timedelta(days=6):
        said = f"{local:%a %H:%M}"
    else:
        said = f"{local.day} {local:%b %Y}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact(at), said)


@register.filter
def hour(at: datetime | None) -> SafeString | str:
    """Return the time of day of a history line, with its date on hover."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localdate()
    said = f"{local:%H:%M:%S}" if is_today else f"{local.day} {local:%b, %H:%M:%S}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact(at), said)


@register.filter
def as_json(value: Any) -> str:
    """Return a variable's value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)


@register.filter
def in_words(value: Any) -> str:
    """Return a variable's value as people read it."""
    return words.in_words(value)


@register.filter
def person(user: Any) -> str:
    """Return how a user is called: the full name, else the name to sign in with."""
    return str(user.get_full_name() or user.get_username())


@register.filter
def initials(user: Any) -> str:
    """Return two letters for the face of a user."""
    names = person(user).replace("-", " ").replace("_", " ").replace(".", " ").split()
    letters = [name[0] for name in names] if len(names) > 1 else list(names[0][:2])
    return (letters[0] + letters[-1]).upper() if letters else "?"


@register.filter
def grouped(number: float | None) -> str:
    """Return a whole number as "22,700"."""
    return "–" if number is None else f"{number:,.0f}"


@register.filter
def badge(number: int) -> str:
    """Return a number for the small mark on an icon: "83", "99+"."""
    return str(number) if number < 100 else "99+"


@register.filter
def percent(share: float | None) -> str:
    """Return a share 0..1 as "61 %"."""
    return "–" if share is None else f"{share * 100:.0f} %"


@register.simple_tag
def bar(value: float | None, tone: str = "act", most: float = 1.0) -> SafeString:
    """Return a value 0..`most` as a bar in one of the colours with a meaning."""
    if tone not in _TONES:
        raise ValueError(f"no such tone: {tone}")
    share = (value or 0.0) / most if most else 0.0
    width = f"{max(0.0, min(1.0, share)) * 100:.1f}%"
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="under" width="100%" height="100%" rx="4"/>'
        '<rect class="t-{}" width="{}" height="100%" rx="4"/></svg>',
        tone,
        width,
    )


@register.filter
def item(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """Return the value of a key that stands in a variable, or None."""
    return (mapping or {}).get(key)


@register.filter
def took(row: Any) -> timedelta | None:
    """Return how long an instance ran, None while it runs."""
    return row.ended_at - row.started_at if row.ended_at else None


@register.simple_tag
def spark(series: Sequence[Any], field: str, tone: str = "act") -> SafeString:
    """Return one field of a series as a small line; nothing when less than two points are known."""
    values = [value for row in series if (value := getattr(row, field)) is not None]
    if tone not in _TONES:
        raise ValueError(f"no such tone: {tone}")
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    reach = (high - low) or 1.0
    step = 200 / (len(values) - 1)
    points = " ".join(f"{n * step:.0f},{24 - (v - low) / reach * 20:.1f}" for n, v in enumerate(values))
    return format_html(
        '<svg class="spark t-{}" viewBox="0 0 200 28" preserveAspectRatio="none" aria-hidden="true">'
        '<polyline points="{}"/></svg>',
        tone,
        points,
    )


@register.filter
def largest(rows: Sequence[Any], field: str) -> float:
    """Return the largest value of a field, what the bars of a list are measured by."""
    return max((getattr(row, field) for row in rows), default=0)
