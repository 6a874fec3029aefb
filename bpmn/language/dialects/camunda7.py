"""Camunda 7's extensions (also Operaton and CIB seven, which use the same words).

Classes, delegate expressions and expressions become names of registered functions; scripts inside
mappings are read when they are FEEL or JUEL, and refused by name otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from bpmn.language.dialects import camunda_forms
from bpmn.language.dialects.base import CallWords, Dialect, EventWords, Mappings, ProcessWords, Unsupported
from bpmn.language.dialects.camunda_mappings import check_mappings, read_mappings
from bpmn.language.process import Assignment, DecisionSpec, FormSpec, JobSpec, Loop, Passing, Trigger, UserTaskSpec
from bpmn.language.report import Report, is_marked, literal
from bpmn.language.vocabulary import words
from decisions.edge.xml import Element
from decisions.feel import Expression, variable_of

LISTENER = Unsupported(
    severity="warning",
    code="listener_not_run",
    message=("The listener is not run. Use a service task with a registered function before or after this element."),
)
_CASE = Unsupported(
    severity="error",
    code="case_not_supported",
    message="CMMN cases cannot be called. Call a process instead.",
)
_FORM_HANDLER = Unsupported(
    severity="warning",
    code="class_not_run",
    message="A class that handles a form is not run. The form's fields are taken over as they are.",
)
_VARIABLE_MAPPING = Unsupported(
    severity="warning",
    code="class_not_run",
    message="A class that maps variables is not run. Write the mappings as in and out parameters.",
)


class Camunda7(Dialect):
    """The `camunda:` namespace."""

    name: ClassVar[str] = "camunda7"
    namespaces: ClassVar[frozenset[str]] = frozenset(
        {"http://camunda.org/schema/1.0/bpmn", "http://operaton.org/schema/1.0/bpmn"}
    )
    platforms: ClassVar[frozenset[str]] = frozenset({"camunda platform", "operaton", "cib seven"})
    counts_days_from_sunday: ClassVar[bool] = True
    #: types of service tasks that somebody does without a function of that name
    own_types: ClassVar[frozenset[str]] = frozenset()
    known: ClassVar[frozenset[str]] = words(
        "assignee candidateUsers candidateGroups dueDate followUpDate priority formKey formRef "
        "formRefBinding formRefVersion formData formProperty formHandlerClass inputOutput properties "
        "property connector field in out type topic class delegateExpression expression resultVariable "
        "resultVariableName decisionRef decisionRefBinding decisionRefVersion decisionRefVersionTag "
        "decisionRefTenantId mapDecisionResult calledElementBinding calledElementVersion "
        "calledElementVersionTag calledElementTenantId collection elementVariable errorCodeVariable "
        "errorMessageVariable escalationCodeVariable errorMessage errorEventDefinition variableName "
        "variableEvents initiator asyncBefore asyncAfter async exclusive jobPriority taskPriority "
        "failedJobRetryTimeCycle historyTimeToLive candidateStarterUsers candidateStarterGroups "
        "versionTag isStartableInTasklist modelerTemplate modelerTemplateVersion modelerTemplateIcon "
        "diagramRelationId resource potentialStarter executionPlatform extensionId scriptFormat "
        "caseBinding caseVersion caseTenantId"
    )
    unsupported: ClassVar[Mapping[str, Unsupported]] = {
        "executionListener": LISTENER,
        "taskListener": LISTENER,
        "caseRef": _CASE,
        "formHandlerClass": _FORM_HANDLER,
        "variableMappingClass": _VARIABLE_MAPPING,
        "variableMappingDelegateExpression": _VARIABLE_MAPPING,
    }

    def process(self, element: Element, report: Report) -> ProcessWords | None:
        """Version tag, starters and time to live."""
        names = ("candidateStarterUsers", "candidateStarterGroups", "historyTimeToLive", "jobPriority")
        properties = {name: text for name in names if (text := self.get(element, name))}
        return ProcessWords(
            version_tag=self.get(element, "versionTag") or None,
            properties={**properties, **self.properties(element)},
        )

    def job(self, element: Element, report: Report) -> JobSpec | None:
        """External topic, connector, mail, or the name behind a class or expression."""
        kind = self._job_type(element, report)
        if kind is None:
            return None
        return JobSpec(
            type=kind,
            retries=self._retries(element, report),
            headers={**self._fields(element), **self.properties(element)},
            result_variable=self._result_variable(element),
        )

    def _result_variable(self, element: Element) -> str | None:
        return self.get(element, "resultVariable") or self.get(element, "resultVariableName") or None

    def _job_type(self, element: Element, report: Report) -> Expression | None:
        written = self.get(element, "type")
        if written in ("external", "external-worker"):
            topic = report.template(self.get(element, "topic"), element, "topic")
            if topic is None:
                report.error("topic_missing", element, "The external task has no topic. Give it one.")
            return topic
        if written in ("mail", "email"):
            return literal("email")
        if written == "shell":
            report.error("shell_not_supported", element, "Shell commands are never run. Use a registered function.")
            return literal("shell")
        if written and written not in self.own_types:
            message = f'Nothing here does "{written}" by itself: the task is a job of that type. Register a function.'
            report.warning("task_type_is_job", element, message)
        if written:
            return report.template(written, element, "task type")
        connector = self.extension(element, "connector")
        if connector is not None:
            name = next((part.text.strip() for part in connector.children if part.name == "connectorId"), "")
            if name:
                return report.template(name, element, "connector")
        return self._function(element)

    def _function(self, element: Element) -> Expression | None:
        """A class, delegate expression or expression, as the name of a registered function."""
        for attribute in ("class", "delegateExpression", "expression"):
            written = self.get(element, attribute)
            if written:
                return literal(function_name(written))
        return None

    def _retries(self, element: Element, report: Report) -> Expression | None:
        """The number of tries in `R5/PT10M` or in a list of intervals such as `PT1M,PT10M`."""
        found = self.extension(element, "failedJobRetryTimeCycle")
        text = found.text.strip() if found is not None else ""
        head = text.partition("/")[0]
        if head[:1] == "R" and head[1:].isdecimal():
            return literal(head[1:])
        if text.startswith("P"):
            return literal(str(len(text.split(",")) + 1))
        if text:
            message = f'The retries "{text[:60]}" cannot be read; the usual number is made. Write them as R3/PT10M.'
            report.warning("retries_unreadable", element, message)
        return None

    def _fields(self, element: Element) -> dict[str, str]:
        """Injected fields, as headers of the job."""
        found = {}
        for part in self.extensions(element, "field"):
            inner = next((inside.text.strip() for inside in part.children), "")
            found[part.get("name")] = part.get("stringValue") or part.get("expression") or inner
        return found

    def runs_associations(self) -> bool | None:
        """Every variable is seen everywhere; data that is drawn is documentation."""
        return False

    def job_errors(self, element: Element, report: Report) -> tuple[tuple[Expression, str], ...] | None:
        """`errorEventDefinition` of an external task."""
        found = []
        for part in self.extensions(element, "errorEventDefinition"):
            condition = report.condition(part.get("expression"), element, "condition of the error")
            if condition is None or self.get(element, "type") != "external":
                message = "An error is thrown by an external task when its condition holds; here it never is."
                report.warning("job_error_unused", element, message)
                continue
            if "externalTask" in condition.names:
                message = "The condition of an error is asked when the job is completed, not when it fails."
                report.warning("job_error_on_failure", element, message)
            found.append((condition, part.get("errorRef")))
        return tuple(found) or None

    def decision(self, element: Element, report: Report) -> DecisionSpec | None:
        """A DMN decision by `decisionRef`."""
        decision = report.template(self.get(element, "decisionRef"), element, "decision")
        if decision is None:
            return None
        binding = self.get(element, "decisionRefBinding") or "latest"
        version = self.get(element, "decisionRefVersionTag" if binding == "versionTag" else "decisionRefVersion")
        return DecisionSpec(
            decision=decision,
            binding=binding,
            version=report.template(version, element, "decision version"),
            result_variable=self._result_variable(element),
            map_result=self.get(element, "mapDecisionResult") or None,
        )

    def user(self, element: Element, forms: Mapping[str, str], report: Report) -> UserTaskSpec | None:
        """Assignment, deadlines, priority and form, when any of them is written."""

        def read(name: str) -> Expression | None:
            return report.template(self.get(element, name), element, name)

        spec = UserTaskSpec(
            assignee=read("assignee"),
            candidate_users=read("candidateUsers"),
            candidate_groups=read("candidateGroups"),
            due=read("dueDate"),
            follow_up=read("followUpDate"),
            priority=read("priority"),
            form=self.form(element, forms, report),
        )
        return spec if spec != UserTaskSpec() else None

    def form(self, element: Element, forms: Mapping[str, str], report: Report) -> FormSpec | None:
        """A form by key or reference, or the fields drawn in the element."""
        fields = camunda_forms.read_fields(element, self, report)
        key = report.template(self.get(element, "formRef") or self.get(element, "formKey"), element, "form")
        if key is None and not fields:
            return None
        return FormSpec(key=key, binding=self.get(element, "formRefBinding") or "latest", fields=fields)

    def script_result(self, element: Element) -> str | None:
        """The script task's result variable."""
        return self.get(element, "resultVariable") or None

    def loop(self, element: Element, activity: Element, base: Loop, report: Report) -> Loop | None:
        """Collection and element variable of a multi-instance."""
        collection = report.variable(self.get(element, "collection"), activity, "collection")
        return replace(
            base,
            collection=collection or base.collection,
            element_variable=self.get(element, "elementVariable") or base.element_variable,
            index_variable=self.get(element, "elementIndexVariable") or None,
        )

    def mappings(self, element: Element, report: Report) -> Mappings | None:
        """`inputOutput` of the element and of its connector."""
        found = [self.extension(element, "inputOutput")]
        if found[0] is not None:
            check_mappings(found[0], element, report)
        connector = self.extension(element, "connector")
        if connector is not None:
            found.append(next((part for part in connector.children if part.name == "inputOutput"), None))
        read = [read_mappings(part, element, report) for part in found if part is not None]
        if not read:
            return None
        return Mappings(
            inputs=tuple(one for mappings in read for one in mappings.inputs),
            outputs=tuple(one for mappings in read for one in mappings.outputs),
        )

    def call(self, element: Element, report: Report) -> CallWords | None:
        """Binding and parameters of a call; only what is named is passed, as in the vendor's engine."""
        binding = self.get(element, "calledElementBinding") or "latest"
        version = self.get(element, "calledElementVersionTag" if binding == "versionTag" else "calledElementVersion")
        key: Expression | None = None
        for part in self.extensions(element, "in"):
            key = report.template(part.get("businessKey"), element, "business key") or key
        ins = list(self.extensions(element, "in"))
        kept = [part for part in self.extensions(element, "out") if part.get("local") == "true"]
        outs = [part for part in self.extensions(element, "out") if part.get("local") != "true"]
        return CallWords(
            binding=binding,
            version=report.template(version, element, "version of the called process"),
            business_key=key,
            passed_in=_parameters(ins, element, report),
            passed_out=_parameters(outs, element, report),
            passing=_passing(ins),
            all_out=any(part.get("variables") == "all" for part in outs),
            kept_out=_parameters(kept, element, report),
            all_kept=any(part.get("variables") == "all" for part in kept),
        )

    def event(self, definition: Element, trigger: Trigger, target: Element | None, report: Report) -> EventWords | None:
        """What a signal carries, what an error says, and the variables that take a caught code and message."""
        if trigger is Trigger.SIGNAL:
            parts = list(self.extensions(definition, "in"))
            return EventWords(
                payload=_parameters(parts, definition, report), carries_all=_passing(parts) is not Passing.NOTHING
            )
        if trigger is Trigger.CONDITIONAL:
            changes = self.get(definition, "variableEvents").replace(",", " ").split()
            return EventWords(variable=self.get(definition, "variableName") or None, changes=frozenset(changes))
        if trigger not in (Trigger.ERROR, Trigger.ESCALATION):
            return None
        code = self.get(definition, f"{trigger}CodeVariable")
        said = self.get(target, "errorMessage") if target is not None else ""
        return EventWords(
            message=report.template(said, definition, "error message"),
            code_variable=code or None,
            message_variable=self.get(definition, "errorMessageVariable") or None,
        )

    def properties(self, element: Element) -> Mapping[str, str]:
        """The element's `properties` extension."""
        holder = self.extension(element, "properties")
        parts = holder.children if holder is not None else ()
        return {part.get("name") or part.get("id"): part.get("value") for part in parts if part.name == "property"}

    def initiator(self, element: Element) -> str | None:
        """The start event's `initiator` variable."""
        return self.get(element, "initiator") or None


def function_name(written: str) -> str:
    """The name of the function behind `${bean}`, `${bean.method(x)}` or a class name."""
    text = written.strip()
    if text[:2] in ("${", "#{") and text.endswith("}"):
        text = text[2:-1].strip()
    return text.partition("(")[0].strip() or written


def _passing(parts: list[Element]) -> Passing:
    """What `in variables="all"` says; with `local="true"` only the call activity's own variables."""
    for part in parts:
        if part.get("variables") == "all":
            return Passing.LOCAL if part.get("local") == "true" else Passing.ALL
    return Passing.NOTHING


def _parameters(parts: list[Element], element: Element, report: Report) -> tuple[Assignment, ...]:
    """`in` and `out` elements with a source and a target; a source is a name, and null when nobody has it."""
    found = []
    for part in parts:
        named = part.get("source").strip()
        source = (
            variable_of(named)
            if named and not is_marked(named)
            else report.template(named or part.get("sourceExpression"), element, "source expression")
        )
        if source is not None and part.get("target"):
            found.append(Assignment(source=source, target=part.get("target")))
        elif "variables" not in part.attributes and "businessKey" not in part.attributes:
            message = f'A parameter "{part.name}" needs both a source and a target.'
            report.error("mapping_incomplete", element, message)
    return tuple(found)
