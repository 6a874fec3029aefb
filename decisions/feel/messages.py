"""What an evaluation has to tell beside its value: FEEL answers null, a message says why."""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["error", "warn", "info"]


class Message(NamedTuple):
    """One sentence about an evaluation.

    A named tuple, not a dataclass: evaluations make many of them and speed counts here.
    """

    #: "error" makes `Result.failed` true.
    severity: Severity
    #: Stable, snake_case.
    code: str
    #: A sentence that quotes the values.
    text: str
    #: 1-based character in the expression, when one place is to blame.
    position: int | None = None
