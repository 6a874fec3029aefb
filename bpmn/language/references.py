"""Finds the message that a send or receive task refers to, and the key by which it is told apart."""

from __future__ import annotations

from dataclasses import replace

from bpmn.language.process import EventDefinition
from bpmn.language.report import Report
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import local
from decisions.edge.xml import Element


def message_of(element: Element, sheet: Sheet) -> Element | None:
    """The message named by `messageRef` or by the operation; a reference to nothing is reported."""
    reference, operation = element.get("messageRef"), local(element.get("operationRef"))
    if not reference and operation:
        reference = sheet.roots.operations.get(operation, "")
        if operation not in sheet.ids and not operation.startswith("##"):
            message = f'The operation "{operation}" that is referred to is not in the file.'
            sheet.report.warning("operation_unknown", element, message)
    if not reference:
        return None
    target = sheet.roots.find("message", reference)
    if target is None:
        sheet.report.error(
            "reference_unknown", element, f'The message "{reference}" that is referred to is not in the file.'
        )
    elif not target.get("name"):
        warn_of_id(element, target, sheet.report)
    return target


def warn_of_id(element: Element, target: Element, report: Report) -> None:
    """Say that a message or signal has no name, so that its id stands for it."""
    message = f'The {target.name} "{target.get("id")}" has no name; the world must use its id. Give it a name.'
    report.warning("event_name_missing", element, message)


def correlated(
    definition: EventDefinition, message: Element | None, element: Element, throwing: bool, sheet: Sheet
) -> EventDefinition:
    """The definition with the standard's own correlation, where no dialect said a key."""
    if message is None or definition.correlation_key is not None:
        return definition
    carried = sheet.correlation.in_message(message, element, sheet.report)
    bound = None if throwing else sheet.correlation.bound_key(message, element, sheet.report)
    # Without a binding an instance waits with what an earlier message of its conversation brought.
    return replace(definition, correlation_key=bound or carried, message_path=carried)
