"""What a waiting token waits for: somebody's work, a person, or an event."""

from __future__ import annotations

from bpmn import engine

JOB, TASK, EVENT = "job", "task", "event"
#: what somebody waits for whom the engine notes by a letter
OUTSIDE = {"j": JOB, "u": TASK}

_JOBS = frozenset({"serviceTask", "sendTask", "businessRuleTask", "scriptTask", "intermediateThrowEvent", "endEvent"})


def what(token: engine.TokenView) -> str | None:
    """Return job, task or event; None when the token does not wait."""
    if not token.waiting:
        return None
    if token.gathers:
        return EVENT
    if token.kind == "userTask":
        return TASK
    return JOB if token.kind in _JOBS else EVENT
