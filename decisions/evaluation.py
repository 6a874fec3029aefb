"""One evaluation while it goes on: what is known so far, before a record is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from decisions.confidence.routing import Check, Judged, Routed
from decisions.definitions import DmnAnswer
from decisions.edge.canonical import JSON, Variables
from decisions.models import DecisionDefinition, PolicyVersion, PredictorVersion
from decisions.predictors.base import Prediction


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Where a decision is asked for."""

    idempotency_key: str  #: instance, element and attempt group; the same key is the same decision
    instance_id: UUID | None
    process_key: str
    element: str
    business_key: str = ""


@dataclass(slots=True, kw_only=True)
class Evaluation:
    """What is known about one evaluation while it goes on; `records` makes a row of it."""

    key: str
    variables: Variables
    case: Case
    now: datetime
    definition: DecisionDefinition | None = None
    policy: PolicyVersion | None = None
    version: PredictorVersion | None = None
    answer: DmnAnswer | None = None
    prediction: Prediction | None = None
    judged: Judged | None = None
    band: tuple[float, float] | None = None
    checks: list[Check] = field(default_factory=list)
    input_problems: list[dict[str, JSON]] = field(default_factory=list)
    routed: Routed | None = None
    error: str | None = None
    latency_ms: dict[str, float] = field(default_factory=dict)
