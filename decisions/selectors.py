"""Reads of decisions: records as people see them, similar cases, how often people agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from decisions import permissions, records
from decisions.confidence.routing import Condition, Route
from decisions.edge.canonical import JSON
from decisions.errors import UnknownDecision, UnknownRecord
from decisions.models import (
    DecisionDefinition,
    DecisionRecord,
    DmnVersion,
    Outcome,
    PolicyVersion,
    PredictorVersion,
    VersionState,
)
from decisions.permissions import Actor
from decisions.predictors import similarity
from decisions.predictors.base import Reason
from decisions.predictors.schema import Schema

#: How many of the latest answered cases similar ones are looked for in.
LIMIT_SEARCHED = 1000
#: What of a record tells the model's answer, and what stands there while it is sealed.
TELLING: Mapping[str, Any] = {
    "label": None, "result": None, "confidence": None, "raw_confidence": None, "band": None,
    "probabilities": None, "reasons": (), "evidence": {},
}  # fmt: skip
#: Cases "like this" have a confidence at most this far away.
NEARBY = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeView:
    """One outcome of a record."""

    label: str
    source: str
    agrees: bool | None
    actor: str
    saw_suggestion: bool
    seconds_spent: int | None
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """Everything a decision record holds, and its outcomes, the newest first."""

    id: UUID
    decision: str
    name: str
    kind: str
    result_variable: str
    labels: Mapping[str, str]  #: value -> text
    instance_id: UUID | None
    process_key: str
    element: str
    business_key: str
    decided_at: datetime
    inputs: Mapping[str, JSON]
    inputs_sha256: str
    input_problems: Sequence[Mapping[str, Any]]
    model: str
    content_sha256: str
    runtime: Mapping[str, JSON]
    label: str | None
    result: JSON
    raw_confidence: float | None
    confidence: float | None
    band: tuple[float, float] | None
    probabilities: Mapping[str, float] | None
    reasons: tuple[Reason, ...]
    evidence: Mapping[str, Any]
    policy: str
    certified: bool
    route: str
    conditions: tuple[Condition, ...]
    is_audit: bool
    is_sealed: bool  #: a person is to answer without the model's answer, whoever asks
    error: str | None
    latency_ms: Mapping[str, float]
    outcomes: tuple[OutcomeView, ...]

    @property
    def outcome(self) -> OutcomeView | None:
        """The outcome that counts."""
        return self.outcomes[0] if self.outcomes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarCase:
    """An earlier case with the same question."""

    record_id: UUID
    instance_id: UUID | None
    business_key: str
    similarity: float  #: 1 is the same in every field
    label: str  #: what it came to
    decided_by: str  #: "person" or "model"
    decided_at: datetime
    differences: tuple[str, ...]  #: fields that differ most: "Credit amount 1,200 (here 3,400)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often people confirmed the same answer at about the same confidence."""

    cases: int
    confirmed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What answers a decision at present."""

    version: PredictorVersion | None  #: in use
    policy: PolicyVersion | None  #: in force
    table: DmnVersion | None  #: the latest


def definition(key: str) -> DecisionDefinition:
    """Return a decision definition by its key."""
    found = DecisionDefinition.objects.select_related("predictor").filter(key=key).first()
    if found is None:
        raise UnknownDecision(key)
    return found


def visible_records(actor: Actor) -> QuerySet[DecisionRecord]:
    """Return the records that `actor` may read, newest first."""
    found = DecisionRecord.objects.select_related("definition", "policy__definition").prefetch_related("outcomes")
    if permissions.allows(actor, permissions.SEE_RECORDS):
        return found
    return found.filter(definition__in=permissions.visible_definitions(actor, permissions.SEE_RECORDS))


def record(record_id: UUID) -> RecordView:
    """Return a record with its outcomes. What a reviewer may see of it is `for_reviewer`'s part."""
    row = (
        DecisionRecord.objects.select_related("definition", "policy__definition")
        .prefetch_related("outcomes__actor")
        .filter(id=record_id)
        .first()
    )
    if row is None:
        raise UnknownRecord
    return _view(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierDecision:
    """An earlier decision about the same business key."""

    decided_at: datetime
    answer: JSON  #: the newest outcome, else what was decided alone


def earlier(*, key: str, business_key: str, except_instance: UUID, limit: int = 5) -> list[EarlierDecision]:
    """Return the latest answered decisions about a business key, without those of one instance.

    One that waits for a blind second look is not among them: it would tell its answer.
    """
    if not business_key:
        return []
    rows = DecisionRecord.objects.filter(decision_key=key, business_key=business_key).exclude(
        instance_id=except_instance
    )
    found = list(rows.order_by("-decided_at")[:limit])
    outcomes = _latest_labels([row.id for row in found])
    alone = {row.id: row.label for row in found if row.route == Route.AUTO and not row.is_audit}
    answered = [(row, outcomes.get(row.id) or alone.get(row.id)) for row in found]
    return [EarlierDecision(decided_at=row.decided_at, answer=answer) for row, answer in answered if answer]


def conditions_of(definition_id: UUID, *, process: str, since: datetime, most: int) -> Iterable[Any]:
    """Return the conditions of a decision's newest records that went to a person.

    Args:
        process: key of the process it was asked in; empty for all.
    """
    rows = DecisionRecord.objects.filter(definition=definition_id, decided_at__gte=since).exclude(route=Route.AUTO)
    if process:
        rows = rows.filter(process_key=process)
    return rows.order_by("-decided_at").values_list("conditions", flat=True)[:most]


def for_reviewer(record_id: UUID) -> RecordView:
    """Return a record as the person who decides it may see it: an escalated one without any answer."""
    found = record(record_id)
    return sealed(found) if found.is_sealed else found


def sealed(found: RecordView) -> RecordView:
    """Return a record without what the model answered, and without what would tell it."""
    told = tuple(condition for condition in found.conditions if not _tells(condition))
    values = {name: getattr(found, name) for name in RecordView.__dataclass_fields__}
    return RecordView(**{**values, **TELLING, "conditions": told})


def similar(record_id: UUID, limit: int = 5) -> tuple[SimilarCase, ...]:
    """Return the answered cases most like this one, nearest first.

    Looked for among the latest `LIMIT_SEARCHED` records of the same decision that a person answered or that
    were decided alone; one that waits for a blind second look would tell its answer.
    """
    case = DecisionRecord.objects.select_related("predictor_version").filter(id=record_id).first()
    if case is None:
        raise UnknownRecord
    if case.predictor_version is None or case.definition_id is None:
        return ()
    schema = Schema.from_json(case.predictor_version.schema)
    earlier = (
        DecisionRecord.objects.filter(definition_id=case.definition_id, decided_at__lte=case.decided_at)
        .filter(Exists(Outcome.objects.filter(record=OuterRef("pk"))) | Q(route=Route.AUTO, is_audit=False))
        .exclude(id=case.id)
        .only("id", "instance_id", "business_key", "label", "route", "decided_at", "inputs")
        .order_by("-decided_at")[:LIMIT_SEARCHED]
    )
    here, _ = schema.read(case.inputs)
    scored = ((similarity.compare(schema, here, schema.read(row.inputs)[0]), row) for row in earlier)
    nearest = sorted(scored, key=lambda pair: -pair[0].similarity)[:limit]
    outcomes = _latest_labels([row.id for _, row in nearest])
    return tuple(_similar_case(found, row, outcomes.get(row.id)) for found, row in nearest)


def agreement(record_id: UUID) -> Agreement:
    """Return how many cases of the same answer and about the same confidence people saw, and confirmed."""
    case = DecisionRecord.objects.filter(id=record_id).first()
    if case is None:
        raise UnknownRecord
    if case.confidence is None or case.label is None:
        return Agreement(cases=0, confirmed=0)
    counted = Outcome.objects.filter(
        record__definition_id=case.definition_id,
        record__label=case.label,
        record__confidence__range=(case.confidence - NEARBY, case.confidence + NEARBY),
        record__decided_at__lte=case.decided_at,
    ).exclude(record_id=case.id)
    found = counted.aggregate(
        cases=Count("record", distinct=True), confirmed=Count("record", distinct=True, filter=Q(agrees=True))
    )
    return Agreement(**found)


def answering(found: Iterable[DecisionDefinition]) -> dict[UUID, Answering]:
    """Return what answers each decision at present, in three statements whatever their number."""
    rows = list(found)
    ids = [row.id for row in rows]
    active = PredictorVersion.objects.filter(
        predictor__in=[row.predictor_id for row in rows if row.predictor_id], state=VersionState.ACTIVE
    ).select_related("predictor")
    by_predictor = {each.predictor_id: each for each in active.defer("golden", "encoding")}
    in_force = {each.definition_id: each for each in _newest(PolicyVersion, ids)}
    tables = {each.definition_id: each for each in _newest(DmnVersion, ids)}
    return {
        row.id: Answering(
            version=by_predictor.get(row.predictor_id) if row.predictor_id else None,
            policy=in_force.get(row.id),
            table=tables.get(row.id),
        )
        for row in rows
    }


def _newest(model: Any, ids: Sequence[UUID]) -> QuerySet[Any]:
    """Return the rows with the highest version of each definition."""
    higher = model.objects.filter(definition=OuterRef("definition"), version__gt=OuterRef("version"))
    found = model.objects.filter(definition__in=ids).filter(~Exists(higher))
    return found.select_related("definition").order_by()


def policies(key: str) -> QuerySet[PolicyVersion]:
    """Return the policy versions of a decision, the one in force first."""
    found = PolicyVersion.objects.filter(definition__key=key).select_related("definition", "created_by")
    return found.order_by("-version")


def predictor_versions(key: str) -> QuerySet[PredictorVersion]:
    """Return the predictor versions behind a decision, newest first, without golden rows."""
    found = PredictorVersion.objects.filter(predictor__decisiondefinition__key=key)
    found = found.select_related("predictor", "created_by", "activated_by")
    return found.defer("golden").order_by("-version")


def _view(row: DecisionRecord) -> RecordView:
    verdict = records.verdict(row, row.definition)
    return RecordView(
        id=row.id,
        decision=row.decision_key,
        name=row.definition.name if row.definition else row.decision_key,
        kind=row.definition.kind if row.definition else "",
        result_variable=verdict.result_variable,
        labels=label_texts(row.definition),
        instance_id=row.instance_id,
        process_key=row.process_key,
        element=row.element,
        business_key=row.business_key,
        decided_at=row.decided_at,
        inputs=row.inputs,
        inputs_sha256=row.inputs_sha256,
        input_problems=row.input_problems,
        model=row.model_name,
        content_sha256=row.content_sha256,
        runtime=row.runtime,
        label=row.label,
        result=row.result,
        raw_confidence=row.raw_confidence,
        confidence=row.confidence,
        band=verdict.band,
        probabilities=row.probabilities,
        reasons=verdict.reasons,
        evidence=row.evidence,
        policy=verdict.policy,
        certified=verdict.certified,
        route=row.route,
        conditions=verdict.conditions,
        is_audit=row.is_audit,
        is_sealed=row.is_sealed,
        error=row.error,
        latency_ms=row.latency_ms,
        outcomes=tuple(_outcome(each) for each in row.outcomes.all()),
    )


def label_texts(found: DecisionDefinition | None) -> dict[str, str]:
    """Return how each answer of a decision is called before people."""
    if found is None:
        return {}
    return {str(each["value"]): str(each.get("text") or each["value"]) for each in found.labels}


def _outcome(row: Outcome) -> OutcomeView:
    return OutcomeView(
        label=row.label,
        source=row.source,
        agrees=row.agrees,
        actor=(row.actor.get_full_name() or row.actor.get_username()) if row.actor else "",
        saw_suggestion=row.saw_suggestion,
        seconds_spent=row.seconds_spent,
        comment=row.comment,
        at=row.at,
    )


def _tells(condition: Condition) -> bool:
    """True for a condition whose values would tell the answer."""
    return condition.code.startswith(("confident", "label_", "critical:"))


def _latest_labels(ids: Sequence[UUID]) -> dict[UUID, str]:
    found = Outcome.objects.filter(record_id__in=ids).order_by("at", "id").values_list("record_id", "label")
    return dict(found)


def _similar_case(found: similarity.Similarity, row: DecisionRecord, outcome: str | None) -> SimilarCase:
    return SimilarCase(
        record_id=row.id,
        instance_id=row.instance_id,
        business_key=row.business_key,
        similarity=found.similarity,
        label=outcome or row.label or "",
        decided_by="person" if outcome else "model",
        decided_at=row.decided_at,
        differences=found.differences,
    )
