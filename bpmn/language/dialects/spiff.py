"""SpiffWorkflow's extensions (`spiffworkflow:`): operators, forms, scripts before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bpmn.language.dialects.base import Dialect, EventWords, ScriptWords, Unsupported
from bpmn.language.process import DecisionSpec, FormSpec, JobSpec, Trigger, UserTaskSpec
from bpmn.language.report import Report
from bpmn.language.vocabulary import child_text, words
from decisions.edge.xml import Element

_PYTHON = Unsupported(
    severity="error",
    code="script_language",
    message="Scripts before and after a task (preScript, postScript) are Python and not run. Use input "
    "and output mappings or a script task in FEEL.",
)


class Spiff(Dialect):
    """The `spiffworkflow:` namespace."""

    name: ClassVar[str] = "spiff"
    namespaces: ClassVar[frozenset[str]] = frozenset(
        {
            "http://spiffworkflow.org/bpmn/schema/1.0/core",
            "https://www.spiffworkflow.org/bpmn/schema/1.0/core",
        }
    )
    known: ClassVar[frozenset[str]] = words(
        "serviceTaskOperator calledDecisionId properties property processVariablePrefix "
        "instructionsForEndUser messagePayload messageVariable isOutputSynced guestConfirmation lanes "
        "allowGuest taskMetadataValues payloadExpression variableName unitTests scriptsOnInstances "
        "signalButtonLabel parameters parameter extractInstructions title jsonSchema"
    )
    unsupported: ClassVar[Mapping[str, Unsupported]] = {"preScript": _PYTHON, "postScript": _PYTHON}

    def job(self, element: Element, report: Report) -> JobSpec | None:
        """The operator of a service task with its parameters."""
        operator = self.extension(element, "serviceTaskOperator")
        kind = report.template(operator.get("id"), element, "operator") if operator is not None else None
        if operator is None or kind is None:
            return None
        parameters = {
            part.get("id"): part.get("value") for part in operator.iter() if part.name == "parameter" and part.get("id")
        }
        return JobSpec(type=kind, headers=parameters, result_variable=operator.get("resultVariable") or None)

    def decision(self, element: Element, report: Report) -> DecisionSpec | None:
        """The called decision; its outputs become variables."""
        called = self.extension(element, "calledDecisionId")
        decision = report.template(called.text, element, "decision") if called is not None else None
        return DecisionSpec(decision=decision, spreads=True) if decision else None

    def user(self, element: Element, forms: Mapping[str, str], report: Report) -> UserTaskSpec | None:
        """The form; people are chosen by lane."""
        form = self.form(element, forms, report)
        return UserTaskSpec(form=form) if form else None

    def form(self, element: Element, forms: Mapping[str, str], report: Report) -> FormSpec | None:
        """The JSON schema file named in the properties."""
        name = self.properties(element).get("formJsonSchemaFilename")
        key = report.template(name, element, "form")
        return FormSpec(key=key) if key else None

    def script(self, element: Element, report: Report) -> ScriptWords | None:
        """Scripts are Python there: an unmarked one is refused by name."""
        text = child_text(element, "script")
        if text and not element.get("scriptFormat") and not text.startswith("="):
            report.error(
                "script_language",
                element,
                "The script is Python, which is not run. Write it in FEEL, or use a service task with a "
                "registered function.",
            )
            return ScriptWords(expression=None)
        return None

    def event(self, definition: Element, trigger: Trigger, target: Element | None, report: Report) -> EventWords | None:
        """What an event carries, and the variable that takes it: at the event, or at what it refers to."""
        places = [definition, *([target] if target is not None else [])]
        content = self._text(places, "messagePayload", "payloadExpression")
        into = self._text(places, "messageVariable", "variableName")
        if not content and not into:
            return None
        return EventWords(content=report.condition(content, definition, "payload"), into=into or None)

    def _text(self, places: list[Element], *names: str) -> str:
        found = (part.text.strip() for place in places for name in names for part in self.extensions(place, name))
        return next((text for text in found if text), "")

    def properties(self, element: Element) -> Mapping[str, str]:
        """The element's `properties` extension."""
        holder = self.extension(element, "properties")
        return {part.get("name"): part.get("value") for part in holder.children} if holder is not None else {}
