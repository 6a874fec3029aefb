"""Reads loop characteristics: standard loops and multi-instance (BPMN 2.0.2 section 10.3.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bpmn.language import normalise
from bpmn.language.data import variable
from bpmn.language.events import read_definition, read_definitions
from bpmn.language.process import EventDefinition, Loop, LoopEvent, Trigger
from bpmn.language.report import is_marked
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import child, child_text, children
from decisions.edge.xml import Element
from decisions.feel import Expression

#: what can reach a boundary event of the activity, or somebody else, while the loop goes on
THROWN_BY_LOOPS = frozenset({Trigger.SIGNAL, Trigger.MESSAGE, Trigger.ESCALATION, Trigger.ERROR})


def read_loop(element: Element, sheet: Sheet) -> Loop | None:
    """The activity's loop; None when it runs once."""
    standard = child(element, "standardLoopCharacteristics")
    if standard is not None:
        return _standard(element, standard, sheet)
    multi = child(element, "multiInstanceLoopCharacteristics")
    if multi is None:
        return None
    sheet.check_extensions(multi, element)
    base = _multi(element, multi, sheet)
    return sheet.ask(lambda d: d.loop(multi, element, base, sheet.report)) or base


def _standard(element: Element, inside: Element, sheet: Sheet) -> Loop:
    maximum = inside.get("loopMaximum").strip()
    return Loop(
        multi=False,
        condition=sheet.report.condition(child_text(inside, "loopCondition"), element, "loop condition"),
        test_before=normalise.boolean(inside.get("testBefore"), default=False),
        maximum=int(maximum) if maximum.isdecimal() else None,
    )


def _multi(element: Element, inside: Element, sheet: Sheet) -> Loop:
    report = sheet.report
    done, collection = child_text(inside, "completionCondition"), child_text(inside, "loopDataInputRef")
    return Loop(
        multi=True,
        sequential=normalise.boolean(inside.get("isSequential"), default=False),
        cardinality=_number(child_text(inside, "loopCardinality"), element, sheet),
        collection=report.variable(_variable(element, collection, sheet), element, "collection"),
        element_variable=_item_name(inside, "inputDataItem"),
        completion_condition=report.condition(done, element, "completion condition"),
        output_collection=_variable(element, child_text(inside, "loopDataOutputRef"), sheet) or None,
        output_element=report.variable(_item_name(inside, "outputDataItem"), element, "output item"),
        throws=tuple(_throws(element, inside, sheet)),
    )


def _throws(element: Element, inside: Element, sheet: Sheet) -> Iterator[LoopEvent]:
    """What is thrown when instances end, by `behavior` (table 10.29)."""
    behavior = inside.get("behavior").strip() or "All"
    if behavior in ("One", "None"):
        reference = inside.get(f"{behavior.lower()}BehaviorEventRef")
        root = sheet.roots.find("eventDefinition", reference) if reference else None
        if root is None:
            message = (
                f'The loop throws an event (behavior "{behavior}"), but {behavior.lower()}BehaviorEventRef names none.'
            )
            sheet.report.error("loop_behavior", element, message)
            return
        definition = read_definition(element, root, True, sheet)
        yield from _thrown([definition], element, sheet, first_only=behavior == "One")
    elif behavior == "Complex":
        for rule in children(inside, "complexBehaviorDefinition"):
            condition = sheet.report.condition(child_text(rule, "condition"), element, "condition of the behavior")
            for event in children(rule, "event"):
                yield from _thrown(read_definitions(event, True, sheet), element, sheet, condition=condition)


def _thrown(
    definitions: Iterable[EventDefinition],
    element: Element,
    sheet: Sheet,
    *,
    first_only: bool = False,
    condition: Expression | None = None,
) -> Iterator[LoopEvent]:
    for definition in definitions:
        if definition.trigger in THROWN_BY_LOOPS:
            yield LoopEvent(definition=definition, first_only=first_only, condition=condition)
        else:
            message = f'A loop cannot throw a "{definition.trigger}" when an instance ends. Draw the event inside.'
            sheet.report.error("loop_behavior", element, message)


def _number(text: str, element: Element, sheet: Sheet) -> Expression | None:
    """A number, or an expression that gives one; a bare name is a variable."""
    bare = text and not is_marked(text) and not text.lstrip("+-").isdecimal()
    return (
        sheet.report.condition(text, element, "cardinality")
        if bare
        else sheet.report.template(text, element, "cardinality")
    )


def _item_name(inside: Element, kind: str) -> str | None:
    item = child(inside, kind)
    return (item.get("name") or item.get("id") or None) if item is not None else None


def _variable(element: Element, reference: str, sheet: Sheet) -> str:
    """The variable behind the collection of a loop, or the expression that gives it."""
    return reference if is_marked(reference) else variable(reference, element, sheet)
