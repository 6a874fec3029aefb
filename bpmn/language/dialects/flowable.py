"""Flowable's and Activiti's extensions: Camunda 7's words in their own namespaces, and some of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from bpmn.language.dialects.base import CallWords, EventWords, Unsupported
from bpmn.language.dialects.camunda7 import LISTENER, Camunda7
from bpmn.language.process import Ends, EventDefinition, Loop, Passing, Trigger
from bpmn.language.report import Report, literal
from bpmn.language.vocabulary import local, words
from decisions.edge.xml import Element
from decisions.feel import Expression, map_of, parse_template, variable_of

_HANDLER = Unsupported(
    severity="warning",
    code="class_not_run",
    message="A class or bean named here is not run; the element does what else is written.",
)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_NUMBERS = frozenset({"int", "integer", "long", "short", "double", "float", "decimal"})
_ID = Unsupported(
    severity="warning",
    code="extension_not_done",
    message="No variable takes the id of what is begun here. Do not read it anywhere.",
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
    own_types: ClassVar[frozenset[str]] = frozenset({"http", "send-event"})
    known: ClassVar[frozenset[str]] = Camunda7.known | words(
        "formFieldValidation work-form-field-validation task-candidates-type eventInParameter "
        "eventOutParameter eventCorrelationParameter autoStoreVariables fallbackToDefaultTenant "
        "sameDeployment scope inheritVariables processInstanceName owner category asyncLeave exclusive "
        "asyncLeaveExclusive elementIndexVariable businessCalendarName terminateAll terminateMultiInstance "
        "channelKey triggerEventType localization storeResultVariableAsTransient "
        "doNotIncludeVariables includeInHistory historyLevel isEagerExecutionFetching endDate "
        "jobCategory formHandlerClass correlationKey messageExpression "
        "signalExpression noWaitStatesAsyncLeave initiator-can-complete customResource sendSynchronously "
        "systemChannel startEventCorrelationConfiguration static-process-key element-name rotation "
        "triggerEventCorrelationParameter eventName validateFormFields skipExpressionEnabled task-type "
        "task-subtype sourceDockerX sourceDockerY targetDockerX targetDockerY caseDefinitionKey "
        "documentation skipExpression variableAggregation collection"
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
        "httpRequestHandler": _HANDLER,
        "httpResponseHandler": _HANDLER,
        "calledElementType": Unsupported(
            severity="warning",
            code="extension_not_done",
            message="A process is called by its key, never by the id that an engine gave to one of its versions.",
            unless="key",
        ),
        "inheritBusinessKey": Unsupported(
            severity="warning",
            code="extension_not_done",
            message="The called process does not take over the business key. Pass what it needs as a parameter.",
        ),
        "useLocalScopeForResultVariable": Unsupported(
            severity="warning",
            code="extension_not_done",
            message="The result is a variable where that name lives, else of the process, never of the task alone.",
        ),
        **dict.fromkeys(("idVariableName", "taskIdVariableName", "caseInstanceIdVariableName"), _ID),
    }

    def skip(self, element: Element, report: Report) -> Expression | None:
        """`skipExpression`."""
        return report.condition(self.get(element, "skipExpression"), element, "skip expression")

    def loop(self, element: Element, activity: Element, base: Loop, report: Report) -> Loop | None:
        """Collection, also as an expression inside the element, element variable, and what is aggregated."""
        read = super().loop(element, activity, base, report)
        if read is None:
            return None
        if read.collection is None:
            read = replace(read, collection=self._collection(element, activity, report))
        return self._aggregated(read, element, activity, report)

    def _collection(self, element: Element, activity: Element, report: Report) -> Expression | None:
        inside = self.extension(element, "collection")
        if inside is None:
            return None
        if self.get(inside, "class") or self.get(inside, "delegateExpression"):
            message = "A class or bean that makes the collection is not run. Name a variable that holds a list."
            report.error("collection_handler", activity, message)
            return None
        text = next((part.text.strip() for part in inside.children if part.name in ("expression", "string")), "")
        return report.variable(text, activity, "collection")

    def _aggregated(self, loop: Loop, element: Element, activity: Element, report: Report) -> Loop:
        """`variableAggregation`: a list with the named variables of each instance that ended."""
        first, *others = [*self.extensions(element, "variableAggregation"), None]
        if first is None:
            return loop
        if len(others) > 1:
            message = "Only the first aggregation of variables is made. Gather all variables in it."
            report.error("variable_aggregation", activity, message)
        if any(
            self.get(first, word) or first.get(word) for word in ("class", "delegateExpression", "targetExpression")
        ):
            message = "Variables are aggregated into the variable that is the target; no class or expression is asked."
            report.error("variable_aggregation", activity, message)
        return replace(
            loop,
            output_collection=first.get("target") or None,
            output_element=map_of(dict(_gathered(first, activity, report))),
            output_gaps=False,
        )

    def data_value(self, element: Element, report: Report) -> Expression | None:
        """`value` of a data object, read as its type says."""
        value = self.extension(element, "value")
        if value is None:
            return None
        kind, text = local(element.get("itemSubjectRef")).lower(), value.text.strip()
        if kind == "boolean":
            return parse_template("=true" if text.lower() == "true" else "=false")
        if kind not in _NUMBERS:
            return literal(text) if text else None
        if not _NUMBER.fullmatch(text):
            report.error("data_value_invalid", element, f'The value "{text[:60]}" of the data object is no {kind}.')
            return None
        return parse_template(f"={text.removeprefix('+')}")

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
        """Names given by expression, the correlation key of a message, the scope of a signal."""
        words = super().event(definition, trigger, target, report) or EventWords()
        written = self.get(definition, f"{trigger}Expression")
        key = self.get(definition, "correlationKey")
        ends = Ends.LOOP if self.get(definition, "terminateMultiInstance") == "true" else Ends.SCOPE
        return replace(
            words,
            ends=Ends.INSTANCE if self.get(definition, "terminateAll") == "true" else ends,
            name=report.template(written, definition, f"{trigger} name"),
            correlation_key=report.template(key, definition, "correlation key"),
            within_instance=target is not None and self.get(target, "scope") == "processInstance",
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


def _gathered(holder: Element, activity: Element, report: Report) -> Iterator[tuple[str, Expression]]:
    """The variables of an aggregation, by the names they have in it."""
    for part in holder.find_all("variable"):
        named = part.get("source")
        written = report.template(part.get("sourceExpression"), activity, "source expression")
        source = variable_of(named) if named else written
        if source is not None and (part.get("target") or named):
            yield part.get("target") or named, source


class Activiti(Flowable):
    """The `activiti:` namespace."""

    name: ClassVar[str] = "activiti"
    namespaces: ClassVar[frozenset[str]] = frozenset({"http://activiti.org/bpmn"})
