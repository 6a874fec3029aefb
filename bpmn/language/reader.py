"""Reads a BPMN file: bytes in, a drawing and everything that is wrong with it out.

Source: BPMN 2.0.2 sections 8.1 (definitions), 9.2 (collaboration), 10.2 (process).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bpmn.language import normalise
from bpmn.language.bodies import LIMIT_ID, LIMIT_NAME, read_body
from bpmn.language.correlation import read_correlation
from bpmn.language.data import read_defaults, read_variables
from bpmn.language.dialects.base import ProcessWords
from bpmn.language.dialects.registry import dialects_of, main_dialect
from bpmn.language.foreign import what_is
from bpmn.language.process import Drawing, Participant, Process
from bpmn.language.report import Report
from bpmn.language.roots import read_roots
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import (
    DIAGRAM,
    FLOW_NODES,
    ROOTS,
    ROOTS_NOT_EXECUTABLE,
    child,
    child_text,
    children,
    is_model,
    local,
)
from decisions.edge.problems import Problem
from decisions.edge.xml import Element, XmlRefused, parse

#: flow nodes of one file; the largest drawing seen in the wild has about 1 500
LIMIT_NODES = 10_000
_TOO_MANY = "The file has {} flow nodes; at most " + f"{LIMIT_NODES} are read. Split it with call activities."
_NO_WORDS = ProcessWords()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came out of a file: a drawing unless it could not be read at all, and its problems."""

    drawing: Drawing | None
    #: what is wrong with the file as a whole; what is wrong with one process, `judge` says
    problems: tuple[Problem, ...] = ()


def read(name: str, data: bytes) -> Reading:
    """Read one BPMN file.

    Args:
        name: the file's name, for problems.
        data: its bytes, in any encoding that XML knows and drawings use.
    Returns:
        The drawing with its processes; None when the bytes are not a BPMN drawing. Never raises for
        what is in the file: everything wrong is a problem with code, element and line.
    """
    try:
        root = parse(data).root
    except XmlRefused as refusal:
        return _refused(name, refusal.code, refusal.message, refusal.line)
    complaint = what_is(root)
    if complaint:
        return _refused(name, "not_bpmn", complaint, root.line)
    size = sum(element.name in FLOW_NODES for element in root.iter())
    if size > LIMIT_NODES:
        return _refused(name, "too_many_elements", _TOO_MANY.format(size), root.line)
    report = Report(name)
    drawing = _read_drawing(name, data, root, report)
    return Reading(drawing=drawing, problems=drawing.problems)


def _refused(name: str, code: str, message: str, line: int) -> Reading:
    problem = Problem(severity="error", code=code, line=line, message=message, file=name)
    return Reading(drawing=None, problems=(problem,))


def _read_drawing(name: str, data: bytes, root: Element, report: Report) -> Drawing:
    dialects = dialects_of(root)
    ids = _ids(root, report)
    sheet = Sheet(
        report=report,
        roots=read_roots(root, report),
        dialects=dialects,
        ids=ids,
        handlers=_handlers(root),
        correlation=read_correlation(root),
        variables=read_variables(root, by_id=main_dialect(dialects) == "spiff"),
    )
    _check_roots(root, report)
    processes = _read_processes(root, sheet)
    own = {problem for process in processes for problem in process.problems}
    return Drawing(
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        processes=tuple(processes),
        participants=_participants(root, ids, report),
        collaboration=next((found.get("id") for found in children(root, "collaboration")), None),
        dialect=main_dialect(dialects),
        exporter=f"{root.get('exporter')} {root.get('exporterVersion')}".strip(),
        has_diagram=any(found.namespace == DIAGRAM for found in root.children),
        problems=tuple(problem for problem in report.problems if problem not in own),
    )


def _ids(root: Element, report: Report) -> dict[str, str]:
    """Every id of the model part with the name of its element; ids that stand twice are reported."""
    found: dict[str, str] = {}
    for element in _model_elements(root):
        key = element.get("id")
        if not key:
            continue
        if key not in found:
            found[key] = element.name
            continue
        serious = element.name in FLOW_NODES | {"process", "sequenceFlow"} and found[key] in FLOW_NODES | {
            "process",
            "sequenceFlow",
        }
        message = f'The id "{key}" stands at two elements ({found[key]} and {element.name}). Give each its own id.'
        (report.error if serious else report.warning)("id_twice", element, message)
    return found


def _model_elements(root: Element) -> list[Element]:
    """All elements of BPMN's own namespace outside of extensions and diagrams."""
    found, waiting = [], [root]
    while waiting:
        element = waiting.pop()
        if is_model(element) and element.name != "extensionElements":
            found.append(element)
            waiting.extend(reversed(element.children))
    return found


def _handlers(root: Element) -> dict[str, str]:
    """Both directions of every association; a compensation boundary event finds its handler here."""
    found: dict[str, str] = {}
    for element in root.iter():
        if is_model(element, "association"):
            source, target = local(element.get("sourceRef")), local(element.get("targetRef"))
            found.setdefault(source, target)
            found.setdefault(target, source)
    return found


def _check_roots(root: Element, report: Report) -> None:
    for element in root.children:
        if not is_model(element):
            continue
        if element.name in ROOTS_NOT_EXECUTABLE:
            message = (
                f'The {element.name} "{element.get("name") or element.get("id")}" is kept as a drawing and not run.'
            )
            report.warning("element_not_executable", element, message)
        elif element.name not in ROOTS:
            message = f'"{element.name}" is not an element of BPMN 2.0 that can stand here.'
            report.error("element_unknown", element, message)
    if not any(is_model(element, "process") for element in root.children):
        pools = any(child(found, "participant") for found in children(root, "collaboration"))
        empty = "Its pools are empty; draw a process in one of them" if pools else "Draw one"
        report.error("no_process", root, f"The file has no process. {empty}, or upload the right file.")


def _read_processes(root: Element, sheet: Sheet) -> list[Process]:
    found: dict[str, Process] = {}
    for element in children(root, "process"):
        key = element.get("id")
        mark = sheet.report.mark()
        if not _is_good_id(element, sheet.report) or key in found:
            continue
        process = _read_process(element, sheet)
        found[key] = replace(process, problems=sheet.report.since(mark))
    return list(found.values())


def _is_good_id(element: Element, report: Report) -> bool:
    """True when the process has an id that can be its key everywhere."""
    key = element.get("id")
    if not key:
        report.error("id_missing", element, f'The process "{element.get("name")}" has no id. Give it one.')
    elif len(key) > LIMIT_ID:
        report.error(
            "id_too_long",
            element,
            f"The process id has {len(key)} characters; at most {LIMIT_ID} are allowed.",
        )
    elif not normalise.is_ncname(key):
        message = f'"{key}" cannot be the id of a process: use letters, digits, "_", "-" and "." only.'
        report.error("id_invalid", element, message)
    else:
        return True
    return False


def _read_process(element: Element, sheet: Sheet) -> Process:
    report = sheet.report
    words = sheet.ask(lambda d: d.process(element, report)) or _NO_WORDS
    sheet = replace(sheet, forms=words.forms, correlation=sheet.correlation.of_process(element))
    sheet.check_extensions(element, element)
    written = element.get("isExecutable")
    if len(element.get("name")) > LIMIT_NAME:
        report.error("name_too_long", element, f"The process name has more than {LIMIT_NAME} characters.")
    return Process(
        id=element.get("id"),
        name=element.get("name").strip()[:LIMIT_NAME],
        line=element.line or None,
        is_executable=normalise.boolean(written, default=False) if written else None,
        body=read_body(element, sheet),
        version_tag=words.version_tag,
        dialect=main_dialect(sheet.dialects),
        data_objects=tuple(
            found.get("name") or found.get("id") for found in element.iter() if is_model(found, "dataObject")
        ),
        takes=_declared(element, "dataInput", sheet),
        gives=_declared(element, "dataOutput", sheet),
        defaults=read_defaults(element, sheet),
        documentation=child_text(element, "documentation"),
        properties=words.properties,
    )


def _declared(process: Element, kind: str, sheet: Sheet) -> frozenset[str]:
    """The ids of the inputs or outputs that a process of SpiffWorkflow declares; other engines look at none."""
    if main_dialect(sheet.dialects) != "spiff":
        return frozenset()
    return frozenset(one.get("id") for holder in children(process, "ioSpecification") for one in children(holder, kind))


def _participants(root: Element, ids: Mapping[str, str], report: Report) -> tuple[Participant, ...]:
    """The pools; what they and the message flows between them refer to and is not there is named."""
    found = []
    for collaboration in children(root, "collaboration"):
        for pool in children(collaboration, "participant"):
            key, process = pool.get("name").strip() or pool.get("id"), local(pool.get("processRef"))
            if process and ids.get(process) != "process":
                message = f'The pool "{key}" stands for the process "{process}", which is not in the file.'
                report.warning("pool_process_unknown", pool, message)
            found.append(Participant(id=pool.get("id"), name=pool.get("name").strip(), process=process or None))
        for flow in children(collaboration, "messageFlow"):
            for end in (local(flow.get("sourceRef")), local(flow.get("targetRef"))):
                if end not in ids:
                    message = f'The message flow goes from or to "{end}", which does not exist.'
                    report.warning("message_flow_end_unknown", flow, message)
    return tuple(found)
