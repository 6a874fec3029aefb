"""Reads sequence flows: their ends, conditions, and ids where the drawing has none (section 8.4.13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bpmn.language import normalise
from bpmn.language.process import SequenceFlow
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import FLOW_NODES, child, children, local
from decisions.edge.xml import Element
from decisions.feel import Expression


def read_flows(level: Element, nodes: Mapping[str, Element], sheet: Sheet) -> dict[str, SequenceFlow]:
    """The flows of one level whose both ends stand in that level; the others are reported."""
    found: dict[str, SequenceFlow] = {}
    made: Counter[str] = Counter()
    for element in children(level, "sequenceFlow"):
        source, target = _end(element, "sourceRef", nodes), _end(element, "targetRef", nodes)
        sheet.check_extensions(element, element)
        if not _is_connected(element, source, target, nodes, sheet):
            continue
        key = element.get("id")
        anonymous = not key or key in found
        key = _made_id(f"{source}-{target}", made, sheet.ids) if anonymous else key
        found[key] = SequenceFlow(
            id=key,
            source=source,
            target=target,
            condition=_condition(element, element if not anonymous else nodes[source], sheet),
            skip=_skip(element, sheet),
            name=element.get("name").strip(),
            line=element.line or None,
            anonymous=anonymous,
        )
    return found


def _skip(element: Element, sheet: Sheet) -> Expression | None:
    return sheet.ask(lambda d: d.skip(element, sheet.report))


def _end(element: Element, name: str, nodes: Mapping[str, Element]) -> str:
    written = element.get(name).strip()
    return written if written in nodes else local(written)


def _is_connected(element: Element, source: str, target: str, nodes: Mapping[str, Element], sheet: Sheet) -> bool:
    """True when both ends are flow nodes of this level."""
    flow, place = _label(element), element if element.get("id") else nodes.get(source, element)
    if not source or not target:
        missing = " and ".join(name for name, end in (("source", source), ("target", target)) if not end)
        sheet.report.error("flow_end_missing", place, f"{flow} has no {missing}. Connect both ends.")
        return False
    connected = True
    for end, word in ((source, "from"), (target, "to")):
        if end in nodes:
            continue
        connected = False
        if sheet.ids.get(end) in FLOW_NODES:
            message = (
                f'{flow} goes {word} "{end}", which stands in another pool or sub-process (it connects '
                f'"{source}" and "{target}"). Use a message flow or an event instead.'
            )
            sheet.report.error("flow_crosses_border", place, message)
        elif end in sheet.ids:
            message = f'{flow} goes {word} "{end}", a {sheet.ids[end]}, which no token can reach. Connect it elsewhere.'
            sheet.report.error("flow_end_unknown", place, message)
        else:
            message = f'{flow} goes {word} "{end}", which does not exist (it connects "{source}" and "{target}").'
            sheet.report.error("flow_end_unknown", place, message)
    return connected


def _label(element: Element) -> str:
    return f'The sequence flow "{element.get("id")}"' if element.get("id") else "A sequence flow without id"


def _made_id(base: str, made: Counter[str], ids: Mapping[str, str]) -> str:
    """An id for a flow without one, that nothing else in the file has."""
    key = base
    while key in ids or key in made:
        made[base] += 1
        key = f"{base}-{made[base] + 1}"
    made[key] += 0
    return key


def _condition(element: Element, place: Element, sheet: Sheet) -> Expression | None:
    inside = child(element, "conditionExpression")
    if inside is None:
        return None
    if sheet.ask(lambda d: d.get(inside, "resource") or None):
        sheet.report.error("condition_external", place, "The condition stands in another file, which is not read.")
        return None
    language = inside.get("language")
    if language and not normalise.is_our_language(language):
        sheet.report.error(
            "expression_language",
            place,
            f'The condition is written in "{language[:60]}", which is not run. Write it in FEEL, for '
            "example =amount > 100.",
        )
        return None
    return sheet.report.condition(inside.text, place, "condition")
