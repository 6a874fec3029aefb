"""What can go wrong when somebody asks the orchestrator for something; codes are stable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class OrchestratorError(Exception):
    """The request cannot be carried out."""

    code = "orchestrator_error"
    retryable = False

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message or (self.__doc__ or "").strip().splitlines()[0]


class NotFound(OrchestratorError):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"


class NotPermitted(OrchestratorError):
    """Your roles do not allow this."""

    code = "not_permitted"


class NotReady(OrchestratorError):
    """The process has no version that can be run."""

    code = "not_ready"


class Conflict(OrchestratorError):
    """The thing has changed since; look again."""

    code = "conflict"


class ConcurrentChange(Conflict):
    """Somebody else moved this instance at the same moment."""

    code = "concurrent_change"
    retryable = True


class AlreadyDone(Conflict):
    """This was completed already."""

    code = "already_done"


class LeaseLost(Conflict):
    """The lease on this job is over: another worker has it now."""

    code = "lease_lost"


class NotWaiting(Conflict):
    """Nothing waits for this any more."""

    code = "not_waiting"


class Suspended(NotWaiting):
    """This case is suspended: it takes no work, answers, timers or messages until somebody resumes it."""

    code = "suspended"


class CannotMigrate(Conflict):
    """Some tokens have no place in the other version; `problems` names each of them."""

    code = "cannot_migrate"

    def __init__(self, message: str = "", problems: Sequence[Mapping[str, Any]] = ()) -> None:
        OrchestratorError.__init__(self, message)
        self.args = (message, problems)
        self.problems = list(problems)


class NotCorrelated(OrchestratorError):
    """Nobody waits for this message, and it has no time to live."""

    code = "not_correlated"


class BadInput(OrchestratorError):
    """The input does not fit; `field` says where."""

    code = "bad_input"

    def __init__(self, message: str = "", field: str = "") -> None:
        OrchestratorError.__init__(self, message)
        self.args = (message, field)
        self.field = field


#: The media type of `problem_document`.
PROBLEM_JSON = "application/problem+json"


def problem_document(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return what callers of the API are told when something is refused (RFC 9457 section 3)."""
    return {"type": f"urn:handoff:problem:{code}", "title": code.replace("_", " ").capitalize(), "status": status,
            "code": code, "detail": detail, **more}  # fmt: skip
