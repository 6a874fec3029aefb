"""The form of a task: one schema, read from form-js JSON, drawn form fields, labels, or made from variables.

Sources: bpmn.io form-js, `docs/` of @bpmn-io/form-js-viewer; Camunda 7 user guide, "Generated task forms".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from decisions.edge.canonical import JSON, Variables
from humantasks.forms.words import words


class Kind(StrEnum):
    """What a field holds and how it is asked for."""

    TEXT = "text"
    TEXTAREA = "textarea"
    NUMBER = "number"
    INTEGER = "integer"
    CHECKBOX = "checkbox"
    RADIO = "radio"
    SELECT = "select"
    CHECKLIST = "checklist"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    JSON = "json"
    NOTE = "note"  #: text to read; it holds nothing


#: Kinds whose answer is one of the options, or several.
CHOICES = frozenset({Kind.RADIO, Kind.SELECT, Kind.CHECKLIST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers to choose from."""

    value: JSON
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form."""

    key: str  #: the variable it writes; dots reach into a context
    label: str
    kind: Kind
    required: bool = False
    readonly: bool = False
    options: tuple[Option, ...] = ()
    default: JSON = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    hint: str = ""
    group: str = ""  #: heading it stands under


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSchema:
    """A form."""

    fields: tuple[Field, ...]
    #: a person may write further variables of their own naming (the form was made from the variables)
    is_open: bool = False
    #: a comment must say why the suggestion was not followed, or was followed below its threshold
    needs_reason: bool = False

    @property
    def asked(self) -> tuple[Field, ...]:
        """The fields that hold something."""
        return tuple(found for found in self.fields if found.kind is not Kind.NOTE)

    def field(self, key: str) -> Field | None:
        """Return the field of a key."""
        return next((found for found in self.asked if found.key == key), None)


#: form-js component type -> kind
_FORM_JS = {
    "textfield": Kind.TEXT, "textarea": Kind.TEXTAREA, "number": Kind.NUMBER, "checkbox": Kind.CHECKBOX,
    "radio": Kind.RADIO, "select": Kind.SELECT, "checklist": Kind.CHECKLIST, "taglist": Kind.CHECKLIST,
    "text": Kind.NOTE, "html": Kind.NOTE,
}  # fmt: skip
#: form-js components that show or arrange and ask for nothing
_SILENT = frozenset(
    {"spacer", "separator", "image", "button", "iframe", "table", "expression", "documentPreview", "filepicker"}
)
_DATETIME = {"date": Kind.DATE, "time": Kind.TIME, "datetime": Kind.DATETIME}
#: Camunda 7 form field type -> kind
_DRAWN = {
    "string": Kind.TEXT, "long": Kind.INTEGER, "integer": Kind.INTEGER, "int": Kind.INTEGER,
    "double": Kind.NUMBER, "number": Kind.NUMBER, "boolean": Kind.CHECKBOX, "date": Kind.DATE,
    "datetime": Kind.DATETIME, "enum": Kind.RADIO, "json": Kind.JSON, "text": Kind.TEXTAREA,
}  # fmt: skip
#: every type of component that is understood
KNOWN_TYPES = frozenset({*_FORM_JS, *_SILENT, "datetime", "group", "dynamiclist", "default", "columns"})
#: More options than this are a list to open instead of buttons.
_MOST_RADIOS = 6


def from_form_js(form: Mapping[str, Any], variables: Mapping[str, JSON] | None = None) -> FormSchema:
    """Return the schema of a form-js form; `variables` fills its defaults and its options by variable."""
    return FormSchema(fields=tuple(_components(form.get("components") or (), variables or {}, "")))


def from_fields(fields: Sequence[Mapping[str, Any]], variables: Mapping[str, JSON] | None = None) -> FormSchema:
    """Return the schema of fields drawn in the user task: {id, label, type, default, required, options}."""
    return FormSchema(fields=tuple(_drawn(each, variables or {}) for each in fields if each.get("id")))


def from_labels(labels: Sequence[Any], *, key: str = "label", question: str = "Your decision") -> FormSchema:
    """Return the form of a decision: one of its labels, each a value or {"value", "text"}."""
    options = tuple(_answer(each) for each in labels)
    kind = Kind.RADIO if len(options) <= _MOST_RADIOS else Kind.SELECT
    if not options:
        kind = Kind.TEXT
    return FormSchema(fields=(Field(key=key, label=question, kind=kind, required=True, options=options),))


def from_variables(variables: Mapping[str, JSON], most: int = 16) -> FormSchema:
    """Return the form that is made when a drawing says nothing: the small variables, open for others."""
    fields = [_of_value(name, value) for name, value in variables.items() if not isinstance(value, list | dict)]
    return FormSchema(fields=tuple(fields[:most]), is_open=True)


def _components(parts: Iterable[Mapping[str, Any]], variables: Mapping[str, JSON], group: str) -> Iterable[Field]:
    for part in parts:
        kind = part.get("type")
        if kind in ("group", "dynamiclist", "default", "columns"):
            yield from _components(part.get("components") or (), variables, str(part.get("label") or group))
        elif kind not in _SILENT:
            found = _component(part, variables, group)
            if found is not None:
                yield found


def _component(part: Mapping[str, Any], variables: Mapping[str, JSON], group: str) -> Field | None:
    kind = _FORM_JS.get(str(part.get("type")), Kind.TEXT)
    if part.get("type") == "datetime":
        kind = _DATETIME.get(str(part.get("subtype", "date")), Kind.DATE)
    if kind is Kind.NOTE:
        return Field(key=str(part.get("id", "")), label=str(part.get("text") or part.get("content") or ""),
                     kind=kind, group=group)  # fmt: skip
    key = str(part.get("key") or "")
    if not key:
        return None
    rules = part.get("validate") or {}
    if kind is Kind.NUMBER and part.get("decimalDigits") == 0:
        kind = Kind.INTEGER
    label = part.get("label") or part.get("dateLabel") or part.get("timeLabel") or key
    return Field(
        key=key, label=str(label), kind=kind, group=group, hint=str(part.get("description") or ""),
        # A component that a condition may hide cannot be demanded.
        required=bool(rules.get("required")) and not part.get("conditional"),
        readonly=bool(part.get("readonly") or part.get("disabled")),
        options=_options(part, variables), default=_value(variables, key, part.get("defaultValue")),
        minimum=_number(rules.get("min")), maximum=_number(rules.get("max")),
        min_length=_count(rules.get("minLength")), max_length=_count(rules.get("maxLength")),
        pattern=rules.get("pattern") or _PATTERNS.get(str(rules.get("validationType"))),
    )  # fmt: skip


_PATTERNS = {"email": r"[^@\s]+@[^@\s]+\.[^@\s]+", "phone": r"\+?[0-9 ()/.-]{5,}"}


def _options(part: Mapping[str, Any], variables: Mapping[str, JSON]) -> tuple[Option, ...]:
    listed = part.get("values")
    if listed is None and part.get("valuesKey"):
        listed = variables.get(str(part["valuesKey"]))
    return tuple(_label(each) for each in listed) if isinstance(listed, list) else ()


def _label(each: Any) -> Option:
    if isinstance(each, Mapping):
        value = each.get("value", each.get("id"))
        return Option(value=value, label=str(each.get("label") or each.get("text") or each.get("name") or value))
    return Option(value=each, label=str(each))


def _answer(each: Any) -> Option:
    """Return a label as an option; one without a text of its own is called by its value in words."""
    option = _label(each)
    is_bare = option.label == str(option.value)
    return Option(value=option.value, label=words(option.label)) if is_bare else option


def _drawn(drawn: Mapping[str, Any], variables: Mapping[str, JSON]) -> Field:
    key = str(drawn["id"])
    options = drawn.get("options") or ()
    if isinstance(options, Mapping):
        options = [{"value": value, "label": label} for value, label in options.items()]
    kind = _DRAWN.get(str(drawn.get("type") or "string"), Kind.TEXT)
    if kind is Kind.RADIO and len(options) > _MOST_RADIOS:
        kind = Kind.SELECT
    return Field(
        key=key, label=str(drawn.get("label") or key), kind=kind,
        required=bool(drawn.get("required")) and kind is not Kind.CHECKBOX,
        readonly=bool(drawn.get("readonly")),
        options=tuple(_label(each) for each in options), default=_default(drawn, kind, variables),
        minimum=_number(drawn.get("min")), maximum=_number(drawn.get("max")),
        min_length=_count(drawn.get("minlength")), max_length=_count(drawn.get("maxlength")),
    )  # fmt: skip


def _default(drawn: Mapping[str, Any], kind: Kind, variables: Mapping[str, JSON]) -> JSON:
    value = _value(variables, str(drawn["id"]), drawn.get("default"))
    if kind is Kind.CHECKBOX and isinstance(value, str):
        return value.strip().lower() == "true"
    if kind in (Kind.NUMBER, Kind.INTEGER) and isinstance(value, str):
        number = _number(value)
        return int(number) if number is not None and kind is Kind.INTEGER else number
    return value


_OF_TYPE: Sequence[tuple[Callable[[JSON], bool], Kind]] = (
    (lambda value: isinstance(value, bool), Kind.CHECKBOX),
    (lambda value: isinstance(value, int), Kind.INTEGER),
    (lambda value: isinstance(value, float), Kind.NUMBER),
    (lambda value: isinstance(value, str) and (len(value) > 80 or "\n" in value), Kind.TEXTAREA),
)


def _of_value(name: str, value: JSON) -> Field:
    kind = next((kind for fits, kind in _OF_TYPE if fits(value)), Kind.TEXT)
    return Field(key=name, label=words(name), kind=kind, default=value)


def _value(variables: Mapping[str, JSON], key: str, default: JSON) -> JSON:
    found: JSON = dict(variables)
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            return default
        found = found[part]
    return found


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _count(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def merged(values: Variables, key: str, value: JSON) -> None:
    """Write a value under a key; dots reach into contexts, which are made when missing."""
    *path, last = key.split(".")
    for part in path:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            inner = values[part] = {}
        values = inner
    values[last] = value
