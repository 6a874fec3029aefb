"""What the jobs of the benchmark do: nothing, so that only the product is measured."""

from __future__ import annotations

from typing import Any

from orchestrator.connectors.base import Call
from orchestrator.connectors.functions import register


@register("bench.work")
def work(call: Call) -> dict[str, Any]:
    """Succeed."""
    return {"worked": True}
