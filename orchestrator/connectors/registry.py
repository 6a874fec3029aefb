"""Finds who performs a job type: a connector, or a registered function."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from orchestrator.connectors import functions
from orchestrator.connectors.base import Connector

#: The job type of AI decisions, performed by `orchestrator.workers.decision`.
AI_DECISION = "ai-decision"


@cache
def connectors() -> Mapping[str, Connector]:
    """Return every connector of the settings by name."""
    return {name: import_string(path)() for name, path in settings.HANDOFF_CONNECTORS.items()}


@cache
def _by_type() -> Mapping[str, str]:
    types = {alias: name for name, connector in connectors().items() for alias in connector.aliases}
    return types | {name: name for name in connectors()}


def name_of(type: str, headers: Mapping[str, str]) -> str | None:
    """Return the name of the connector that performs a job type, None when nobody here does."""
    if chosen := headers.get("connector"):
        return chosen if chosen in connectors() else None
    if found := _by_type().get(type):
        return found
    return "python" if type in functions.registered() else None


def performs(type: str, headers: Mapping[str, str]) -> bool:
    """Tell whether this installation performs a job type; otherwise an outside worker takes it over REST."""
    return type == AI_DECISION or name_of(type, headers) is not None
