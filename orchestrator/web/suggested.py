"""A suggestion ready to be drawn: its band, the limit to decide alone, its reasons as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions import selectors as decisions_selectors
from decisions.selectors import RecordView
from humantasks import briefing, selectors
from humantasks.models import HumanTask

#: Share of the band that one number below it takes.
_TICK_SHARE = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason of a suggestion, as a bar: percentages of its width."""

    text: str
    words: str  #: "+0.36"
    left: str
    width: str
    speaks_for: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the machine suggests, ready to be drawn; percentages of the band's width."""

    label: str  #: in words
    value: str
    model: str
    words: str  #: "0.91"
    sentence: str  #: what the band shows
    at: str
    low: str
    width: str
    needed: str
    needed_words: str
    needed_anchor: str
    ticks: Sequence[tuple[str, str, str]]  #: place, text-anchor, words
    reasons: Sequence[Reason]
    cases: int
    confirmed: int


def of(task: HumanTask, record: RecordView | None) -> Suggestion | None:
    """Return what a task suggests, ready to be drawn; None when there is nothing, or it is sealed."""
    found = selectors.suggestion(task)
    if found is None:
        return None
    texts = {**(dict(record.labels) if record else {}), **label_texts(task)}
    agreed = decisions_selectors.agreement(task.record_id) if record and task.record_id else None
    sure = found.get("confidence")
    low, high = found.get("band") or (sure, sure)
    needed = _needed(task)
    floor = min(0.5, *(number for number in (sure, low, needed) if number is not None), 0.5)
    value = str(found["label"])

    def place(number: float | None) -> str:
        return "" if number is None else f"{(number - floor) / (1 - floor or 1) * 100:.1f}%"

    band = f", between {low:.2f} and {high:.2f}" if low is not None and low != high else ""
    limit = f"; {needed:.2f} is needed to decide alone" if needed is not None else ""
    return Suggestion(
        label=texts.get(value, value), value=value, model=str(found.get("model") or ""),
        words="" if sure is None else f"{sure:.2f}",
        sentence="" if sure is None else f"Confidence {sure:.2f}{band}{limit}",
        at=place(sure), low=place(low),
        width="0%" if low is None or high is None else f"{(high - low) / (1 - floor or 1) * 100:.1f}%",
        needed=place(needed), needed_words=_two(needed),
        needed_anchor="end" if needed is not None and (needed - floor) / (1 - floor or 1) > 0.7 else "middle",
        ticks=_ticks(floor, [number for number in (low, high) if number is not None]),
        reasons=_reasons(found.get("reasons") or []),
        cases=agreed.cases if agreed else 0, confirmed=agreed.confirmed if agreed else 0,
    )  # fmt: skip


def label_texts(task: HumanTask) -> dict[str, str]:
    """Return how a decision's answers are called, by value, from the task's own form."""
    labels = (task.form or {}).get("labels") or []
    return {
        str(each.get("value")): str(each.get("text") or each.get("label") or each.get("value"))
        if isinstance(each, dict) else str(each)
        for each in labels if isinstance(each, dict)
    }  # fmt: skip


def _needed(task: HumanTask) -> float | None:
    """Return the confidence that was needed to decide alone, as the condition says it: "> 0.95"."""
    for condition in task.conditions or []:
        if condition.get("code") == "confident_alone":
            words = str(condition.get("expected", "")).split()
            try:
                return float(words[-1]) if words else None
            except ValueError:
                return None
    return None


def _reasons(found: Sequence[Mapping[str, Any]], most: int = 5) -> list[Reason]:
    shares = [float(reason.get("contribution") or 0.0) for reason in found[:most]]
    largest = max((abs(share) for share in shares), default=0.0) or 1.0
    made = []
    for reason, share in zip(found[:most], shares, strict=True):
        width = abs(share) / largest * 46
        left = 50.0 if share >= 0 else 50.0 - width
        text = str(reason.get("text") or briefing.words(str(reason.get("feature", ""))))
        made.append(
            Reason(text=text, words=f"{share:+.2f}", left=f"{left:.1f}%", width=f"{width:.1f}%",
                   speaks_for=share >= 0)
        )  # fmt: skip
    return made


def _ticks(floor: float, marks: Sequence[float]) -> list[tuple[str, str, str]]:
    """Return the numbers below the band; those that would stand on one another are left out."""
    placed: list[tuple[float, str]] = []
    for number, words in [(mark, _two(mark)) for mark in marks] + [(floor, _two(floor)), (1.0, "1")]:
        at = (number - floor) / (1 - floor or 1)
        if all(abs(at - other) > _TICK_SHARE for other, _ in placed):
            placed.append((at, words))
    return [
        (f"{at * 100:.1f}%", "start" if at < 0.05 else "end" if at > 0.95 else "middle", words)
        for at, words in sorted(placed)
    ]


def _two(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"
