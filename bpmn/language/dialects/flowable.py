"""Flowable's and Activiti's extensions: Camunda 7's words in their own namespaces, and some of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from bpmn.language.dialects.base import CallWords, EventWords, Unsupported
from bpmn.language.dialects.camunda7 import LISTENER, Camunda7
from bpmn.language.process import Ends, EventDefinition, Loop, Passing, Trigger
from bpmn.language.report import Report, literal
from bpmn.language.vocabulary import words
from decisions.edge.xml import Element
from decisions.feel import Expression

_HANDLER = Unsupported(
    severity="warning",
    code="class_not_run",
    message="A class or bean named here is not run; the element does what else is written.",
)
_EVENT = Unsupported(
    severity="warning",
    code="event_registry",
    message="The event registry is not read: a caught event is a message of that name, and nothing is sent.",
)


class Flowable(Camunda7):
    """The `flowable:` namespace."""

    name: ClassVar[str] = "flowable"
    namespaces: ClassVar[frozenset[str]] = frozenset({"http://flowable.org/bpmn"})
    platforms: ClassVar[frozenset[str]] = frozenset()
    known: ClassVar[frozenset[str]] = Camunda7.known | words(
        "formFieldValidation work-form-field-validation task-candidates-type eventInParameter "
        "eventOutParameter eventCorrelationParameter autoStoreVariables fallbackToDefaultTenant "
        "sameDeployment scope inheritVariables inheritBusinessKey processInstanceName idVariableName "
        "calledElementType owner category asyncLeave asyncLeaveExclusive exclusive "
        "elementIndexVariable businessCalendarName terminateAll terminateMultiInstance channelKey "
        "triggerEventType localization storeResultVariableAsTransient useLocalScopeForResultVariable "
        "doNotIncludeVariables includeInHistory historyLevel isEagerExecutionFetching endDate "
        "taskIdVariableName jobCategory formHandlerClass correlationKey messageExpression "
        "signalExpression noWaitStatesAsyncLeave initiator-can-complete customResource sendSynchronously "
        "systemChannel startEventCorrelationConfiguration static-process-key element-name rotation "
        "triggerEventCorrelationParameter eventName validateFormFields skipExpressionEnabled task-type "
        "task-subtype sourceDockerX sourceDockerY targetDockerX targetDockerY caseDefinitionKey "
        "caseInstanceIdVariableName documentation eventListener mapException"
    )
    unsupported: ClassVar[Mapping[str, Unsupported]] = {
        **Camunda7.unsupported,
        "mapException": _HANDLER,
        "eventListener": LISTENER,
        "triggerable": Unsupported(
            severity="warning",
            code="triggerable_not_run",
            message="The task goes on when its job is completed, and waits for no trigger after it.",
        ),
        "eventType": _EVENT,
        "variableListenerEventDefinition": Unsupported(
            severity="error",
            code="variable_listener",
            message="A variable listener event is not run. Use a conditional event.",
        ),
        "variableAggregation": Unsupported(
            severity="warning",
            code="variable_aggregation",
            message=("The aggregation of variables is not read. Map outputs with an output collection instead."),
        ),
        "httpRequestHandler": _HANDLER,
        "httpResponseHandler": _HANDLER,
    }

    def skip(self, element: Element, report: Report) -> Expression | None:
        """`skipExpression`."""
        return report.condition(self.get(element, "skipExpression"), element, "skip expression")

    def loop(self, element: Element, activity: Element, base: Loop, report: Report) -> Loop | None:
        """Collection, also as an expression inside the element, and element variable."""
        read = super().loop(element, activity, base, report)
        inside = self.extension(element, "collection")
        if read is None or inside is None or read.collection is not None:
            return read
        text = next((part.text.strip() for part in inside.children if part.name in ("expression", "string")), "")
        return replace(read, collection=report.variable(text, activity, "collection"))

    def call(self, element: Element, report: Report) -> CallWords | None:
        """Parameters of a call; `inheritVariables` passes everything in."""
        words = super().call(element, report)
        if words is None:
            return None
        if self.get(element, "sameDeployment") == "true":
            words = replace(words, binding="deployment")
        if self.get(element, "inheritVariables") == "true":
            words = replace(words, passing=Passing.ALL)
        return words

    def event(self, definition: Element, trigger: Trigger, target: Element | None, report: Report) -> EventWords | None:
        """Names given by expression and the correlation key of a message."""
        words = super().event(definition, trigger, target, report) or EventWords()
        written = self.get(definition, f"{trigger}Expression")
        key = self.get(definition, "correlationKey")
        ends = Ends.LOOP if self.get(definition, "terminateMultiInstance") == "true" else Ends.SCOPE
        return replace(
            words,
            ends=Ends.INSTANCE if self.get(definition, "terminateAll") == "true" else ends,
            name=report.template(written, definition, f"{trigger} name"),
            correlation_key=report.template(key, definition, "correlation key"),
        )

    def implied_event(self, element: Element, report: Report) -> EventDefinition | None:
        """An event of the event registry, as the message of its name; one correlation parameter is the key."""
        kind = self.extension(element, "eventType")
        if kind is None or not kind.text.strip():
            return None
        keys = [part.get("value") for part in self.extensions(element, "eventCorrelationParameter")]
        return EventDefinition(
            trigger=Trigger.MESSAGE,
            name=literal(kind.text.strip()),
            correlation_key=report.template(keys[0], element, "correlation key") if len(keys) == 1 else None,
        )


class Activiti(Flowable):
    """The `activiti:` namespace."""

    name: ClassVar[str] = "activiti"
    namespaces: ClassVar[frozenset[str]] = frozenset({"http://activiti.org/bpmn", "http://activiti.com/modeler"})
