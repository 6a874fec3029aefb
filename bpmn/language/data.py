"""Reads data associations: what an activity or event takes from the data around it, and what it hands back.

A data object, a property, an input or output of a process is the variable of its name. An association that
binds one to a named data input or output of the node is an input or output mapping; one that does not
(modelers draw them to a placeholder property) only documents, as all of them do in drawings for engines that
run none (Camunda, Flowable).

Source: BPMN 2.0.2 sections 10.4.1 and 10.4.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from bpmn.language import normalise
from bpmn.language.dialects.base import Mappings
from bpmn.language.process import Assignment
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import child, child_text, children, is_model, local
from decisions.edge.xml import Element
from decisions.feel import Expression, parse_template

_OUTER = frozenset({"dataObject", "dataObjectReference", "property", "dataInput", "dataOutput"})
_PATH = re.compile(r"[^\W\d][\w\- ]*(\.[^\W\d][\w\-]*)*")
_CALL = re.compile(r"""getData(?:Input|Output|Object|Property)\(\s*['"]([^'"]+)['"]\s*\)""")


def read_variables(definitions: Element, *, by_id: bool = False) -> Mapping[str, str]:
    """The variable that each item of data is, by id: of its own name, else of the name a reference gives it.

    Args:
        definitions: the root of the drawing.
        by_id: data objects are called by their ids, as SpiffWorkflow does.
    """
    items = [element for element in definitions.iter() if is_model(element) and element.name in _OUTER]
    found = {item.get("id"): _name(item) for item in items if item.get("id")}
    objects = {item.get("id"): item.get("name").strip() for item in items if item.name == "dataObject"}
    for item in items:
        if item.name == "dataObjectReference" and item.get("id"):
            means = local(item.get("dataObjectRef"))
            name = "" if by_id else objects.get(means) or item.get("name").strip()
            found[item.get("id")] = name or means or item.get("id")
        elif item.name == "dataObject" and by_id:
            found[item.get("id")] = item.get("id")
    return found


def _name(item: Element) -> str:
    name = item.get("name").strip()
    return name if name and "." not in name else item.get("id")


def read_defaults(level: Element, sheet: Sheet) -> tuple[Assignment, ...]:
    """The values that the data objects of a process or sub-process have from the start."""
    values = [(item, _value(item, sheet)) for item in children(level, "dataObject")]
    return tuple(Assignment(source=value, target=_name(item)) for item, value in values if value is not None)


def _value(item: Element, sheet: Sheet) -> Expression | None:
    return sheet.ask(lambda d: d.data_value(item, sheet.report))


def read_associations(element: Element, sheet: Sheet) -> Mappings:
    """The mappings that the associations of a flow node are."""
    own = {item.get("id"): _name(item) for item in _own(element) if item.get("id")}
    if not own or not sheet.ask(lambda d: d.runs_associations()):
        return Mappings()
    looped = _looped(element)
    inputs = [
        mapping
        for part in children(element, "dataInputAssociation")
        if local(child_text(part, "targetRef")) not in looped
        for mapping in _input(part, own, element, sheet)
    ]
    outputs = [
        mapping
        for part in children(element, "dataOutputAssociation")
        if local(child_text(part, "sourceRef")) not in looped
        for mapping in _output(part, own, element, sheet)
    ]
    return Mappings(inputs=tuple(inputs), outputs=tuple(outputs))


def variable(reference: str, element: Element, sheet: Sheet) -> str:
    """The variable behind an item of data, or behind a data input or output that an association connects to it."""
    name = local(reference)
    outer = next((found for found in map(local, _connected(element, name)) if found), name)
    return sheet.variables.get(outer, outer)


def _connected(element: Element, name: str) -> Iterator[str]:
    for part in children(element, "dataInputAssociation"):
        if local(child_text(part, "targetRef")) == name:
            yield child_text(part, "sourceRef")
    for part in children(element, "dataOutputAssociation"):
        if local(child_text(part, "sourceRef")) == name:
            yield child_text(part, "targetRef")


def _own(element: Element) -> Iterator[Element]:
    """The data inputs and outputs of an activity, or of an event."""
    for holder in (element, *children(element, "ioSpecification")):
        yield from chain(children(holder, "dataInput"), children(holder, "dataOutput"))


def _looped(element: Element) -> frozenset[str]:
    """The inputs and outputs that hold a whole collection, which no instance sees."""
    multi = child(element, "multiInstanceLoopCharacteristics")
    if multi is None:
        return frozenset()
    return frozenset({local(child_text(multi, "loopDataInputRef")), local(child_text(multi, "loopDataOutputRef"))})


def _input(part: Element, own: Mapping[str, str], element: Element, sheet: Sheet) -> Iterator[Assignment]:
    target = own.get(local(child_text(part, "targetRef")))
    if target is None and child(part, "assignment") is None:
        return
    yield from _mapped(part, target, own, element, sheet)


def _output(part: Element, own: Mapping[str, str], element: Element, sheet: Sheet) -> Iterator[Assignment]:
    if local(child_text(part, "sourceRef")) not in own and child(part, "assignment") is None:
        return
    outer = local(child_text(part, "targetRef"))
    if sheet.ids.get(outer, "property") in _OUTER:
        yield from _mapped(part, sheet.variables.get(outer, outer) or None, own, element, sheet)


def _mapped(
    part: Element, target: str | None, own: Mapping[str, str], element: Element, sheet: Sheet
) -> Iterator[Assignment]:
    """One association: its assignments, else its transformation, else a copy of its source."""
    assignments = list(children(part, "assignment"))
    for assignment in assignments:
        source = _expression(child(assignment, "from"), element, sheet)
        to = _target(child_text(assignment, "to"), target, own, sheet)
        if to is None:
            text = child_text(assignment, "to")
            sheet.report.error(
                "association_unreadable", element, f'Nothing can be assigned to "{text}". Name a variable.'
            )
        elif source is not None:
            yield Assignment(source=source, target=to)
    if assignments or target is None:
        return
    transformation = child(part, "transformation")
    sources = [local(found.text) for found in children(part, "sourceRef") if found.text.strip()]
    if transformation is not None:
        changed = _expression(transformation, element, sheet)
        if changed is not None:
            yield Assignment(source=changed, target=target)
    elif len(sources) == 1 and sheet.ids.get(sources[0], "property") in _OUTER:
        name = own.get(sources[0]) or sheet.variables.get(sources[0], sources[0])
        yield Assignment(source=parse_template(f"={name}", names=(name,)), target=target)
    elif len(sources) > 1:
        message = "A data association with several sources needs a transformation that makes one value of them."
        sheet.report.error("association_unreadable", element, message)


def _expression(holder: Element | None, element: Element, sheet: Sheet) -> Expression | None:
    """The value of a transformation or an assignment, in a language of ours; bare text is a constant in jBPM."""
    if holder is None or not (holder.text.strip() or holder.children):
        return None
    language, text, report = holder.get("language"), holder.text.strip(), sheet.report
    if language and not normalise.is_our_language(language):
        message = f'Expressions in "{language[:60]}" are not run. Write the data association in FEEL.'
        report.error("expression_language", element, message)
        return None
    if holder.children:
        message = "A data association holds XML as its value, which is not read: it stays empty. Write it in FEEL."
        report.warning("association_unreadable", element, message)
        return None
    if any(dialect.name == "jbpm" for dialect in sheet.dialects):
        return report.template(text, element, "data association")
    return report.condition(text, element, "data association")


def _target(text: str, target: str | None, own: Mapping[str, str], sheet: Sheet) -> str | None:
    """The variable, or the entry of a context, that an assignment writes; None when it cannot be told."""
    bare = text.strip().removeprefix("=").strip()
    if bare[:2] in ("${", "#{") and bare.endswith("}"):
        bare = bare[2:-1].strip()
    called = _CALL.fullmatch(bare)
    bare = called[1] if called else bare
    if bare in ("", "."):
        return target
    head, dot, rest = bare.partition(".")
    head = own.get(head) or sheet.variables.get(head, head)
    return f"{head}{dot}{rest}" if _PATH.fullmatch(f"{head}{dot}{rest}") else None
