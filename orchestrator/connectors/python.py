"""Calls a registered Python function; the drawing says its name and nothing more."""

from __future__ import annotations

from collections.abc import Mapping

from bpmn.language.process import JSON, Variables
from orchestrator.connectors.base import Call, ConnectorError
from orchestrator.connectors.functions import registered


class PythonConnector:
    """Runs the function registered under the header `function`, else under the job's type."""

    name = "python"
    aliases: tuple[str, ...] = ()
    input_schema: Mapping[str, JSON] = {}
    output_schema: Mapping[str, JSON] = {}

    def perform(self, call: Call) -> Variables:
        """Call the function.

        Raises:
            ConnectorError: no function has this name; or what the function raises itself.
        """
        name = call.headers.get("function", call.type)
        found = registered().get(name)
        if found is None:
            known = ", ".join(sorted(registered())) or "none"
            raise ConnectorError(
                f'No function is registered as "{name}" (registered: {known}).', retryable=False, code="no_worker"
            )
        return found.function(call) or {}
