"""Reads events and their definitions (BPMN 2.0.2 section 10.5)."""

from __future__ import annotations

from dataclasses import replace

from bpmn.language import normalise
from bpmn.language.dialects.base import EventWords
from bpmn.language.nodes import Common
from bpmn.language.process import Event, EventDefinition, JobSpec, Position, TimerKind, Trigger
from bpmn.language.references import correlated, warn_of_id
from bpmn.language.report import literal
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import EVENT_DEFINITIONS, child, child_text, children, is_model, local
from decisions.edge.xml import Element
from decisions.feel import Expression

THROWING = frozenset({Position.THROW, Position.END})
WAITING = frozenset({Position.CATCH, Position.BOUNDARY})
_NO_WORDS = EventWords()


def read_event(element: Element, common: Common, sheet: Sheet) -> Event:
    """The event as drawn; what is missing in its definitions is reported."""
    position = Position(element.name)
    definitions = read_definitions(element, position in THROWING, sheet)
    if not definitions and position in WAITING:
        implied = sheet.ask(lambda d: d.implied_event(element, sheet.report))
        definitions = (implied,) if implied is not None else ()
    return Event(
        **common,
        position=position,
        definitions=definitions,
        interrupting=_interrupting(element, position),
        parallel_multiple=normalise.boolean(element.get("parallelMultiple"), default=False),
        attached_to=local(element.get("attachedToRef")) or None,
        job=_job(element, sheet) if position in THROWING else None,
        form=sheet.ask(lambda d: d.form(element, sheet.forms, sheet.report)) if position == Position.START else None,
        initiator=sheet.ask(lambda d: d.initiator(element)) if position == Position.START else None,
    )


def _interrupting(element: Element, position: Position) -> bool:
    name = "cancelActivity" if position == Position.BOUNDARY else "isInterrupting"
    return normalise.boolean(element.get(name), default=True)


def _job(element: Element, sheet: Sheet) -> JobSpec | None:
    """The implementation of a message throw event: at the event or at its definition."""
    for place in (element, *children(element, "messageEventDefinition")):
        job = sheet.ask(lambda d, place=place: d.job(place, sheet.report))  # type: ignore[misc]
        if job is not None:
            return job
    return None


def read_definitions(element: Element, throwing: bool, sheet: Sheet) -> tuple[EventDefinition, ...]:
    """The event definitions inside an event, and those it refers to."""
    found = []
    for part in element.children:
        if not is_model(part):
            continue
        if part.name == "eventDefinitionRef":
            root = sheet.roots.find("eventDefinition", part.text)
            if root is None:
                sheet.report.error(
                    "reference_unknown",
                    element,
                    f'The event definition "{part.text.strip()}" is not in the file.',
                )
                continue
            part = root
        if part.name in EVENT_DEFINITIONS:
            found.append(read_definition(element, part, throwing, sheet))
        elif part.name.endswith("EventDefinition"):
            sheet.report.error("element_unknown", element, f'"{part.name}" is not an event definition of BPMN 2.0.')
    return tuple(found)


def read_definition(element: Element, part: Element, throwing: bool, sheet: Sheet) -> EventDefinition:
    """One event definition of the event `element`."""
    trigger = EVENT_DEFINITIONS[part.name]
    sheet.check_extensions(part, element)
    target = _target(element, part, trigger, sheet)
    words = sheet.ask(lambda d: d.event(part, trigger, target, sheet.report)) or _NO_WORDS
    definition = EventDefinition(
        trigger=trigger,
        id=part.get("id") or None,
        correlation_key=words.correlation_key,
        message=words.message,
        code_variable=words.code_variable,
        message_variable=words.message_variable,
        variable=words.variable,
        changes=words.changes,
        content=words.content if throwing else None,
        into=words.into if not throwing else None,
        payload=words.payload,
        carries_all=words.carries_all,
        within_instance=words.within_instance,
        ends=words.ends,
    )
    if trigger == Trigger.MESSAGE:
        definition = correlated(definition, target, element, throwing, sheet)
    if trigger in (Trigger.MESSAGE, Trigger.SIGNAL):
        return replace(definition, name=words.name or _name(element, target, sheet))
    if trigger in (Trigger.ERROR, Trigger.ESCALATION):
        return replace(definition, code=_code(element, part, trigger, target, throwing, sheet))
    if trigger == Trigger.TIMER:
        kind, timer = _timer(element, part, sheet)
        return replace(definition, timer_kind=kind, timer=timer)
    if trigger == Trigger.CONDITIONAL:
        text = child_text(part, "condition")
        return replace(definition, condition=sheet.report.condition(text, element, "condition"))
    if trigger == Trigger.LINK:
        return replace(definition, name=_constant(part.get("name") or element.get("name")))
    if trigger == Trigger.COMPENSATION:
        wait = normalise.boolean(part.get("waitForCompletion"), default=True)
        return replace(definition, activity=local(part.get("activityRef")) or None, wait_for_completion=wait)
    return definition


def _constant(text: str) -> Expression | None:
    return literal(text) if text else None


def _target(element: Element, part: Element, trigger: Trigger, sheet: Sheet) -> Element | None:
    """The message, signal, error or escalation that the definition refers to."""
    if trigger not in (Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ERROR, Trigger.ESCALATION):
        return None
    reference = part.get(f"{trigger}Ref")
    if not reference and trigger == Trigger.MESSAGE:
        reference = sheet.roots.operations.get(local(child_text(part, "operationRef")), "")
    if not reference:
        return None
    target = sheet.roots.find(trigger, reference)
    if target is None and trigger == Trigger.ERROR:
        sheet.report.warning(
            "error_undeclared",
            element,
            f'There is no error "{reference}" in the file; the reference itself is used as the error code.',
        )
    elif target is None:
        sheet.report.error(
            "reference_unknown",
            element,
            f'The {trigger} "{reference}" that is referred to is not in the file.',
        )
    return target


def _name(element: Element, target: Element | None, sheet: Sheet) -> Expression | None:
    """The name the world uses for a message or signal: its name, else its id."""
    if target is None:
        return None
    text = target.get("name") or target.get("id")
    if not target.get("name"):
        warn_of_id(element, target, sheet.report)
    return sheet.report.template(text, element, f"{target.name} name")


def _code(
    element: Element, part: Element, trigger: Trigger, target: Element | None, throwing: bool, sheet: Sheet
) -> Expression | None:
    """The error or escalation code; None catches every code and cannot be thrown."""
    reference = part.get(f"{trigger}Ref")
    if target is not None:
        code = sheet.report.template(target.get(f"{trigger}Code"), element, f"{trigger} code")
        if code is None and throwing:
            sheet.report.error(
                "code_missing",
                element,
                f'The {trigger} "{target.get("id")}" has no code, so nobody could catch it. Give it one.',
            )
        return code
    if throwing and not reference:
        sheet.report.error(
            "reference_missing",
            element,
            f"The event throws an {trigger}, but does not say which. Choose an {trigger}.",
        )
    return _constant(reference) if trigger == Trigger.ERROR else None


def _timer(element: Element, part: Element, sheet: Sheet) -> tuple[TimerKind | None, Expression | None]:
    """The timer's kind and text; a constant text must be ISO 8601 (or a cron line for a cycle)."""
    for kind in TimerKind:
        inside = child(part, kind)
        text = inside.text.strip() if inside is not None else ""
        if inside is None or not text:
            continue
        _check_language(element, inside, sheet)
        until = sheet.ask(lambda d, inside=inside: d.get(inside, "endDate") or None)  # type: ignore[misc]
        if until and text.startswith("R") and text.count("/") == 1:
            text = f"{text}/{until}"
        if kind == TimerKind.CYCLE and any(d.counts_days_from_sunday for d in sheet.dialects):
            text = normalise.quartz(text)
        timer = sheet.report.template(normalise.timer(text, kind), element, "time")
        if timer is not None and timer.is_constant:
            complaint = normalise.timer_complaint(text, kind)
            if complaint:
                sheet.report.error("timer_invalid", element, complaint)
                return kind, None
        return kind, timer
    sheet.report.error(
        "timer_without_time",
        element,
        "The timer has no time. Give it a date, a duration such as PT1H, or a cycle.",
    )
    return None, None


def _check_language(element: Element, inside: Element, sheet: Sheet) -> None:
    language = inside.get("language")
    if language and not normalise.is_our_language(language):
        sheet.report.error(
            "expression_language",
            element,
            f'Expressions in "{language}" are not run. Write the time in FEEL or ISO 8601.',
        )
