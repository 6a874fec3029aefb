"""Camunda 7's `inputOutput`: parameters that are text, expressions, FEEL scripts, and lists and maps of them."""

from __future__ import annotations

from bpmn.language.dialects.base import Mappings
from bpmn.language.process import Assignment
from bpmn.language.report import Report, is_marked
from bpmn.language.vocabulary import GATEWAYS, child
from decisions.edge.xml import Element
from decisions.feel import Expression, list_of, map_of, parse_template


def read_mappings(holder: Element, element: Element, report: Report) -> Mappings:
    """The input and output parameters of the flow node `element`."""
    return Mappings(
        inputs=tuple(one for part in holder.find_all("inputParameter") for one in _parameter(part, element, report)),
        outputs=tuple(one for part in holder.find_all("outputParameter") for one in _parameter(part, element, report)),
    )


def check_mappings(holder: Element, element: Element, report: Report) -> None:
    """Name parameters where the vendor's engine takes none, or takes them in another way."""
    gives = holder.find("outputParameter") is not None
    looped = child(element, "multiInstanceLoopCharacteristics") is not None
    if element.name == "startEvent" or element.name in GATEWAYS or element.get("triggeredByEvent") == "true":
        message = f"A {element.name} takes no parameters here. Move them to the activity that needs them."
        report.error("mapping_misplaced", element, message)
    elif gives and (element.name == "endEvent" or looped):
        message = (
            "Instances of a loop would overwrite each other's output parameters. Put them at an activity inside."
            if looped
            else "Nothing comes after an end event that could read its output parameters. Move them before it."
        )
        report.error("mapping_misplaced", element, message)


def _parameter(part: Element, element: Element, report: Report) -> list[Assignment]:
    """One parameter."""
    name = part.get("name")
    if not name:
        report.warning("mapping_without_name", element, "A parameter without a name is left out.")
        return []
    source = _value(part, name, element, report)
    return [Assignment(source=source, target=name)] if source is not None else []


def _value(holder: Element, name: str, element: Element, report: Report) -> Expression | None:
    """The value inside a parameter, a value or an entry: text, or the structure that stands there."""
    structure = next(iter(holder.children), None)
    if structure is not None:
        return _structure(structure, name, element, report)
    return report.template(holder.text, element, f'parameter "{name}"') or parse_template("=null")


def _structure(part: Element, name: str, element: Element, report: Report) -> Expression | None:
    """A script, or a list or map of values and more structures."""
    if part.name == "script":
        return _script(part, name, element, report)
    if part.name == "list":
        items = [
            (_value if item.name == "value" else _structure)(item, name, element, report) for item in part.children
        ]
        return list_of([item for item in items if item is not None])
    if part.name == "map":
        entries = {entry.get("key"): _value(entry, name, element, report) for entry in part.find_all("entry")}
        return map_of({key: value for key, value in entries.items() if value is not None})
    message = f'The parameter "{name}" holds a "{part.name}", which is not read.'
    report.error("mapping_not_supported", element, message)
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
