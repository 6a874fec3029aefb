"""How alike two cases are, field by field.

Source: Gower 1971 for mixed fields; Jaccard 1912 for the words of texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from decisions.predictors.base import Features
from decisions.predictors.schema import Field, FieldType, Schema

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """How alike, and where not."""

    similarity: float  #: 1 is the same in every field, 0 different in every one
    differences: tuple[str, ...]  #: the fields that differ most, at most three


def compare(schema: Schema, here: Features, there: Features) -> Similarity:
    """Return how alike a case is to another one, each field counting the same."""
    distances = [(_distance(field, here[field.name], there[field.name]), field) for field in schema.fields]
    total = sum(distance for distance, _ in distances) / max(len(distances), 1)
    apart = sorted((pair for pair in distances if pair[0] > 0), key=lambda pair: -pair[0])[:3]
    told = tuple(
        f"{field.title} {_shown(there[field.name])} (here {_shown(here[field.name])})"
        for _, field in apart
        if field.type is not FieldType.TEXT
    )
    return Similarity(similarity=1.0 - total, differences=told)


def _distance(field: Field, one: Any, other: Any) -> float:
    """Return 0 for equal, up to 1 for as far apart as the training data goes."""
    if one is None or other is None:
        return 0.0 if one is other else 1.0
    if field.type is FieldType.NUMBER:
        span = (field.maximum or 0.0) - (field.minimum or 0.0)
        return min(abs(one - other) / span, 1.0) if span > 0 else float(one != other)
    if field.type is FieldType.TEXT:
        mine, yours = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
        return 1.0 - len(mine & yours) / max(len(mine | yours), 1)
    return float(one != other)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,g}"
    return "missing" if value is None else str(value)
