"""Errors of the app `decisions`: one class for each thing a caller may treat apart."""

from __future__ import annotations


class DecisionsError(Exception):
    """Something about decisions, predictors or policies went wrong."""

    code = "decisions_error"
    retryable = False

    def __str__(self) -> str:
        return self.__class__.__doc__ or self.code


class NotAllowed(DecisionsError):
    """The person may not do this."""

    code = "not_allowed"

    def __init__(self, permission: str, subject: str) -> None:
        super().__init__(permission, subject)
        self.permission, self.subject = permission, subject

    def __str__(self) -> str:
        return f"This needs the permission {self.permission} on {self.subject}."


class UnknownDecision(DecisionsError):
    """No decision of that key is deployed or registered."""

    code = "unknown_decision"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f'There is no decision "{self.key}".'


class DecisionKeyTaken(DecisionsError):
    """Another kind of decision has that key."""

    code = "decision_key_taken"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f'The decision "{self.key}" is answered by a DMN table; choose another key.'


class UnknownRecord(DecisionsError):
    """No decision record has that id."""

    code = "unknown_record"


class PolicyInvalid(DecisionsError):
    """A policy contradicts itself."""

    code = "policy_invalid"

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return self.problem


class UnknownLabel(DecisionsError):
    """The answer is not one of the decision's labels."""

    code = "unknown_label"

    def __init__(self, label: str, labels: tuple[str, ...]) -> None:
        super().__init__(label, labels)
        self.label, self.labels = label, labels

    def __str__(self) -> str:
        return f'"{self.label}" is not an answer of this decision; it knows {", ".join(self.labels)}.'


class VersionRefused(DecisionsError):
    """A predictor version may not go into use."""

    code = "version_refused"

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return self.problem
