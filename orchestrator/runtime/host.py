"""What the engine may ask while a command runs: process versions and decision tables."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bpmn import definitions as bpmn_definitions
from bpmn.engine.host import Answer
from bpmn.language.process import DecisionSpec, Process, Variables
from decisions import definitions as decisions_definitions


class DatabaseHost:
    """Looks processes and decisions up where uploads put them."""

    def process(self, ref: str) -> Process:
        """Return the process version `ref` (the id of its row)."""
        return bpmn_definitions.process(ref)

    def resolve(self, *, key: str, binding: str, version: str | None, caller: str) -> str | None:
        """Return the ref of the process that a call activity of `caller` means."""
        return bpmn_definitions.resolve(key=key, binding=binding, version=version, caller=caller)

    def decide(
        self, *, spec: DecisionSpec, decision: str, version: str | None, variables: Variables,
        caller: str, now: datetime,
    ) -> Answer:  # fmt: skip
        """Evaluate a DMN decision; one bound to the deployment is that of the caller's upload."""
        pinned = bpmn_definitions.deployment(caller) if spec.binding == "deployment" else None
        answer = decisions_definitions.evaluate(
            key=decision, variables=variables, binding=spec.binding, version=version,
            deployment_id=UUID(str(pinned)) if pinned else None, now=now,
        )  # fmt: skip
        return Answer(value=answer.value, error=answer.error, evidence=answer.evidence)


HOST = DatabaseHost()
