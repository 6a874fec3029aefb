"""The input schema of a predictor: which variables it reads, and whether a case's values fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from decisions.edge.canonical import JSON
from decisions.predictors.base import Features


class FieldType(StrEnum):
    """What a field holds."""

    NUMBER = "number"
    STRING = "string"  #: one of its categories
    BOOLEAN = "boolean"
    TEXT = "text"  #: free text


class Fit(StrEnum):
    """How a value fails to fit."""

    MISSING = "missing"  #: required and not there
    INVALID = "invalid"  #: of another type
    UNFAMILIAR = "unfamiliar"  #: readable, but unlike anything in training


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One value that does not fit."""

    field: str
    fit: Fit
    expected: str
    actual: str

    def to_json(self) -> dict[str, JSON]:
        """Return the problem as a decision record keeps it."""
        return {"field": self.field, "fit": self.fit, "expected": self.expected, "actual": self.actual}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a model."""

    name: str  #: the process variable; dots go into nested variables
    type: FieldType
    is_required: bool = True
    categories: tuple[str, ...] = ()  #: values seen in training
    minimum: float | None = None  #: smallest value seen in training
    maximum: float | None = None
    is_sensitive: bool = False

    @property
    def title(self) -> str:
        """The name as people read it: "credit_amount" becomes "Credit amount"."""
        words = self.name.replace("_", " ").replace(".", " ").strip()
        return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """All inputs of a model, in the order it was trained on."""

    fields: tuple[Field, ...]

    def read(self, variables: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[FieldProblem, ...]]:
        """Return the model's features of a case and everything that does not fit, all at once."""
        features: dict[str, Any] = {}
        problems: list[FieldProblem] = []
        for field in self.fields:
            value, problem = _read(field, _find(variables, field.name))
            features[field.name] = value
            if problem:
                problems.append(problem)
        return features, tuple(problems)

    def to_json(self) -> dict[str, JSON]:
        """Return the schema as a predictor version keeps it."""
        return {"fields": [_field_json(field) for field in self.fields]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Schema:
        """Return the schema a predictor version keeps."""
        return cls(fields=tuple(_field(each) for each in document.get("fields", ())))


def only(problems: Iterable[FieldProblem], *fits: Fit) -> list[FieldProblem]:
    """Return the problems of the given kinds."""
    return [problem for problem in problems if problem.fit in fits]


def row_of(fields: Sequence[Field], features: Features) -> list[str | float | bool | None]:
    """Return the features in the order of the fields."""
    return [features.get(field.name) for field in fields]


def _find(variables: Mapping[str, Any], name: str) -> Any:
    """Return a variable, looking into nested ones when the name has dots."""
    if name in variables:
        return variables[name]
    value: Any = variables
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _read(field: Field, value: Any) -> tuple[Any, FieldProblem | None]:
    if value is None or value == "":
        if field.is_required:
            return None, _problem(field, Fit.MISSING, f"a {field.type}", "nothing")
        return None, None
    match field.type:
        case FieldType.NUMBER:
            return _read_number(field, value)
        case FieldType.BOOLEAN:
            return _read_boolean(field, value)
        case FieldType.STRING:
            return _read_category(field, value)
        case FieldType.TEXT:
            if isinstance(value, str) and value.strip():
                return value, None
            return None, _problem(field, Fit.INVALID, "a text", _show(value))


def _read_number(field: Field, value: Any) -> tuple[Any, FieldProblem | None]:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        return None, _problem(field, Fit.INVALID, "a number", _show(value))
    below = field.minimum is not None and number < field.minimum
    above = field.maximum is not None and number > field.maximum
    if below or above:
        expected = f"{field.minimum:g} to {field.maximum:g}"
        return number, _problem(field, Fit.UNFAMILIAR, expected, f"{number:g}")
    return number, None


def _read_boolean(field: Field, value: Any) -> tuple[Any, FieldProblem | None]:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    found = value if isinstance(value, bool) else known.get(str(value).strip().lower())
    if found is None:
        return None, _problem(field, Fit.INVALID, "true or false", _show(value))
    return found, None


def _read_category(field: Field, value: Any) -> tuple[Any, FieldProblem | None]:
    if isinstance(value, (list, dict)):
        return None, _problem(field, Fit.INVALID, "one word", _show(value))
    text = category(value)
    if field.categories and text not in field.categories:
        shown = ", ".join(field.categories[:6]) + (" …" if len(field.categories) > 6 else "")
        return text, _problem(field, Fit.UNFAMILIAR, f"one of {shown}", text)
    return text, None


def category(value: Any) -> str:
    """Return a category as training and prediction both write it: 2.0 and "2" are the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _problem(field: Field, fit: Fit, expected: str, actual: str) -> FieldProblem:
    return FieldProblem(field=field.name, fit=fit, expected=expected, actual=actual)


def _show(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _field_json(field: Field) -> dict[str, JSON]:
    entry: dict[str, JSON] = {"name": field.name, "type": str(field.type), "required": field.is_required}
    if field.categories:
        entry["categories"] = list(field.categories)
    if field.minimum is not None:
        entry["minimum"], entry["maximum"] = field.minimum, field.maximum
    if field.is_sensitive:
        entry["sensitive"] = True
    return entry


def _field(entry: Mapping[str, Any]) -> Field:
    return Field(
        name=entry["name"],
        type=FieldType(entry["type"]),
        is_required=entry.get("required", True),
        categories=tuple(entry.get("categories", ())),
        minimum=entry.get("minimum"),
        maximum=entry.get("maximum"),
        is_sensitive=entry.get("sensitive", False),
    )
