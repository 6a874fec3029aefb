"""Camunda 7's `inputOutput`: parameters that are text, expressions, lists, maps or FEEL scripts."""

from __future__ import annotations

from bpmn.language.dialects.base import Mappings
from bpmn.language.process import Assignment
from bpmn.language.report import Report, is_marked
from decisions.edge.xml import Element
from decisions.feel import Expression, parse_template


def read_mappings(holder: Element, element: Element, report: Report) -> Mappings:
    """The input and output parameters of the flow node `element`."""
    return Mappings(
        inputs=tuple(one for part in holder.find_all("inputParameter") for one in _parameter(part, element, report)),
        outputs=tuple(one for part in holder.find_all("outputParameter") for one in _parameter(part, element, report)),
    )


def _parameter(part: Element, element: Element, report: Report) -> list[Assignment]:
    """One parameter; a map becomes one assignment an entry, into a context."""
    name = part.get("name")
    if not name:
        report.warning("mapping_without_name", element, "A parameter without a name is left out.")
        return []
    structure = next(iter(part.children), None)
    if structure is not None and structure.name == "map":
        return _entries(name, structure, element, report)
    source = _value(part, structure, name, element, report)
    return [Assignment(source=source, target=name)] if source is not None else []


def _entries(name: str, structure: Element, element: Element, report: Report) -> list[Assignment]:
    found = []
    for entry in structure.find_all("entry"):
        inner = next(iter(entry.children), None)
        source = _value(entry, inner, name, element, report)
        if source is not None:
            found.append(Assignment(source=source, target=f"{name}.{entry.get('key')}"))
    return found or [Assignment(source=parse_template("={}"), target=name)]


def _value(part: Element, structure: Element | None, name: str, element: Element, report: Report) -> Expression | None:
    if structure is None:
        return report.template(part.text, element, f'parameter "{name}"') or parse_template("=null")
    if structure.name == "list":
        return _list(structure, name, element, report)
    if structure.name == "script":
        return _script(structure, name, element, report)
    report.error(
        "mapping_not_supported",
        element,
        f'The parameter "{name}" holds a "{structure.name}", which is not read.',
    )
    return None


def _script(script: Element, name: str, element: Element, report: Report) -> Expression | None:
    language, text = script.get("scriptFormat").lower(), script.text.strip()
    if "feel" in language and text:
        return report.template(text if is_marked(text) else f"={text}", element, f'parameter "{name}"')
    if "juel" in language and text:
        return report.template(text if is_marked(text) else "${" + text + "}", element, f'parameter "{name}"')
    report.error(
        "script_language",
        element,
        f'The parameter "{name}" is a script in "{script.get("scriptFormat") or "an unnamed language"}", '
        "which is not run. Write it in FEEL, for example =amount * 2.",
    )
    return None


def _list(structure: Element, name: str, element: Element, report: Report) -> Expression | None:
    """A list of constants or expressions, as one FEEL list."""
    items = [report.template(part.text, element, f'list "{name}"') for part in structure.children if not part.children]
    read = [item for item in items if item is not None]
    if len(read) < len(structure.children):
        report.error(
            "mapping_not_supported",
            element,
            f'The list "{name}" holds a script or another structure, which is not read. Write it as one FEEL list.',
        )
        return None
    return parse_template(f"=[{', '.join(item.feel for item in read)}]")
