"""What a person is shown of a task, without what is sealed, and the fingerprint an answer is bound to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.edge.canonical import JSON, Variables, digest

#: Conditions whose values would tell the answer.
_TELLING = ("confident", "label_", "critical:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything an answer is bound to."""

    variables: Variables
    briefing: Mapping[str, Any] | None
    suggestion: Mapping[str, Any] | None
    conditions: Sequence[Mapping[str, Any]]
    form: Mapping[str, Any] | None

    def fingerprint(self) -> str:
        """Return the SHA-256 of what is shown, in hex; equal content gives an equal fingerprint."""
        return digest(self.as_json())

    def as_json(self) -> dict[str, JSON]:
        """Return what is shown as JSON."""
        return {
            "variables": self.variables,
            "briefing": dict(self.briefing) if self.briefing is not None else None,
            "suggestion": dict(self.suggestion) if self.suggestion is not None else None,
            "conditions": [dict(condition) for condition in self.conditions],
            "form": dict(self.form) if self.form is not None else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that changed since it was shown."""

    name: str
    before: JSON
    now: JSON


def tells(condition: Mapping[str, Any]) -> bool:
    """True for a routing condition whose value would tell the machine's answer or how sure it was."""
    return str(condition.get("code", "")).startswith(_TELLING)


def sealed(conditions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return conditions with the telling ones reduced to a bare sign that something is kept back.

    The sealed ones come first: where they stood would tell whether they were met.
    """
    kept = [dict(condition) for condition in conditions if not tells(condition)]
    sign = {"code": "sealed", "text": "A condition on the machine's answer", "is_sealed": True}
    return [dict(sign) for _ in range(len(conditions) - len(kept))] + kept


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs between two versions of what was shown, in the order people read it."""
    old, new = _flat(before), _flat(now)
    names = list(dict.fromkeys([*old, *new]))
    return tuple(
        Difference(name=name, before=old.get(name), now=new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _flat(shown: Mapping[str, Any]) -> dict[str, JSON]:
    items = (shown.get("briefing") or {}).get("items", [])
    told = {item.get("name") for item in items}
    facts: dict[str, JSON] = {name: value for name, value in (shown.get("variables") or {}).items() if name not in told}
    for item in items:
        failed = item.get("status") not in (None, "ok")
        facts[item.get("label") or item.get("name", "")] = item.get("error") if failed else item.get("value")
    if suggestion := shown.get("suggestion"):
        confidence = suggestion.get("confidence")
        sure = f" {confidence:.2f}" if isinstance(confidence, float) else ""
        facts["Suggestion"] = f"{suggestion.get('label')}{sure}"
    return facts
