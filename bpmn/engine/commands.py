"""What the world can tell a running instance: one command, taken to rest in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bpmn.engine.effects import Happened
from bpmn.language.process import JSON, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask:
    """A person completed the open user task of this token."""

    token: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteJob:
    """A worker completed the open job of this token."""

    token: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowError:
    """A worker or person ends this token's activity with a BPMN error."""

    token: int
    code: str
    message: str = ""
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowEscalation:
    """A worker or person raises a BPMN escalation at this token's activity, which goes on."""

    token: int
    code: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverMessage:
    """The message that this token's subscription waits for has come (the store matched it)."""

    token: int
    variables: Variables = field(default_factory=dict)
    name: str | None = None  #: needed only when the token waits for several messages


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSignal:
    """A signal was broadcast; every subscription of the instance with that name takes it."""

    name: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FireTimer:
    """The timer of this token is due."""

    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerReceive:
    """Somebody goes on with a receive task that names no message."""

    token: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryIncident:
    """Try again what raised an incident at this token, after its cause was removed."""

    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewJob:
    """The open job of this token is given its inputs anew, after somebody corrected what they are made of."""

    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something was done to the instance that moves no token: history tells it."""

    happened: Happened
    detail: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariables:
    """Somebody changes variables of the instance, or of the scope of one token."""

    variables: Variables
    token: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelInstance:
    """The instance is cancelled from outside; every token goes, compensation does not run."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Go on where the budget of the last transaction cut the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseActivities:
    """Activate activities of an open ad-hoc sub-process."""

    token: int
    elements: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Modify:
    """Cancel tokens or everything at elements, and start tokens at elements."""

    cancel_tokens: Sequence[int] = ()
    cancel_elements: Sequence[str] = ()
    activate: Sequence[str] = ()
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrate:
    """Go on by another version of the process; ids not in `mapping` keep their name."""

    ref: str
    mapping: Mapping[str, str] = field(default_factory=dict)


Command = (
    CompleteTask
    | CompleteJob
    | ThrowError
    | ThrowEscalation
    | DeliverMessage
    | DeliverSignal
    | FireTimer
    | TriggerReceive
    | RetryIncident
    | RenewJob
    | Note
    | SetVariables
    | CancelInstance
    | Resume
    | ChooseActivities
    | Modify
    | Migrate
)
