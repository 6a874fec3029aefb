"""The fields of a task's form as a browser asks for them, with what was typed, drafted or suggested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.edge.canonical import JSON
from humantasks.forms.schema import CHOICES, Field, FormSchema, Kind
from orchestrator.templatetags.handoff import as_json

_INPUTS = {
    Kind.TEXT: "text", Kind.NUMBER: "number", Kind.INTEGER: "number", Kind.DATE: "date", Kind.TIME: "time",
    Kind.DATETIME: "datetime-local",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a field."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """One field on the page."""

    key: str
    label: str
    kind: str
    input: str  #: type of the <input>, for the kinds that have one
    value: str
    choices: Sequence[Choice]
    is_on: bool
    is_required: bool
    is_readonly: bool
    hint: str
    group: str
    problem: str
    minimum: str
    maximum: str


def widgets(
    schema: FormSchema, *, typed: Mapping[str, Any] | None, problems: Mapping[str, str], without: str = ""
) -> list[Widget]:
    """Return the fields of a form.

    Args:
        typed: name -> values as a browser sent them, or a draft kept; None begins with the defaults.
        without: an answer that is not offered: the one that was suggested.
    """
    return [_widget(field, typed, problems, without) for field in schema.fields]


def _widget(field: Field, typed: Mapping[str, Any] | None, problems: Mapping[str, str], without: str) -> Widget:
    values = _values(field, typed)
    choices = [
        Choice(value=str(option.value), label=option.label, is_chosen=str(option.value) in values)
        for option in field.options
        if str(option.value) != without or not without
    ]
    return Widget(
        key=field.key, label=field.label, kind=field.kind.value, input=_INPUTS.get(field.kind, ""),
        value=values[0] if values and field.kind not in CHOICES else "", choices=choices,
        is_on=field.kind is Kind.CHECKBOX and values == ["true"], is_required=field.required,
        is_readonly=field.readonly, hint=field.hint, group=field.group, problem=problems.get(field.key, ""),
        minimum=_bound(field.minimum), maximum=_bound(field.maximum),
    )  # fmt: skip


def _values(field: Field, typed: Mapping[str, Any] | None) -> list[str]:
    if typed is not None:
        found = typed.get(field.key, [])
        return [str(each) for each in (found if isinstance(found, list) else [found])]
    if field.default is None:
        return []
    if isinstance(field.default, list):
        return [str(each) for each in field.default]
    return [_text(field.default, field.kind)]


def _text(value: JSON, kind: Kind) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_json(value) if kind is Kind.JSON or isinstance(value, dict | list) else str(value)


def _bound(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"
