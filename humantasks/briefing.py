"""Gathers what a person needs to know: sources asked in parallel, each with a time limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from decisions.edge.canonical import JSON
from humantasks.forms.words import words

__all__ = ["Briefing", "Fact", "Item", "Source", "Status", "from_variables", "gather", "words"]

#: More sources than this wait for one another.
_MOST_AT_ONCE = 8


class Status(StrEnum):
    """How a source answered."""

    OK = "ok"
    FAILED = "failed"
    LATE = "late"  #: it did not answer within its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One fact, with where it comes from and of when it is."""

    name: str
    label: str
    value: JSON = None
    source: str
    as_of: datetime
    status: Status = Status.OK
    error: str = ""  #: for people; empty when it answered

    def as_json(self) -> dict[str, JSON]:
        """Return the item as JSON."""
        return {
            "name": self.name,
            "label": self.label,
            "value": self.value,
            "source": self.source,
            "as_of": self.as_of.isoformat(),
            "status": self.status.value,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """The context a person is given to read, frozen with the task."""

    items: tuple[Item, ...] = ()
    gathered_at: datetime

    def as_json(self) -> dict[str, JSON]:
        """Return the briefing as JSON; `gathered_at` and each `as_of` are ISO 8601 in UTC."""
        return {"items": [item.as_json() for item in self.items], "gathered_at": self.gathered_at.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value that a source answered."""

    name: str
    value: JSON
    label: str = ""  #: the name in words when empty
    as_of: datetime | None = None  #: None: the moment it was asked


class Source(Protocol):
    """Something that can be asked about a case: an HTTP call, a query, earlier decisions."""

    @property
    def name(self) -> str:
        """Stable name of the source."""
        ...

    @property
    def label(self) -> str:
        """What people call it: "Credit bureau"."""
        ...

    @property
    def limit_seconds(self) -> float | None:
        """How long it may take; None leaves it to the caller's limit."""
        ...

    def fetch(self) -> Sequence[Fact]:
        """Return what it knows. It runs in a thread of its own; whatever it raises is shown as failed.

        A source that opens something in its thread (a database connection) closes it there.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    source: Source
    answer: Future[Sequence[Fact]] = field(compare=False)


def gather(sources: Sequence[Source], *, now: datetime, limit_seconds: float = 2.0) -> Briefing:
    """Ask every source at the same time and return what came in time; nothing here raises for a source.

    A source that fails or is late stands in the briefing as such, so that the person knows what is missing.
    A late thread is left behind: it ends when its own call does, and what it brings is not looked at.

    Args:
        limit_seconds: for sources without a limit of their own.
    """
    if not sources:
        return Briefing(gathered_at=now)
    pool = ThreadPoolExecutor(max_workers=min(_MOST_AT_ONCE, len(sources)), thread_name_prefix="briefing")
    asked = [_Asked(source=source, answer=pool.submit(source.fetch)) for source in sources]
    items: list[Item] = []
    spent = 0.0
    for limit in sorted({_limit(one, limit_seconds) for one in sources}):
        due = [one.answer for one in asked if _limit(one.source, limit_seconds) == limit]
        wait(due, timeout=max(0.0, limit - spent))
        spent = limit
    for one in asked:
        items += _items(one, now=now, limit=_limit(one.source, limit_seconds))
    pool.shutdown(wait=False, cancel_futures=True)
    return Briefing(items=tuple(items), gathered_at=now)


def from_variables(variables: Mapping[str, JSON], *, source: str, at: datetime) -> tuple[Item, ...]:
    """Return process variables as items: the case's own data, in the order they came."""
    return tuple(
        Item(name=name, label=words(name), value=value, source=source, as_of=at) for name, value in variables.items()
    )


def _items(asked: _Asked, *, now: datetime, limit: float) -> list[Item]:
    source, answer = asked.source, asked.answer
    if not answer.done():
        error = f"{source.label} did not answer within {limit:g} s."
        return [_missing(source, Status.LATE, error, now)]
    problem = answer.exception()
    if problem is not None:
        return [_missing(source, Status.FAILED, f"{source.label} failed: {_short(problem)}", now)]
    return [
        Item(name=fact.name, label=fact.label or words(fact.name), value=fact.value, source=source.label,
             as_of=fact.as_of or now)
        for fact in answer.result()
    ]  # fmt: skip


def _missing(source: Source, status: Status, error: str, now: datetime) -> Item:
    return Item(name=source.name, label=source.label, source=source.label, as_of=now, status=status, error=error)


def _limit(source: Source, default: float) -> float:
    return default if source.limit_seconds is None else source.limit_seconds


def _short(problem: BaseException) -> str:
    text = str(problem).strip() or type(problem).__name__
    return text if len(text) <= 200 else text[:199] + "…"
