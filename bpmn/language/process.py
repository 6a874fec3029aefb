"""The process model: what a drawing says, in the words of BPMN 2.0.2, whatever modeler wrote it.

The reader builds it from XML, the lint judges it, the engine builds its node specs from it. It is
immutable and holds no behaviour beyond look-ups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from decisions.edge.problems import Problem
from decisions.feel import Expression

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]
Variables = dict[str, JSON]


class TaskKind(StrEnum):
    """The kinds of task of BPMN 2.0.2 section 10.3.3."""

    TASK = "task"
    MANUAL = "manualTask"
    USER = "userTask"
    SERVICE = "serviceTask"
    SEND = "sendTask"
    RECEIVE = "receiveTask"
    SCRIPT = "scriptTask"
    BUSINESS_RULE = "businessRuleTask"


class SubProcessKind(StrEnum):
    """What an embedded body is: plain, event sub-process, transaction or ad-hoc (10.3.5)."""

    EMBEDDED = "subProcess"
    EVENT = "eventSubProcess"
    TRANSACTION = "transaction"
    AD_HOC = "adHocSubProcess"


class GatewayKind(StrEnum):
    """The gateways of section 10.6."""

    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_BASED = "eventBasedGateway"
    COMPLEX = "complexGateway"


class Position(StrEnum):
    """Where an event stands (section 10.5)."""

    START = "startEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    END = "endEvent"


class Trigger(StrEnum):
    """What an event definition is about (section 10.5.5). No definition is a none event."""

    MESSAGE = "message"
    TIMER = "timer"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    CONDITIONAL = "conditional"
    LINK = "link"
    COMPENSATION = "compensate"
    CANCEL = "cancel"
    TERMINATE = "terminate"


class TimerKind(StrEnum):
    """A moment, a distance, or a repetition (ISO 8601 `R3/PT1H`, or a cron line)."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


class Ends(StrEnum):
    """What a terminate end event ends: its scope (13.5.6), and as vendors add, its loop or the instance."""

    SCOPE = "scope"
    LOOP = "loop"
    INSTANCE = "instance"


class Passing(StrEnum):
    """Which variables of the caller a called process gets besides those that are mapped."""

    NOTHING = "nothing"
    LOCAL = "local"  #: those of the call activity itself: its input mappings, the item of its loop
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One input or output mapping: the value of `source` is written to the variable `target`."""

    source: Expression
    target: str  #: a name, or a dotted path into a context


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDefinition:
    """What an event throws or waits for; only the fields of its trigger are filled."""

    trigger: Trigger
    id: str | None = None
    #: message, signal, link: the name the world uses (an expression; most often constant)
    name: Expression | None = None
    #: message: evaluated when the subscription is armed (catch) or the message is sent (throw)
    correlation_key: Expression | None = None
    #: message: where a message carries that key, an expression over its payload (8.4.2)
    message_path: Expression | None = None
    #: error, escalation: None catches every code
    code: Expression | None = None
    #: error: what the thrown error says besides its code
    message: Expression | None = None
    #: error: variables that take the caught code and message (Camunda 7 errorCodeVariable, ...)
    code_variable: str | None = None
    message_variable: str | None = None
    timer_kind: TimerKind | None = None
    timer: Expression | None = None
    condition: Expression | None = None
    #: condition: the only variable whose changes are looked at
    variable: str | None = None
    #: condition: which changes are looked at, of "create" and "update"; empty: all
    changes: frozenset[str] = frozenset()
    #: thrown: what it carries instead, a context of variables or one value
    content: Expression | None = None
    #: caught: the variable that takes everything it carries
    into: str | None = None
    #: signal thrown: what it carries besides what is mapped into its node
    payload: tuple[Assignment, ...] = ()
    carries_all: bool = False  #: signal thrown: every visible variable
    within_instance: bool = False  #: signal: nobody outside the instance hears it or can throw it
    #: terminate: how much of the instance ends
    ends: Ends = Ends.SCOPE
    #: compensation: the activity to compensate, None is every completed one of the scope
    activity: str | None = None
    wait_for_completion: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """An error that a job ends with when a condition over its result holds (Camunda 7 errorEventDefinition)."""

    condition: Expression
    code: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """Work that somebody outside the engine does for a token."""

    type: Expression  #: job type, topic, or name of a registered function
    retries: Expression | None = None  #: None: the configured default
    headers: Mapping[str, str] = field(default_factory=dict)  #: task headers, connector properties
    result_variable: str | None = None
    errors: tuple[JobError, ...] = ()  #: looked at in this order when the job is completed


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSpec:
    """A business rule task's DMN decision, evaluated inside the command."""

    decision: Expression
    binding: str = "latest"  #: latest | deployment | version | versionTag
    version: Expression | None = None
    result_variable: str | None = None
    #: Camunda 7 mapDecisionResult: singleEntry | singleResult | collectEntries | resultList | None
    map_result: str | None = None
    spreads: bool = False  #: each output is a variable of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSpec:
    """The form a person fills: a reference to a deployed form, or the fields drawn in the task."""

    key: Expression | None = None
    binding: str = "latest"
    #: generated form fields: id, label, type, default value, required, options
    fields: tuple[Mapping[str, JSON], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskSpec:
    """Who should do a user task, until when, with which form."""

    assignee: Expression | None = None
    candidate_users: Expression | None = None  #: list, or text separated by commas
    candidate_groups: Expression | None = None
    #: the standard's potential owners, beside the candidates that a vendor's words name
    owner_users: Expression | None = None
    owner_groups: Expression | None = None
    due: Expression | None = None
    follow_up: Expression | None = None
    priority: Expression | None = None
    form: FormSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopEvent:
    """What a multi-instance activity throws when an instance has ended (table 10.29)."""

    definition: EventDefinition
    first_only: bool = False  #: behavior One
    condition: Expression | None = None  #: behavior Complex: thrown when it is true


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Standard loop (10.3.8) or multi-instance; `multi` tells which."""

    multi: bool
    sequential: bool = False
    #: standard loop
    condition: Expression | None = None
    test_before: bool = False
    maximum: int | None = None
    #: multi-instance
    cardinality: Expression | None = None
    collection: Expression | None = None
    element_variable: str | None = None
    index_variable: str | None = None  #: takes the number of the instance, from 0
    completion_condition: Expression | None = None
    output_collection: str | None = None
    output_element: Expression | None = None
    output_gaps: bool = True  #: an instance that did not end leaves null in the output collection, else nothing
    throws: tuple[LoopEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """A place a token can be: activity, event or gateway."""

    id: str
    name: str = ""
    line: int | None = None
    lane: str | None = None  #: name of the innermost lane (outermost process lanes reach inside scopes)
    incoming: tuple[str, ...] = ()  #: ids of sequence flows
    outgoing: tuple[str, ...] = ()  #: ids of sequence flows, in the order of the drawing
    default: str | None = None  #: id of the default flow
    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()
    keeps_rest: bool = False  #: what the outputs leave out stays inside: they are data outputs (10.4.2)
    properties: Mapping[str, str] = field(default_factory=dict)  #: vendor properties, names as written
    documentation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(FlowNode):
    """An event at any position; several definitions are a multiple event."""

    position: Position
    definitions: tuple[EventDefinition, ...] = ()
    interrupting: bool = True  #: boundary: cancelActivity; start of event sub-process: isInterrupting
    parallel_multiple: bool = False
    attached_to: str | None = None
    job: JobSpec | None = None  #: message throw or end with an implementation
    form: FormSpec | None = None  #: start event: the form a person fills to start
    initiator: str | None = None  #: start event: the variable that takes who started the instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway(FlowNode):
    """A gateway."""

    kind: GatewayKind
    activation_condition: Expression | None = None
    instantiate: bool = False
    awaits_all: bool = False  #: instantiating event-based gateway of type Parallel: every event must come


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(FlowNode):
    """What tasks, sub-processes and call activities share."""

    loop: Loop | None = None
    for_compensation: bool = False
    #: association from a compensation boundary event leads here: id of the handler activity
    compensated_by: str | None = None
    #: true where skipping is switched on: nothing is done and nobody is asked (Flowable)
    skip: Expression | None = None
    start_quantity: int = 1  #: tokens that must have come by its flows before it begins
    completion_quantity: int = 1  #: tokens that leave by each of its flows


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Activity):
    """An atomic activity; the spec of its kind is filled."""

    kind: TaskKind
    job: JobSpec | None = None  #: service, send, business rule with an implementation
    user: UserTaskSpec | None = None
    decision: DecisionSpec | None = None
    script: Expression | None = None
    script_result: str | None = None
    message: EventDefinition | None = None  #: receive task (None: waits for a trigger), send task
    instantiate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Flow nodes and sequence flows of one level: a process or the inside of a sub-process."""

    nodes: Mapping[str, FlowNode]  #: in the order of the drawing
    flows: Mapping[str, SequenceFlow]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcess(Activity):
    """An activity with a body of its own."""

    kind: SubProcessKind
    body: Body
    completion_condition: Expression | None = None  #: ad-hoc
    sequential: bool = False  #: ad-hoc ordering
    cancel_remaining: bool = True  #: ad-hoc
    active_elements: Expression | None = None  #: ad-hoc: ids to activate (zeebe activeElementsCollection)
    #: ad-hoc: the variable that takes what each of its activities made, in the order of completion
    output_collection: str | None = None
    output_element: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallActivity(Activity):
    """A call of another process; `inputs`/`outputs` of the node are local, these cross the border."""

    called_element: Expression
    binding: str = "latest"  #: latest | deployment | version | versionTag
    version: Expression | None = None
    business_key: Expression | None = None
    passed_in: tuple[Assignment, ...] = ()
    passed_out: tuple[Assignment, ...] = ()
    #: what is passed besides `passed_in`
    passing: Passing = Passing.ALL
    all_out: bool = True  #: every variable of the called process is handed back
    #: the same for what only the call itself sees, such as its output mappings
    kept_out: tuple[Assignment, ...] = ()
    all_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceFlow:
    """A sequence flow; `id` is made from source and target when the drawing has none."""

    id: str
    source: str
    target: str
    condition: Expression | None = None
    skip: Expression | None = None  #: stands for the condition where skipping is switched on (Flowable)
    name: str = ""
    line: int | None = None
    anonymous: bool = False  #: the drawing gave no id


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of a drawing, ready to be judged and, without errors, to be run."""

    id: str
    name: str = ""
    line: int | None = None
    is_executable: bool | None = None  #: None: the attribute is absent
    body: Body
    version_tag: str | None = None
    dialect: str = "plain"
    data_objects: tuple[str, ...] = ()
    #: the only variables that a call passes in and gets back, when there are any (SpiffWorkflow)
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    #: variables that an instance has from the start when nobody gives them
    defaults: tuple[Assignment, ...] = ()
    documentation: str = ""
    #: candidate starter groups and users, time to live and other process attributes, as written
    properties: Mapping[str, str] = field(default_factory=dict)
    #: what the reader found wrong; `bpmn.language.judge` adds what the lint finds
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A pool of a collaboration; without a process it is a black box."""

    id: str
    name: str = ""
    process: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One BPMN file as read."""

    file: str
    sha256: str
    processes: tuple[Process, ...]
    participants: tuple[Participant, ...] = ()
    collaboration: str | None = None  #: id of the collaboration that holds the pools
    dialect: str = "plain"
    exporter: str = ""
    has_diagram: bool = True
    #: what is wrong with the file as a whole, so with each of its processes
    problems: tuple[Problem, ...] = ()
