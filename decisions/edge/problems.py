"""What is wrong with a file that somebody brought, as data: all at once, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing a reader or lint found in a user's file.

    An `error` stops the file from being deployed; a `warning` and an `info` do not.
    """

    severity: Severity
    #: stable, snake_case; callers and tests may compare it
    code: str
    #: id (or name) of the element in the file; empty for the file itself
    element: str = ""
    #: line in the file, counted from 1; 0 when unknown
    line: int = 0
    #: one sentence for the author of the file
    message: str = ""
    #: name of the file, when several came together
    file: str = ""

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.element, f"line {self.line}" if self.line else "") if part)
        return f"{self.severity}: {self.message}" + (f" ({place})" if place else "")


def has_errors(problems: list[Problem] | tuple[Problem, ...]) -> bool:
    """True when at least one of the problems is an error."""
    return any(problem.severity == "error" for problem in problems)
