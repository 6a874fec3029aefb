"""The form that starts an instance: the fields drawn in the start event, or variables as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from django.contrib.auth.models import AbstractUser

from bpmn import definitions as bpmn_definitions
from bpmn.language.process import JSON, Event, Position, Process, Variables
from decisions.edge import storable
from orchestrator import errors
from orchestrator.governance import permissions

_LONGEST_BUSINESS_KEY = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a start form."""

    id: str
    label: str
    #: text | number | checkbox | date | select: how a browser asks for it
    widget: str
    is_required: bool
    default: str
    #: value and text of each choice
    options: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        """Return the field's name in the request."""
        return f"field-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartForm:
    """What to ask before a process starts; without fields variables are typed as JSON."""

    key: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody typed."""

    variables: Variables
    business_key: str


def of_key(key: str) -> StartForm | None:
    """Return the start form of the newest version that can run, None when it cannot be started by hand."""
    version = bpmn_definitions.startable(key=key, version_id=None)
    if version is None:
        return None
    event = _none_start(bpmn_definitions.process(str(version.id)))
    if event is None:
        return None
    return StartForm(key=key, fields=[_field(f) for f in event.form.fields] if event.form else [])


def of_processes(processes: Sequence[Any], user: AbstractUser) -> list[tuple[Any, StartForm]]:
    """Return the start forms of the ready processes of a report that this person may start."""
    ready = [p for p in processes if p.executable and permissions.may(user, "start", process_key=p.key)]
    return [(p, form) for p in ready if (form := of_key(p.key)) is not None]


def read(key: str, typed: Mapping[str, Any]) -> Asked:
    """Return the variables and the business key that somebody typed.

    Raises:
        BadInput: something does not fit; `field` is the name of the field in the request.
    """
    form = of_key(key)
    variables = read_json(typed.get("variables", ""))
    for field in form.fields if form else ():
        value = _value(field, typed.get(field.name, ""))
        if value is not None:
            variables[field.id] = value
    business_key = typed.get("business_key", "").strip()
    if len(business_key) > _LONGEST_BUSINESS_KEY:
        raise errors.BadInput("A business key has at most 255 characters.", field="business_key")
    return Asked(variables=variables, business_key=business_key)


def _none_start(process: Process) -> Event | None:
    nodes = process.body.nodes.values()
    starts = (node for node in nodes if isinstance(node, Event) and node.position is Position.START)
    return next((start for start in starts if not start.definitions), None)


_WIDGETS = {
    "long": "number", "integer": "number", "int": "number", "number": "number", "double": "number",
    "boolean": "checkbox", "checkbox": "checkbox", "date": "date", "enum": "select", "select": "select",
    "radio": "select",
}  # fmt: skip


def _field(drawn: Mapping[str, JSON]) -> Field:
    options = drawn.get("options")
    widget = "select" if options else _WIDGETS.get(str(drawn.get("type") or ""), "text")
    default = drawn.get("default")
    return Field(
        id=str(drawn["id"]), label=str(drawn.get("label") or drawn["id"]), widget=widget,
        is_required=bool(drawn.get("required")), default="" if default is None else str(default),
        options=[_option(one) for one in options] if isinstance(options, list) else [],
    )  # fmt: skip


def _option(drawn: JSON) -> tuple[str, str]:
    if isinstance(drawn, dict):
        value = str(drawn.get("value") or drawn.get("id") or "")
        return value, str(drawn.get("text") or drawn.get("label") or value)
    return str(drawn), str(drawn)


def read_json(text: str) -> Variables:
    """Return variables that somebody typed as a JSON object.

    Raises:
        BadInput: it is no JSON, or no object.
    """
    if not text.strip():
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise errors.BadInput(f"The variables are not JSON: {wrong}.", field="variables") from wrong
    if not isinstance(value, dict):
        raise errors.BadInput('Variables are a JSON object, such as {"amount": 100}.', field="variables")
    if why := storable.why_not(value):
        raise errors.BadInput(why, field="variables")
    return value


def _value(field: Field, typed: str) -> JSON:
    text = typed.strip()
    if field.widget == "checkbox":
        return bool(text)
    if not text:
        if field.is_required:
            raise errors.BadInput(f"{field.label} is needed.", field=field.name)
        return None
    if field.widget == "number":
        return _number(field, text)
    if field.options and text not in {value for value, _ in field.options}:
        raise errors.BadInput(f"{field.label} has no choice {text}.", field=field.name)
    return text


def _number(field: Field, text: str) -> int | float:
    with suppress(ValueError):
        return int(text)
    with suppress(ValueError):
        if math.isfinite(number := float(text)):
            return number
    raise errors.BadInput(f"{field.label} is a number, such as 1250.50.", field=field.name)
