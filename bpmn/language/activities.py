"""Reads tasks, sub-processes and call activities (BPMN 2.0.2 sections 10.3.3 to 10.3.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from bpmn.language import normalise
from bpmn.language.data import read_associations, read_defaults
from bpmn.language.dialects.base import AdHocWords, CallWords, ScriptWords
from bpmn.language.loops import read_loop
from bpmn.language.nodes import Common
from bpmn.language.process import (
    Body,
    CallActivity,
    EventDefinition,
    JobError,
    JobSpec,
    Loop,
    Passing,
    SubProcess,
    SubProcessKind,
    Task,
    TaskKind,
    Trigger,
    UserTaskSpec,
)
from bpmn.language.references import correlated, message_of
from bpmn.language.report import Report, is_marked, literal
from bpmn.language.sheet import Sheet
from bpmn.language.vocabulary import child_text
from decisions.edge.xml import Element
from decisions.feel import Expression

LIMIT_QUANTITY = 1000
JOBS = frozenset({TaskKind.SERVICE, TaskKind.SEND, TaskKind.BUSINESS_RULE})
_WAY_OUT = "Write it in FEEL, or use a service task with a registered function."


class _Shared(TypedDict):
    """The fields of `Activity`, to be unpacked into one of its kinds."""

    loop: Loop | None
    for_compensation: bool
    compensated_by: str | None
    start_quantity: int
    completion_quantity: int
    skip: Expression | None


def _shared(element: Element, compensated_by: str | None, sheet: Sheet) -> _Shared:
    return _Shared(
        loop=read_loop(element, sheet),
        for_compensation=normalise.boolean(element.get("isForCompensation"), default=False),
        compensated_by=compensated_by,
        start_quantity=_quantity(element, "startQuantity", sheet.report),
        completion_quantity=_quantity(element, "completionQuantity", sheet.report),
        skip=sheet.ask(lambda d: d.skip(element, sheet.report)),
    )


def _quantity(element: Element, name: str, report: Report) -> int:
    """How many tokens begin or leave an activity (table 10.3)."""
    written = element.get(name).strip() or "1"
    if written.isdecimal() and 1 <= int(written) <= LIMIT_QUANTITY:
        return int(written)
    message = f'{name} is "{written[:60]}"; it must be a whole number from 1 to {LIMIT_QUANTITY}.'
    report.error("quantity_invalid", element, message)
    return 1


def read_task(element: Element, common: Common, compensated_by: str | None, sheet: Sheet) -> Task:
    """The task with the spec of its kind."""
    kind = TaskKind(element.name)
    report = sheet.report
    decision = sheet.ask(lambda d: d.decision(element, report)) if kind == TaskKind.BUSINESS_RULE else None
    message = _message(element, sheet) if kind in (TaskKind.SEND, TaskKind.RECEIVE) else None
    job = None if decision else sheet.ask(lambda d: d.job(element, report))
    if job is None and decision is None and kind in JOBS and not (kind == TaskKind.SEND and message):
        job = _unbound(element, kind, report)
    words = _script(element, job, sheet) if kind == TaskKind.SCRIPT else None
    user = _user(element, sheet) if kind == TaskKind.USER else None
    return Task(
        **common,
        **_shared(element, compensated_by, sheet),
        kind=kind,
        job=replace(job, errors=_errors(element, sheet)) if job else None,
        user=user,
        decision=decision,
        script=words.expression if words else None,
        script_result=words.result_variable if words else None,
        message=message,
        instantiate=normalise.boolean(element.get("instantiate"), default=False),
    )


def _user(element: Element, sheet: Sheet) -> UserTaskSpec | None:
    """Who does a user task: what the first dialect says, and beside it the standard's own words."""
    asked = (dialect.user(element, sheet.forms, sheet.report) for dialect in sheet.dialects)
    said = [spec for spec in asked if spec is not None]
    if len(said) < 2:
        return said[0] if said else None
    first, standard = said[0], said[-1]
    return replace(
        first,
        assignee=first.assignee or standard.assignee,
        candidate_users=first.candidate_users or standard.candidate_users,
        candidate_groups=first.candidate_groups or standard.candidate_groups,
        owner_users=standard.candidate_users if first.candidate_users else None,
        owner_groups=standard.candidate_groups if first.candidate_groups else None,
    )


def _errors(element: Element, sheet: Sheet) -> tuple[JobError, ...]:
    """The errors that the job of the task ends with, by the conditions a dialect writes."""
    found = []
    for condition, reference in sheet.ask(lambda d: d.job_errors(element, sheet.report)) or ():
        error = sheet.roots.find("error", reference)
        code = error.get("errorCode") if error is not None else reference
        if code:
            found.append(JobError(condition=condition, code=literal(code)))
        else:
            sheet.report.error("code_missing", element, "A condition of the task throws an error without a code.")
    return tuple(found)


def _unbound(element: Element, kind: TaskKind, report: Report) -> JobSpec:
    """A task of work without a binding: a job whose type is the element's own id."""
    report.warning(
        f"{'service' if kind == TaskKind.SERVICE else 'send' if kind == TaskKind.SEND else 'business_rule'}"
        "_task_without_implementation",
        element,
        f'Nothing says how this task is done; it becomes a job of type "{element.get("id")}". Choose a '
        "connector, a registered function or a job type.",
    )
    return JobSpec(type=literal(element.get("id")))


def _message(element: Element, sheet: Sheet) -> EventDefinition | None:
    """The message a send or receive task names, itself or through its operation."""
    target = message_of(element, sheet)
    if target is None:
        return None
    words = sheet.ask(lambda d: d.event(element, Trigger.MESSAGE, target, sheet.report))
    name = sheet.report.template(target.get("name") or target.get("id"), element, "message name")
    throwing = element.name == "sendTask"
    definition = EventDefinition(
        trigger=Trigger.MESSAGE,
        name=name,
        correlation_key=words.correlation_key if words else None,
        content=words.content if words and throwing else None,
        into=words.into if words and not throwing else None,
    )
    return correlated(definition, target, element, throwing, sheet)


def _script(element: Element, job: JobSpec | None, sheet: Sheet) -> ScriptWords | None:
    """The script of a script task; every other language than FEEL and JUEL is refused by name."""
    words = sheet.ask(lambda d: d.script(element, sheet.report))
    if words is not None or job is not None:
        return words
    text = child_text(element, "script")
    if sheet.ask(lambda d: d.get(element, "resource") or None):
        message = f"The script stands in another file, which is not read. {_WAY_OUT}"
        sheet.report.error("script_external", element, message)
        return None
    if not text:
        sheet.report.error("script_missing", element, "The script task has no script. Write one in FEEL.")
        return None
    expression = _in_our_language(text, element.get("scriptFormat").strip(), element, sheet.report)
    result = sheet.ask(lambda d: d.script_result(element))
    return ScriptWords(expression=expression, result_variable=result) if expression else None


def _in_our_language(text: str, language: str, element: Element, report: Report) -> Expression | None:
    lowered = language.lower()
    if "feel" in lowered:
        return report.template(text if is_marked(text) else f"={text}", element, "script")
    if "juel" in lowered:
        return report.template(text if is_marked(text) else "${" + text + "}", element, "script")
    if language:
        report.error("script_language", element, f'Scripts in "{language[:60]}" are not run, only FEEL. {_WAY_OUT}')
        return None
    if text.startswith(("=", "${", "#{")):
        return report.template(text, element, "script")
    report.error("script_language_missing", element, f"The script does not say its language (scriptFormat). {_WAY_OUT}")
    return None


def read_sub_process(
    element: Element, common: Common, compensated_by: str | None, body: Body, sheet: Sheet
) -> SubProcess:
    """The sub-process around a body that was read before."""
    report = sheet.report
    common["inputs"] = (*read_defaults(element, sheet), *common["inputs"])
    kind = SubProcessKind(element.name)
    if normalise.boolean(element.get("triggeredByEvent"), default=False):
        kind = SubProcessKind.EVENT
    ad_hoc = kind == SubProcessKind.AD_HOC
    if ad_hoc and sheet.ask(lambda d: d.job(element, report)) is not None:
        message = "The job that would choose the activities is not made; they are chosen by expression or by a person."
        report.warning("ad_hoc_job", element, message)
    done = child_text(element, "completionCondition") if ad_hoc else ""
    words = (sheet.ask(lambda d: d.ad_hoc(element, report)) if ad_hoc else None) or AdHocWords()
    return SubProcess(
        **common,
        **_shared(element, compensated_by, sheet),
        kind=kind,
        body=body,
        completion_condition=report.condition(done, element, "completion condition"),
        sequential=ad_hoc and element.get("ordering") == "Sequential",
        cancel_remaining=normalise.boolean(element.get("cancelRemainingInstances"), default=True),
        active_elements=words.active_elements,
        output_collection=words.output_collection,
        output_element=words.output_element,
    )


def read_call(element: Element, common: Common, compensated_by: str | None, sheet: Sheet) -> CallActivity:
    """The call activity with what it passes in and out."""
    words = sheet.ask(lambda d: d.call(element, sheet.report)) or _by_data(element, sheet)
    called = words.called_element or sheet.report.template(_called(element), element, "called process")
    if called is None:
        sheet.report.error(
            "called_process_missing",
            element,
            "The call activity does not say which process it calls. Choose one.",
        )
        called = literal("-")
    elif sheet.ids.get(called.text, "").startswith("global"):
        message = f'The call activity calls the {sheet.ids[called.text]} "{called.text}", which is not run.'
        sheet.report.error("element_not_executable", element, f"{message} Draw the task here, or call a process.")
    return CallActivity(
        **common,
        **_shared(element, compensated_by, sheet),
        called_element=called,
        binding=words.binding,
        version=words.version,
        business_key=words.business_key,
        passed_in=words.passed_in,
        passed_out=words.passed_out,
        passing=words.passing,
        all_out=words.all_out,
        kept_out=words.kept_out,
        all_kept=words.all_kept,
    )


def _by_data(element: Element, sheet: Sheet) -> CallWords:
    """What a call passes in the standard's own words: its data inputs, without any everything (13.3.6)."""
    return CallWords(passing=Passing.LOCAL if read_associations(element, sheet).inputs else Passing.ALL)


def _called(element: Element) -> str:
    """The called process's id: a QName's prefix does not count."""
    written = element.get("calledElement").strip()
    if is_marked(written) or ":" not in written:
        return written
    prefix, _, name = written.partition(":")
    return name if prefix in element.prefixes else written
