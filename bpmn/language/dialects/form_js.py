"""The JSON forms of bpmn.io's form-js, as far as fields for a generated form are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from bpmn.language.process import JSON
from bpmn.language.report import Report
from decisions.edge.xml import Element

_TYPES = {
    "textfield": "string",
    "textarea": "text",
    "number": "number",
    "checkbox": "boolean",
    "datetime": "date",
    "select": "enum",
    "radio": "enum",
    "checklist": "list",
    "taglist": "list",
}


def read_fields(text: str, element: Element, report: Report) -> tuple[Mapping[str, JSON], ...]:
    """The input fields of a form; a text that is no JSON form is reported."""
    if not text.strip():
        return ()
    try:
        form = json.loads(text)
    except (ValueError, RecursionError):
        report.warning("form_invalid", element, "The embedded form is not JSON; a form is generated instead.")
        return ()
    return tuple(_field(component) for component in _components(form))


def _components(form: JSON) -> Iterator[dict[str, JSON]]:
    """Components with a key that take input, groups opened."""
    waiting = [form]
    while waiting:
        part = waiting.pop(0)
        inner = part.get("components") if isinstance(part, dict) else None
        if isinstance(inner, list):
            waiting[:0] = inner
        elif isinstance(part, dict) and isinstance(part.get("key"), str) and part.get("type") in _TYPES:
            yield part


def _field(component: dict[str, JSON]) -> Mapping[str, JSON]:
    rules = component.get("validate")
    return {
        "id": component["key"],
        "label": component.get("label") or component["key"],
        "type": _TYPES[str(component["type"])],
        "required": bool(isinstance(rules, dict) and rules.get("required")),
        "default": component.get("defaultValue"),
        "options": component.get("values") or [],
    }
