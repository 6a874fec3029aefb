"""Gathers what a person must know before a task opens: the case's variables and the declared sources."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from orchestrator.runtime.jobs import Work


def gather(work: Work, *, now: datetime) -> dict[str, Any]:
    """Return the briefing of a case, each value with its source and age."""
    items = [
        {"name": name, "label": name.replace("_", " ").capitalize(), "value": value, "source": "Case",
         "as_of": now.isoformat(), "status": "ok", "error": None}
        for name, value in work.variables.items()
    ]  # fmt: skip
    return {"items": items, "gathered_at": now.isoformat()}


def prepare(*, task_id: UUID, now: datetime) -> None:
    """Gather the context of a task that waits for it, then open it."""


def sweep(*, now: datetime) -> None:
    """Find tasks whose gathering was lost."""
