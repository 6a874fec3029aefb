"""How the features of a case become a model's input, as a JSON document beside the artefact.

`{"input": "matrix", "columns": [...]}`: numbers, one-hot categories and flags in plain arrays (fast);
`{"input": "texts", "field": name}`: one text per case; `{"input": "frame"}`: a pandas DataFrame with one
column per field, for pipelines that bring their own preprocessing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from decisions.edge.canonical import JSON
from decisions.predictors.base import Features
from decisions.predictors.schema import FieldType, Schema


class Input(StrEnum):
    """What a model's `predict_proba` takes."""

    MATRIX = "matrix"
    TEXTS = "texts"
    FRAME = "frame"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One number of the matrix."""

    field: str
    category: str | None = None  #: 1 when the field has this category
    fill: float = 0.0  #: stands for a missing number: the median of training
    is_missing_flag: bool = False  #: 1 when the field is missing

    def value(self, features: Features) -> float:
        """Return the column's number for a case."""
        value = features.get(self.field)
        if self.is_missing_flag:
            return 1.0 if value is None else 0.0
        if self.category is not None:
            return 1.0 if value == self.category else 0.0
        return self.fill if value is None else float(value)

    def to_json(self) -> dict[str, JSON]:
        """Return the column as an encoding keeps it."""
        if self.category is not None:
            return {"field": self.field, "category": self.category}
        if self.is_missing_flag:
            return {"field": self.field, "missing": True}
        return {"field": self.field, "fill": self.fill}


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How rows are turned into a model's input."""

    input: Input
    columns: tuple[Column, ...] = ()
    field: str = ""  #: the text's field
    #: a few rows of training data, against which reasons are measured
    background: tuple[Mapping[str, Any], ...] = ()

    def matrix(self, rows: Sequence[Features]) -> list[list[float]]:
        """Return one list of numbers per row."""
        return [[column.value(row) for column in self.columns] for row in rows]

    def to_json(self) -> dict[str, JSON]:
        """Return the document a predictor version keeps."""
        document: dict[str, JSON] = {"input": str(self.input)}
        if self.columns:
            document["columns"] = [column.to_json() for column in self.columns]
        if self.field:
            document["field"] = self.field
        if self.background:
            document["background"] = [dict(row) for row in self.background]
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Encoding:
        """Return the encoding a predictor version keeps."""
        return cls(
            input=Input(document.get("input", Input.FRAME)),
            columns=tuple(_column(each) for each in document.get("columns", ())),
            field=document.get("field", ""),
            background=tuple(document.get("background", ())),
        )


def one_hot(schema: Schema, medians: Mapping[str, float], optional: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of a matrix for a schema: numbers with their median, flags, one per category."""
    columns: list[Column] = []
    for field in schema.fields:
        if field.type is FieldType.NUMBER:
            columns.append(Column(field=field.name, fill=medians.get(field.name, 0.0)))
        elif field.type is FieldType.BOOLEAN:
            columns.append(Column(field=field.name))
        else:
            columns += [Column(field=field.name, category=category) for category in field.categories]
        if field.name in optional:
            columns.append(Column(field=field.name, is_missing_flag=True))
    return tuple(columns)


def _column(entry: Mapping[str, Any]) -> Column:
    return Column(
        field=entry["field"],
        category=entry.get("category"),
        fill=entry.get("fill", 0.0),
        is_missing_flag=entry.get("missing", False),
    )
