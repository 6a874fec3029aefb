"""The form fields that Camunda 7, Flowable and Activiti draw into a user task or start event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpmn.language.dialects.base import Dialect
from bpmn.language.process import JSON
from bpmn.language.report import Report
from decisions.edge.xml import Element


def read_fields(element: Element, dialect: Dialect, report: Report) -> tuple[Mapping[str, JSON], ...]:
    """The fields of `formData` and `formProperty`: id, label, type, default, required, options."""
    found = []
    for part in _parts(element, dialect):
        key = part.get("id")
        if key:
            found.append(_field(key, part))
            if "validator" in found[-1]:
                message = f'The class that checks the field "{key}" is not run. Use the rules of a form instead.'
                report.warning("class_not_run", element, message)
        else:
            report.warning("form_field_without_id", element, "A field of the form has no id and is left out.")
    return tuple(found)


def _parts(element: Element, dialect: Dialect) -> Iterator[Element]:
    for data in dialect.extensions(element, "formData"):
        yield from (part for part in data.children if part.name == "formField")
    yield from dialect.extensions(element, "formProperty")


def _field(key: str, part: Element) -> Mapping[str, JSON]:
    options: list[JSON] = [
        {"value": value.get("id"), "label": value.get("name") or value.get("id")}
        for value in part.children
        if value.name == "value"
    ]
    rules = {
        rule.get("name"): rule.get("config")
        for inside in part.children
        if inside.name == "validation"
        for rule in inside.children
    }
    required = part.get("required") == "true" or rules.get("required", "false") != "false"
    field: dict[str, JSON] = {
        "id": key,
        "label": part.get("label") or part.get("name") or key,
        "type": part.get("type") or "string",
        "required": required,
        "default": part.get("defaultValue") or part.get("default") or None,
        "options": options,
    }
    field.update({name: value for name, value in rules.items() if name and name != "required"})
    if part.get("writable") == "false" or "readonly" in rules:
        field["readonly"] = True
    return field
