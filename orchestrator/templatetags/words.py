"""Says the values of variables the way people read them, for pages; REST and evidence keep the JSON."""

from __future__ import annotations

import json

from bpmn.language.process import JSON
from humantasks import briefing

#: What a decision task leaves in its variable (see workers/decision.py): a page says it as a sentence.
_DECIDED = frozenset({"label", "decided_by", "record"})
_WHO = {"model": "a model", "person": "a person"}


def in_words(value: JSON) -> str:
    """Return a variable's value as people read it: "18,400", "yes", "kitchen"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value.keys() >= _DECIDED:
        return _decision(value)
    return _nested(value)


def _decision(value: dict[str, JSON]) -> str:
    """Return "yes, decided by a model with confidence 0.98"; the record's id tells a reader nothing."""
    who, sure = _WHO.get(str(value["decided_by"]), str(value["decided_by"])), value.get("confidence")
    said = f"{in_words(value['label'])}, decided by {who}"
    if value["decided_by"] == "model" and isinstance(sure, int | float):
        said += f" with confidence {sure:.2f}"
    return said


def _nested(value: list[JSON] | dict[str, JSON]) -> str:
    """Return a flat list or context as one line; what is deeper stays JSON."""
    inner = value.values() if isinstance(value, dict) else value
    if any(isinstance(each, list | dict) for each in inner) or not value:
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, dict):
        return " · ".join(f"{briefing.words(name)} {in_words(each)}" for name, each in value.items())
    return ", ".join(in_words(each) for each in value)
