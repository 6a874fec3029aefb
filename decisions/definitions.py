"""DMN decisions: deployed as versions per content, evaluated from a bounded cache of compiled models."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from decisions import compiled, facts
from decisions.edge.canonical import JSON, Variables, digest
from decisions.edge.problems import Problem, has_errors
from decisions.models import (
    DecisionDefinition,
    DecisionKind,
    DmnDeployment,
    DmnModel,
    DmnVersion,
)
from decisions.permissions import Actor

LIMIT_COMPILED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedDecision:
    """A decision that a file brought."""

    id: UUID
    key: str
    version: int
    name: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of a set of DMN files: all decisions, or none and the reasons."""

    decisions: tuple[AddedDecision, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DmnAnswer:
    """What a DMN decision gives."""

    value: JSON
    error: str | None = None  #: a sentence for people
    #: version, version_id, hash, decision, matched_rules, messages, trace
    evidence: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pinned:
    """A decision version as evaluation needs it: immutable, so it may be cached for ever."""

    version_id: UUID
    version: int
    sha256: str
    model_sha256: str
    imports: tuple[str, ...]
    key: str


class _Cache:
    """Compiled models by hash, and resolved references that cannot change; the least used dropped first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._entries: OrderedDict[object, object] = OrderedDict()

    def get(self, key: object) -> object | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: object, value: object) -> None:
        with self._lock:
            self._entries[key] = value
            while len(self._entries) > self._limit:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


_models = _Cache(LIMIT_COMPILED)
_pins = _Cache(LIMIT_COMPILED * 16)


def exists(key: str) -> bool:
    """Tell whether a DMN decision of that key is deployed."""
    return DmnVersion.objects.filter(definition__key=key).exists()


def is_known(key: str) -> bool:
    """Tell whether there is any decision of that key, answered by a table or by a model."""
    return DecisionDefinition.objects.filter(key=key).exists()


def add(
    *, files: Sequence[tuple[str, bytes]], actor: Actor, deployment_id: UUID | None, now: datetime
) -> Added:
    """Store the decisions of some DMN files that came together; nothing when one of them has an error.

    A decision whose file (and imports) are known already keeps its version; the deployment points at it.
    The caller has checked that `actor` may deploy.
    """
    bundle = compiled.read(files)
    problems = (*bundle.problems, *_clashes(bundle))
    if has_errors(problems):
        return Added(problems=problems)
    with transaction.atomic():
        added = tuple(
            _add_decision(bundle, file, decision, actor=actor, deployment_id=deployment_id, now=now)
            for file in bundle.files
            for decision in file.decisions
        )
    return Added(decisions=added, problems=problems)


def evaluate(
    *,
    key: str,
    variables: Variables,
    binding: str = "latest",
    version: str | None = None,
    deployment_id: UUID | None = None,
    now: datetime,
) -> DmnAnswer:
    """Return what a DMN decision gives for some variables. Writes nothing.

    One SELECT finds the version, none when a pinned one is known already; a model that this process has not
    compiled yet costs one more.

    Args:
        binding: latest | deployment | version | versionTag.
        version: the number or the tag, for the last two.
        deployment_id: for the second; without a version in that deployment the latest one answers.
        now: what `now()` and `today()` say.
    """
    pinned = _resolve(key, binding, version, deployment_id)
    if pinned is None:
        which = f" in version {version}" if version else ""
        return DmnAnswer(value=None, error=f'The decision "{key}" is not deployed{which}.')
    model = _compiled(pinned)
    answer = model.evaluate(pinned.key, variables, now=now)
    evidence: dict[str, JSON] = {
        "decision": pinned.key,
        "version": pinned.version,
        "version_id": str(pinned.version_id),
        "hash": pinned.sha256,
        **answer.evidence,
    }
    return DmnAnswer(value=answer.value, error=answer.error, evidence=evidence)


def versions(key: str) -> QuerySet[DmnVersion]:
    """Return the versions of a DMN decision, the newest first, without their bytes."""
    found = DmnVersion.objects.filter(definition__key=key).select_related("definition", "model")
    return found.defer("model__data").order_by("-version")


def forget_compiled() -> None:
    """Drop every compiled model of this process."""
    _models.clear()
    _pins.clear()


def _resolve(
    key: str, binding: str, version: str | None, deployment_id: UUID | None
) -> _Pinned | None:
    """Return the version a caller means. Only what can never mean another one is remembered."""
    reference = (key, binding, version, deployment_id)
    if isinstance(known := _pins.get(reference), _Pinned):
        return known
    found = versions(key)
    is_pinned = True
    if binding == "version" and version:
        found = found.filter(version=int(version)) if version.isdecimal() else found.none()
    elif binding == "versionTag" and version:
        found, is_pinned = found.filter(version_tag=version), False
    elif binding == "deployment" and deployment_id:
        deployed = found.filter(deployments__deployment_id=deployment_id)
        row = deployed.first()
        if row is not None:
            return _remember(reference, row)
        is_pinned = False
    else:
        is_pinned = False
    row = found.first()
    if row is None:
        return None
    return _remember(reference, row) if is_pinned else _pin(row)


def _remember(reference: object, row: DmnVersion) -> _Pinned:
    pinned = _pin(row)
    _pins.put(reference, pinned)
    return pinned


def _pin(row: DmnVersion) -> _Pinned:
    return _Pinned(
        version_id=row.id,
        version=row.version,
        sha256=row.sha256,
        model_sha256=row.model_id,
        imports=tuple(row.model.imports),
        key=row.definition.key,
    )


def _compiled(pinned: _Pinned) -> compiled.Model:
    """Return the compiled model of a version, from the cache or from its bytes."""
    if isinstance(known := _models.get(pinned.sha256), compiled.Model):
        return known
    rows = DmnModel.objects.in_bulk([pinned.model_sha256, *pinned.imports])
    files = [(rows[sha].name, bytes(rows[sha].data)) for sha in (pinned.model_sha256, *pinned.imports)]
    model = compiled.load(files)
    _models.put(pinned.sha256, model)
    return model


def _add_decision(
    bundle: compiled.Bundle,
    file: compiled.File,
    decision: compiled.Decision,
    *,
    actor: Actor,
    deployment_id: UUID | None,
    now: datetime,
) -> AddedDecision:
    """Store one decision of a file: a new version when its content is new."""
    definition, _ = DecisionDefinition.objects.get_or_create(
        key=decision.key,
        defaults={
            "kind": DecisionKind.DMN,
            "name": decision.name,
            "question": decision.question,
            "result_variable": decision.variable,
        },
    )
    sha256 = digest([file.sha256, *file.imports])
    row = DmnVersion.objects.filter(definition=definition, sha256=sha256).first()
    if row is None:
        row = _new_version(bundle, file, decision, definition, sha256, actor, deployment_id, now)
    if deployment_id is not None:
        DmnDeployment.objects.update_or_create(
            deployment_id=deployment_id, definition=definition, defaults={"version": row}
        )
    return AddedDecision(
        id=row.id, key=definition.key, version=row.version, name=decision.name, file=file.name
    )


def _new_version(
    bundle: compiled.Bundle,
    file: compiled.File,
    decision: compiled.Decision,
    definition: DecisionDefinition,
    sha256: str,
    actor: Actor,
    deployment_id: UUID | None,
    now: datetime,
) -> DmnVersion:
    for part in (file, *(each for each in bundle.files if each.sha256 in file.imports)):
        DmnModel.objects.get_or_create(
            sha256=part.sha256,
            defaults={"name": part.name, "data": part.data, "imports": list(part.imports)},
        )
    newest = definition.dmn_versions.aggregate(newest=Max("version"))["newest"] or 0
    row = DmnVersion.objects.create(
        definition=definition,
        version=newest + 1,
        version_tag=decision.version_tag,
        model_id=file.sha256,
        sha256=sha256,
        deployment_id=deployment_id,
        created_at=now,
        created_by_id=actor.pk if actor else None,
    )
    DecisionDefinition.objects.filter(pk=definition.pk).update(
        name=decision.name, question=decision.question, result_variable=decision.variable
    )
    facts.tell(
        facts.DmnDeployed(
            decision=definition.key,
            version=row.version,
            deployment_id=deployment_id,
            actor_id=actor.pk if actor else None,
            at=now,
        )
    )
    return row


def _clashes(bundle: compiled.Bundle) -> list[Problem]:
    """Return a problem for each key that two files bring or that a predictor's decision has."""
    seen: dict[str, str] = {}
    problems = []
    for file in bundle.files:
        for decision in file.decisions:
            if decision.key in seen:
                message = f'The decision "{decision.key}" is also in {seen[decision.key]}.'
                problems.append(_clash("duplicate_decision", decision, file, message))
            seen[decision.key] = file.name
    taken = DecisionDefinition.objects.filter(key__in=seen, kind=DecisionKind.PREDICTOR)
    for key in taken.values_list("key", flat=True):
        file, decision = _place(bundle, key)
        message = f'The key "{key}" belongs to a decision that a model answers; give this one another id.'
        problems.append(_clash("decision_key_taken", decision, file, message))
    return problems


def _place(bundle: compiled.Bundle, key: str) -> tuple[compiled.File, compiled.Decision]:
    return next(
        (file, decision) for file in bundle.files for decision in file.decisions if decision.key == key
    )


def _clash(code: str, decision: compiled.Decision, file: compiled.File, message: str) -> Problem:
    return Problem(
        severity="error", code=code, element=decision.key, line=decision.line, message=message, file=file.name
    )
