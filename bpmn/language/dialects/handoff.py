"""Our own namespace: AI decisions, connectors and people for drawings of any modeler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bpmn.language.dialects.base import Dialect, EventWords, Mappings
from bpmn.language.process import Assignment, DecisionSpec, FormSpec, JobSpec, Trigger, UserTaskSpec
from bpmn.language.report import Report, literal
from bpmn.language.vocabulary import HANDOFF, words
from decisions.edge.xml import Element
from decisions.feel import Expression

AI_DECISION = "ai-decision"


class Handoff(Dialect):
    """The `handoff:` namespace."""

    name: ClassVar[str] = "handoff"
    namespaces: ClassVar[frozenset[str]] = frozenset({HANDOFF})
    known: ClassVar[frozenset[str]] = words(
        "decision connector dmn header input output assignee candidateUsers candidateGroups dueDate "
        "followUpDate priority formKey retries resultVariable correlationKey"
    )

    def job(self, element: Element, report: Report) -> JobSpec | None:
        """`decision` makes an AI decision, `connector` a job of that type."""
        headers = {part.get("key"): part.get("value") for part in self.extensions(element, "header")}
        decision = self.get(element, "decision")
        kind = (
            literal(AI_DECISION) if decision else report.template(self.get(element, "connector"), element, "connector")
        )
        if kind is None:
            return None
        return JobSpec(
            type=kind,
            retries=report.template(self.get(element, "retries"), element, "number of retries"),
            headers={"decision": decision, **headers} if decision else headers,
            result_variable=self.get(element, "resultVariable") or None,
        )

    def decision(self, element: Element, report: Report) -> DecisionSpec | None:
        """`dmn` names a DMN decision."""
        decision = report.template(self.get(element, "dmn"), element, "decision")
        if decision is None:
            return None
        return DecisionSpec(decision=decision, result_variable=self.get(element, "resultVariable") or None)

    def user(self, element: Element, forms: Mapping[str, str], report: Report) -> UserTaskSpec | None:
        """People, deadlines, priority and form."""

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
        """A form by key."""
        key = report.template(self.get(element, "formKey"), element, "form")
        return FormSpec(key=key) if key else None

    def mappings(self, element: Element, report: Report) -> Mappings | None:
        """`input` and `output` elements with source and target."""
        inputs, outputs = (self._assignments(element, kind, report) for kind in ("input", "output"))
        return Mappings(inputs=inputs, outputs=outputs) if inputs or outputs else None

    def _assignments(self, element: Element, kind: str, report: Report) -> tuple[Assignment, ...]:
        found = []
        for part in self.extensions(element, kind):
            source = report.template(part.get("source"), element, f"{kind} mapping")
            if source is not None and part.get("target"):
                found.append(Assignment(source=source, target=part.get("target")))
        return tuple(found)

    def event(self, definition: Element, trigger: Trigger, target: Element | None, report: Report) -> EventWords | None:
        """The correlation key of a message event or task."""
        key = report.template(self.get(definition, "correlationKey"), definition, "correlation key")
        return EventWords(correlation_key=key) if key else None
