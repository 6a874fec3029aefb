"""Errors of the app `bpmn`: one class for each thing a caller may treat apart."""

from __future__ import annotations


class BpmnError(Exception):
    """Something about process definitions went wrong."""

    code = "bpmn_error"
    retryable = False

    def __str__(self) -> str:
        return self.__class__.__doc__ or self.code


class UnknownVersion(BpmnError):
    """No process version has this id."""

    code = "unknown_version"

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref

    def __str__(self) -> str:
        return f"There is no process version {self.ref}."


class VersionNotReady(BpmnError):
    """The version cannot be run as it stands."""

    code = "version_not_ready"

    def __init__(self, key: str, why_not: str) -> None:
        super().__init__(key, why_not)
        self.key, self.why_not = key, why_not

    def __str__(self) -> str:
        return f'"{self.key}" cannot be run: {self.why_not}'
