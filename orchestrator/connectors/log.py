"""Writes a job's variables to the log: for trying a drawing before its real systems are connected."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bpmn.language.process import JSON, Variables
from orchestrator.connectors.base import Call

log = logging.getLogger("handoff.jobs")


class LogConnector:
    """Logs and succeeds."""

    name = "log"
    aliases: tuple[str, ...] = ()
    input_schema: Mapping[str, JSON] = {}
    output_schema: Mapping[str, JSON] = {}

    def perform(self, call: Call) -> Variables:
        """Log the call; returns nothing new."""
        log.info("%s at %s of %s: %s", call.type, call.element, call.instance_id, dict(call.variables))
        return {}
