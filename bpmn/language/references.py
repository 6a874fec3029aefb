"""Finds the message that a send or receive task refers to."""

from __future__ import annotations

from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import local
from decisions.edge.xml import Element


def message_of(element: Element, sheet: Sheet) -> Element | None:
    """The message named by `messageRef` or by the operation; a reference to nothing is reported."""
    reference = element.get("messageRef")
    if not reference and element.get("operationRef"):
        reference = sheet.roots.operations.get(local(element.get("operationRef")), "")
    if not reference:
        return None
    target = sheet.roots.find("message", reference)
    if target is None:
        sheet.report.error(
            "reference_unknown", element, f'The message "{reference}" that is referred to is not in the file.'
        )
    return target
