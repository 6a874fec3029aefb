"""What the engine refuses, and what stops one token; a bug is neither and travels as it is."""

from __future__ import annotations

from collections.abc import Mapping

from bpmn.language.process import JSON


class EngineError(Exception):
    """Something the engine cannot do."""

    code = "engine_error"
    retryable = False


class CommandRefused(EngineError):
    """The command does not fit the state of the instance; nothing has changed.

    Args:
        code: stable, snake_case: `unknown_token`, `not_waiting`, `not_active` ...
        message: a sentence for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class StateUnreadable(EngineError):
    """Stored bytes are not a state that this version of the engine knows."""

    code = "state_unreadable"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"the stored state of the instance cannot be read: {self.why}"


class Incident(EngineError):
    """A token cannot go on without help. Raised by node specs, caught at the step, never seen outside.

    Args:
        code: stable, snake_case: `condition_failed`, `no_flow_chosen`, `uncaught_error` ...
        message: a sentence for people.
        detail: small facts about the cause.
    """

    def __init__(self, code: str, message: str, detail: Mapping[str, JSON] | None = None) -> None:
        super().__init__(code, message, detail)
        self.code = code
        self.message = message
        self.detail = dict(detail or {})

    def __str__(self) -> str:
        return self.message
