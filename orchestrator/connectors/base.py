"""What a connector is: it turns one job into one call to the outside and says how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from bpmn.language.process import JSON, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One attempt at a job."""

    #: stable over every attempt and delivery: hand it to the outside so that nothing happens twice
    idempotency_key: UUID
    instance_id: UUID
    element: str
    type: str
    variables: Variables
    headers: Mapping[str, str]
    attempt: int  #: from 1
    business_key: str = ""
    #: settings of the named connection (`connection` header), secrets resolved
    connection: Mapping[str, JSON] = field(default_factory=dict)


class ConnectorError(Exception):
    """The call failed; `retryable` says whether another attempt may help."""

    code = "connector_failed"

    def __init__(self, message: str, retryable: bool = True, code: str = "connector_failed",
                 retry_after_seconds: float | None = None) -> None:  # fmt: skip
        super().__init__(message, retryable, code, retry_after_seconds)
        self.message = message
        self.retryable = retryable
        self.code = code
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return self.message


class BpmnError(Exception):
    """The outside answered with a business error that the drawing may catch by its code."""

    def __init__(self, code: str, message: str = "", variables: Variables | None = None) -> None:
        super().__init__(code, message, variables)
        self.code = code
        self.message = message
        self.variables = variables or {}

    def __str__(self) -> str:
        return self.message or self.code


class Connector(Protocol):
    """Performs jobs of some types. Stateless; called from several threads, never inside a transaction."""

    name: str
    #: job types that other modelers write for the same thing
    aliases: tuple[str, ...]
    #: JSON schemas of what it takes and gives
    input_schema: Mapping[str, JSON]
    output_schema: Mapping[str, JSON]

    def perform(self, call: Call) -> Variables:
        """Make the call and return the result variables.

        Raises:
            ConnectorError: it did not work.
            BpmnError: it worked, and the answer is a business error.
        """
        ...
