"""What the engine asks of the world while a command runs: pure look-ups, no side effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bpmn.language.process import JSON, DecisionSpec, Process, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer of a decision table."""

    value: JSON
    error: str | None = None  #: a sentence for people; the task becomes an incident
    evidence: Mapping[str, JSON] = field(default_factory=dict)


class Host(Protocol):
    """Gives the engine processes and decisions; `ref` names one process version for ever."""

    def process(self, ref: str) -> Process:
        """Return the process version `ref`; the same object for the same ref."""
        ...

    def resolve(self, *, key: str, binding: str, version: str | None, caller: str) -> str | None:
        """Return the ref of the process a call activity of `caller` means, or None when there is none."""
        ...

    def decide(
        self,
        *,
        spec: DecisionSpec,
        decision: str,
        version: str | None,
        variables: Variables,
        caller: str,
        now: datetime,
    ) -> Answer:
        """Evaluate a DMN decision with the variables visible at the task."""
        ...
