"""What a dialect can say about an element: the questions the reader asks, all with "nothing" as answer.

A dialect overrides the questions its vendor has words for. Where a drawing mixes dialects, the first
answer counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from bpmn.language.process import (
    Assignment,
    DecisionSpec,
    Ends,
    EventDefinition,
    FormSpec,
    JobSpec,
    Loop,
    Passing,
    Trigger,
    UserTaskSpec,
)
from bpmn.language.report import Report
from bpmn.language.vocabulary import extensions
from decisions.edge.xml import Element
from decisions.feel import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Mappings:
    """Input and output mappings of a flow node."""

    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWords:
    """What a dialect says about a call activity."""

    called_element: Expression | None = None
    binding: str = "latest"
    version: Expression | None = None
    business_key: Expression | None = None
    passed_in: tuple[Assignment, ...] = ()
    passed_out: tuple[Assignment, ...] = ()
    passing: Passing = Passing.ALL
    all_out: bool = True
    kept_out: tuple[Assignment, ...] = ()
    all_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdHocWords:
    """What a dialect says about an ad-hoc sub-process."""

    active_elements: Expression | None = None
    output_collection: str | None = None
    output_element: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptWords:
    """A script in a language that is evaluated here, and the variable that takes its value."""

    expression: Expression | None
    result_variable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWords:
    """What a dialect adds to an event definition; empty fields leave what the standard says."""

    name: Expression | None = None
    correlation_key: Expression | None = None
    message: Expression | None = None
    code_variable: str | None = None
    message_variable: str | None = None
    variable: str | None = None
    changes: frozenset[str] = frozenset()
    content: Expression | None = None
    into: str | None = None
    payload: tuple[Assignment, ...] = ()
    carries_all: bool = False
    within_instance: bool = False
    ends: Ends = Ends.SCOPE


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessWords:
    """What a dialect says about a process."""

    version_tag: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    #: embedded forms by the key that user tasks use
    forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A vendor word that is understood and refused: never a silent no-op."""

    severity: Literal["error", "warning"]
    code: str
    message: str
    #: an attribute with this value says what is done anyway
    unless: str = "false"


class Dialect(Protocol):
    """One vendor's words. Every question takes the XML element and the report for problems."""

    name: ClassVar[str]
    namespaces: ClassVar[frozenset[str]]
    #: what the modeler writes as `executionPlatform` of a drawing for this vendor's engine
    platforms: ClassVar[frozenset[str]] = frozenset()
    #: attributes and elements that are read, or have no effect on how the process runs
    known: ClassVar[frozenset[str]] = frozenset()
    unsupported: ClassVar[Mapping[str, Unsupported]] = {}
    #: cron lines are Quartz's
    counts_days_from_sunday: ClassVar[bool] = False

    def get(self, element: Element, name: str) -> str:
        """The vendor attribute's text; empty when absent."""
        for namespace in self.namespaces:
            if f"{{{namespace}}}{name}" in element.attributes:
                return element.get(name, namespace=namespace).strip()
        return ""

    def extension(self, element: Element, name: str) -> Element | None:
        """The first vendor element of that name among the extensions."""
        return next(self.extensions(element, name), None)

    def extensions(self, element: Element, name: str) -> Iterator[Element]:
        """The vendor elements of that name among the extensions."""
        for found in extensions(element):
            if found.name == name and found.namespace in self.namespaces:
                yield found

    def process(self, element: Element, report: Report) -> ProcessWords | None:
        """Version tag, properties and embedded forms of a process."""
        return None

    def job(self, element: Element, report: Report) -> JobSpec | None:
        """The implementation of a service, send or business rule task or of a message throw event."""
        return None

    def job_errors(self, element: Element, report: Report) -> tuple[tuple[Expression, str], ...] | None:
        """The errors a job ends with: a condition over its result, and the id of the error."""
        return None

    def skip(self, element: Element, report: Report) -> Expression | None:
        """When an activity is left out, or what stands for the condition of a sequence flow."""
        return None

    def decision(self, element: Element, report: Report) -> DecisionSpec | None:
        """The decision of a business rule task."""
        return None

    def user(self, element: Element, forms: Mapping[str, str], report: Report) -> UserTaskSpec | None:
        """Who does a user task, until when, with which form."""
        return None

    def form(self, element: Element, forms: Mapping[str, str], report: Report) -> FormSpec | None:
        """The form of a user task or start event."""
        return None

    def script(self, element: Element, report: Report) -> ScriptWords | None:
        """The script of a script task, when the vendor writes it as an extension."""
        return None

    def script_result(self, element: Element) -> str | None:
        """The variable that takes the value of a standard `script`."""
        return None

    def loop(self, element: Element, activity: Element, base: Loop, report: Report) -> Loop | None:
        """The multi-instance characteristics, when the vendor has more to say than `base`."""
        return None

    def mappings(self, element: Element, report: Report) -> Mappings | None:
        """Input and output mappings of a flow node."""
        return None

    def runs_associations(self) -> bool | None:
        """Whether data associations bind variables, or only document what is drawn."""
        return None

    def call(self, element: Element, report: Report) -> CallWords | None:
        """What a call activity calls and passes."""
        return None

    def event(self, definition: Element, trigger: Trigger, target: Element | None, report: Report) -> EventWords | None:
        """What the vendor adds to an event definition; `target` is the message, error ... it refers to."""
        return None

    def implied_event(self, element: Element, report: Report) -> EventDefinition | None:
        """What a catch or boundary event without a standard definition waits for, as the vendor says."""
        return None

    def data_value(self, element: Element, report: Report) -> Expression | None:
        """The value that a data object has from the start."""
        return None

    def properties(self, element: Element) -> Mapping[str, str]:
        """Vendor properties of a flow node, names as written."""
        return {}

    def initiator(self, element: Element) -> str | None:
        """The variable that takes who started the instance at this start event."""
        return None

    def ad_hoc(self, element: Element, report: Report) -> AdHocWords | None:
        """Which activities an ad-hoc sub-process starts with, and what it gathers of them."""
        return None
