"""Camunda 8's extensions (`zeebe:`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from bpmn.language import normalise
from bpmn.language.dialects import form_js
from bpmn.language.dialects.base import (
    AdHocWords,
    CallWords,
    Dialect,
    EventWords,
    Mappings,
    ProcessWords,
    ScriptWords,
    Unsupported,
)
from bpmn.language.process import Assignment, DecisionSpec, FormSpec, JobSpec, Loop, Passing, Trigger, UserTaskSpec
from bpmn.language.report import Report
from bpmn.language.vocabulary import words
from decisions.edge.xml import Element
from decisions.feel import Expression

_LISTENER = Unsupported(
    severity="warning",
    code="listener_not_run",
    message="The listener is not run. Use a service task before or after this element.",
)
_EMBEDDED = "camunda-forms:bpmn:"
#: what an expression can read: a variable or a part of it
_TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
#: before it had FEEL, Zeebe wrote variables as paths: $.order.total
_JSON_PATH = re.compile(r"^\$\.(?=[\w.]+$)")


class Camunda8(Dialect):
    """The `zeebe:` namespace."""

    name: ClassVar[str] = "camunda8"
    namespaces: ClassVar[frozenset[str]] = frozenset({"http://camunda.org/schema/zeebe/1.0"})
    platforms: ClassVar[frozenset[str]] = frozenset({"camunda cloud"})
    known: ClassVar[frozenset[str]] = words(
        "taskDefinition taskHeaders ioMapping subscription assignmentDefinition formDefinition "
        "userTaskForm userTask taskSchedule priorityDefinition calledElement calledDecision "
        "loopCharacteristics script properties property versionTag modelerTemplate modelerTemplateVersion "
        "modelerTemplateIcon modelerConfigurationName modelerConfigurationTemplate adHoc linkedResources "
        "agentDefinition jobPriorityDefinition retryCounter conditionalFilter"
    )
    unsupported: ClassVar[Mapping[str, Unsupported]] = {
        "executionListeners": _LISTENER,
        "taskListeners": _LISTENER,
    }

    def process(self, element: Element, report: Report) -> ProcessWords | None:
        """Version tag, properties and embedded forms."""
        tag = self.extension(element, "versionTag")
        forms = {f"{_EMBEDDED}{form.get('id')}": form.text for form in self.extensions(element, "userTaskForm")}
        return ProcessWords(
            version_tag=tag.get("value") or None if tag is not None else None,
            properties=self.properties(element),
            forms=forms,
        )

    def job(self, element: Element, report: Report) -> JobSpec | None:
        """`taskDefinition` with its headers."""
        definition = self.extension(element, "taskDefinition")
        if definition is None:
            return None
        kind = report.template(definition.get("type"), element, "job type")
        if kind is None:
            report.error("job_type_missing", element, "The task has no job type. Give it one.")
            return None
        headers = self.extension(element, "taskHeaders")
        return JobSpec(
            type=kind,
            retries=report.template(definition.get("retries"), element, "number of retries"),
            headers={part.get("key"): part.get("value") for part in headers.children} if headers is not None else {},
        )

    def decision(self, element: Element, report: Report) -> DecisionSpec | None:
        """`calledDecision`."""
        called = self.extension(element, "calledDecision")
        if called is None:
            return None
        decision = report.template(called.get("decisionId"), element, "decision")
        if decision is None:
            report.error("decision_missing", element, "The task does not say which decision it calls. Choose one.")
            return None
        return DecisionSpec(
            decision=decision,
            binding=called.get("bindingType") or "latest",
            version=report.template(called.get("versionTag"), element, "version tag"),
            result_variable=called.get("resultVariable") or None,
        )

    def user(self, element: Element, forms: Mapping[str, str], report: Report) -> UserTaskSpec | None:
        """Assignment, schedule, priority and form."""
        parts = {
            part: self.extension(element, part)
            for part in ("assignmentDefinition", "taskSchedule", "priorityDefinition")
        }

        def read(part: str, name: str) -> Expression | None:
            found = parts[part]
            return report.template(found.get(name), element, name) if found is not None else None

        spec = UserTaskSpec(
            assignee=read("assignmentDefinition", "assignee"),
            candidate_users=read("assignmentDefinition", "candidateUsers"),
            candidate_groups=read("assignmentDefinition", "candidateGroups"),
            due=read("taskSchedule", "dueDate"),
            follow_up=read("taskSchedule", "followUpDate"),
            priority=read("priorityDefinition", "priority"),
            form=self.form(element, forms, report),
        )
        return spec if spec != UserTaskSpec() else None

    def form(self, element: Element, forms: Mapping[str, str], report: Report) -> FormSpec | None:
        """A deployed form by id, an own form by key, or a form embedded in the process."""
        found = self.extension(element, "formDefinition")
        if found is None:
            return None
        written = found.get("formId") or found.get("formKey") or found.get("externalReference")
        binding = found.get("bindingType") or "latest"
        if written.startswith(_EMBEDDED):
            if written not in forms:
                report.warning("form_unknown", element, f'The form "{written}" is not in the process.')
            fields = form_js.read_fields(forms.get(written, ""), element, report)
            return FormSpec(key=report.template(written, element, "form"), binding=binding, fields=fields)
        key = report.template(written, element, "form")
        return FormSpec(key=key, binding=binding) if key else None

    def script(self, element: Element, report: Report) -> ScriptWords | None:
        """A FEEL script and its result variable."""
        found = self.extension(element, "script")
        if found is None:
            return None
        expression = report.template(found.get("expression"), element, "script")
        if expression is None and not found.get("expression").strip():
            report.error("script_missing", element, "The script task has no expression. Write one in FEEL.")
        return ScriptWords(expression=expression, result_variable=found.get("resultVariable") or None)

    def loop(self, element: Element, activity: Element, base: Loop, report: Report) -> Loop | None:
        """Input and output collections."""
        found = self.extension(element, "loopCharacteristics")
        if found is None:
            return None
        if bool(found.get("outputCollection").strip()) != bool(found.get("outputElement").strip()):
            message = "The loop gathers its output only with both: an output collection and an output element."
            report.error("loop_output_incomplete", activity, message)
        return replace(
            base,
            collection=report.template(found.get("inputCollection"), activity, "input collection"),
            element_variable=found.get("inputElement") or None,
            output_collection=found.get("outputCollection") or None,
            output_element=report.template(found.get("outputElement"), activity, "output element"),
        )

    def runs_associations(self) -> bool | None:
        """Every variable is seen everywhere; data that is drawn is documentation."""
        return False

    def mappings(self, element: Element, report: Report) -> Mappings | None:
        """`ioMapping`."""
        found = self.extension(element, "ioMapping")
        if found is None:
            return None
        return Mappings(
            inputs=_assignments(found, "input", element, report),
            outputs=_assignments(found, "output", element, report),
        )

    def call(self, element: Element, report: Report) -> CallWords | None:
        """`calledElement`: everything is passed in and back, unless the drawing says otherwise."""
        found = self.extension(element, "calledElement")
        if found is None:
            return None
        outputs = self.extension(element, "ioMapping")
        mapped = outputs is not None and any(part.name == "output" for part in outputs.children)
        everything = normalise.boolean(found.get("propagateAllParentVariables"), default=True)
        propagated = normalise.boolean(found.get("propagateAllChildVariables"), default=True)
        return CallWords(
            called_element=report.template(found.get("processId"), element, "called process"),
            binding=found.get("bindingType") or "latest",
            version=report.template(found.get("versionTag"), element, "version tag"),
            business_key=report.template(found.get("businessId"), element, "business key"),
            passing=Passing.ALL if everything else Passing.LOCAL,
            all_out=propagated or mapped,
        )

    def event(self, definition: Element, trigger: Trigger, target: Element | None, report: Report) -> EventWords | None:
        """The correlation key of a message's subscription; the changes that a condition hears."""
        listened = self.extension(definition, "conditionalFilter") if trigger == Trigger.CONDITIONAL else None
        if listened is not None:
            return EventWords(changes=frozenset(listened.get("variableEvents").replace(",", " ").split()))
        found = self.extension(target, "subscription") if target is not None else None
        if found is None or trigger != Trigger.MESSAGE:
            return None
        return EventWords(
            correlation_key=report.template(found.get("correlationKey"), target or definition, "correlation key")
        )

    def properties(self, element: Element) -> Mapping[str, str]:
        """The element's `properties` extension."""
        holder = self.extension(element, "properties")
        return {part.get("name"): part.get("value") for part in holder.children} if holder is not None else {}

    def ad_hoc(self, element: Element, report: Report) -> AdHocWords | None:
        """The elements to activate, and the collection of what they made."""
        found = self.extension(element, "adHoc")
        if found is None:
            return None
        return AdHocWords(
            active_elements=report.template(found.get("activeElementsCollection"), element, "active elements"),
            output_collection=found.get("outputCollection").strip().removeprefix("=").strip() or None,
            output_element=report.template(found.get("outputElement"), element, "output element"),
        )


def _assignments(holder: Element, kind: str, element: Element, report: Report) -> tuple[Assignment, ...]:
    found = []
    for part in holder.find_all(kind):
        target = part.get("target").strip().removeprefix("$.")
        written = _JSON_PATH.sub("=", part.get("source").strip())
        source = report.template(written or "=null", element, f'{kind} mapping of "{target}"')
        if not target:
            report.error("mapping_without_name", element, f"An {kind} mapping has no target. Give it one.")
        elif source is not None:
            found.append(Assignment(source=source, target=target))
        if target and not _TARGET.fullmatch(target):
            message = (
                f'No expression can read "{target[:60]}", which an {kind} mapping writes: name a variable, or a part'
            )
            report.warning("mapping_target_invalid", element, f"{message} like order.total.")
    return tuple(found)
