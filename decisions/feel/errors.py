"""Errors of the FEEL language: what parsing may raise; evaluation reports messages instead."""

from __future__ import annotations


class FeelError(Exception):
    """The text cannot be used as an expression."""

    code = "feel_error"
    retryable = False


class FeelSyntaxError(FeelError):
    """The text is not an expression.

    Args:
        text: the whole expression.
        position: 1-based character where reading stopped.
        expected: what could have stood there, or what is wrong, in words.
    """

    code = "feel_syntax"

    def __init__(self, text: str, position: int, expected: str) -> None:
        super().__init__(text, position, expected)
        self.text = text
        self.position = position
        self.expected = expected

    def __str__(self) -> str:
        found = self.text[self.position - 1 : self.position + 19].split("\n")[0]
        seen = f'"{found}"' if found.strip() else "the end"
        return f"{self.expected}, but found {seen} at character {self.position}"


class BudgetExceeded(FeelError):  # noqa: N818 - names what happened, as conventions ask
    """An evaluation used more steps, time, memory or depth than it may; caught at the door."""

    code = "budget_exceeded"

    def __init__(self, what: str, limit: float) -> None:
        super().__init__(what, limit)
        self.what = what
        self.limit = limit

    def __str__(self) -> str:
        return f"the expression needs more than the allowed {self.limit:g} {self.what}"
