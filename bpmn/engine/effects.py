"""What a command did, as data: the store writes each effect as a row in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bpmn.language.process import JSON, FormSpec, Variables


class Status(StrEnum):
    """Where an instance stands, seen by the engine."""

    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Happened(StrEnum):
    """What a history entry says of its flow node."""

    ENTERED = "entered"  #: the token waits here now
    PASSED = "passed"  #: entered and left within one command
    COMPLETED = "completed"  #: an entered node was left
    CANCELLED = "cancelled"
    FAILED = "failed"  #: an incident was raised here
    FIRED = "fired"  #: a boundary or event sub-process start caught its event
    COMPENSATED = "compensated"
    WROTE = "wrote"  #: variables were set from outside
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    MIGRATED = "migrated"  #: the instance goes on by another version


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of history."""

    seq: int  #: 1, 2, 3 ... within the instance, never reused
    token: int
    parent: int | None  #: token of the scope
    element: str
    kind: str  #: tag of the element: userTask, exclusiveGateway ...
    happened: Happened
    process: str  #: ref of the process version the element stands in
    via: str | None = None  #: sequence flow the token came by
    #: variables written by this node, as {name: value}
    wrote: Mapping[str, JSON] = field(default_factory=dict)
    #: caught error code, loop counter, matched rules ... small facts about the step
    detail: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOpened:
    """Somebody outside must do work."""

    token: int
    element: str
    name: str
    kind: str  #: serviceTask, sendTask, businessRuleTask, intermediateThrowEvent ...
    type: str
    variables: Variables  #: the mapped inputs, or everything visible without a mapping
    headers: Mapping[str, str]
    retries: int | None
    process: str
    result_variable: str | None = None  #: where the drawing wants the answer of a function


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRenewed:
    """An open job is to be done with other inputs; the job stays the one it is."""

    token: int
    type: str
    variables: Variables
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskOpened:
    """A person must act."""

    token: int
    element: str
    name: str
    assignee: str | None
    candidate_users: tuple[str, ...]
    candidate_groups: tuple[str, ...]  #: the lane's name when the drawing assigns nobody
    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int | None
    form: FormSpec | None
    form_key: str | None
    variables: Variables
    lane: str | None
    process: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSet:
    """A timer waits; the same token again replaces its due time (a repetition)."""

    token: int
    element: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A token waits for a message, a signal, a condition or a trigger."""

    token: int
    element: str
    kind: str  #: message | signal | conditional | trigger
    name: str
    correlation_key: str | None = None
    #: message: the text of the expression that finds the key in a payload, when the drawing has one
    message_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A token that waited is gone: its job, task, timer or subscription is over."""

    token: int
    element: str
    cancelled: bool  #: False: it completed
    #: which effect opened it: job, task, timer, subscription (the store closes just that row)
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A token that waits stands on an element of another process version now: its instance was migrated."""

    token: int
    element: str
    process: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageThrown:
    """A message left the instance without a job."""

    token: int
    element: str
    name: str
    correlation_key: str | None
    variables: Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalThrown:
    """A signal was broadcast; subscriptions of this instance have had it already."""

    token: int
    element: str
    name: str
    variables: Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRaised:
    """The token cannot go on without help."""

    token: int
    element: str
    code: str  #: stable snake_case: condition_failed, no_flow_chosen, uncaught_error ...
    message: str  #: for people
    detail: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed:
    """An incident is over: retried with success, or its token is gone."""

    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A DMN decision was evaluated inside the command."""

    token: int
    element: str
    decision: str
    inputs: Variables
    result: JSON
    evidence: Mapping[str, JSON]  #: what the host said: version, hash, matched rules, messages


Effect = (
    JobOpened
    | JobRenewed
    | UserTaskOpened
    | TimerSet
    | Subscribed
    | Closed
    | MessageThrown
    | SignalThrown
    | IncidentRaised
    | IncidentClosed
    | Decided
    | Moved
)
