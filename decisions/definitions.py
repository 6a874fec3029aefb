"""Decision definitions: DMN decisions deployed per content and evaluated; questions that models answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from decisions import compiled, facts, permissions, resolution
from decisions.edge.canonical import JSON, Variables, digest
from decisions.edge.problems import Problem, has_errors
from decisions.errors import DecisionKeyTaken
from decisions.models import (
    DecisionDefinition,
    DecisionKind,
    DmnDeployment,
    DmnModel,
    DmnVersion,
    Predictor,
)
from decisions.permissions import Actor


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
    #: version, version_id, hash, decision, matched_rules, outputs (names of a table's), messages, trace
    evidence: Mapping[str, JSON] = field(default_factory=dict)


def exists(key: str) -> bool:
    """Tell whether a DMN decision of that key is deployed."""
    return DmnVersion.objects.filter(definition__key=key).exists()


def is_known(key: str) -> bool:
    """Tell whether there is any decision of that key, answered by a table or by a model."""
    return DecisionDefinition.objects.filter(key=key).exists()


def add(*, files: Sequence[tuple[str, bytes]], actor: Actor, deployment_id: UUID | None, now: datetime) -> Added:
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
    pinned = resolution.resolve(key=key, binding=binding, version=version, deployment_id=deployment_id)
    if pinned is None:
        which = f" in version {version}" if version else ""
        return DmnAnswer(value=None, error=f'The decision "{key}" is not deployed{which}.')
    answer = resolution.compiled_model(pinned).evaluate(pinned.key, variables, now=now)
    evidence: dict[str, JSON] = {
        "decision": pinned.key,
        "definition_id": str(pinned.definition_id),
        "version": pinned.version,
        "version_id": str(pinned.version_id),
        "hash": pinned.sha256,
        **answer.evidence,
    }
    return DmnAnswer(value=answer.value, error=answer.error, evidence=evidence)


def outline(row: DmnVersion) -> compiled.Outline:
    """Return what stands in a version of a DMN decision."""
    key = row.definition.key
    pinned = resolution.resolve(key=key, binding="version", version=str(row.version), deployment_id=None)
    return resolution.compiled_model(pinned).outline(key) if pinned else compiled.Outline()


def add_question(
    *,
    key: str,
    predictor_key: str,
    name: str,
    question: str,
    result_variable: str,
    labels: Sequence[str],
    actor: Actor,
) -> DecisionDefinition:
    """Return the decision that the predictor `predictor_key` answers, making or completing it.

    What people wrote since (name, question, texts of labels) stays.

    Raises:
        NotAllowed: `actor` may not register models here.
        DecisionKeyTaken: a DMN decision has that key.
    """
    with transaction.atomic():
        definition = DecisionDefinition.objects.select_for_update().filter(key=key).first()
        permissions.require(actor, permissions.ACTIVATE_VERSION, definition)
        if definition is None:
            definition = DecisionDefinition(key=key, kind=DecisionKind.PREDICTOR)
        if definition.kind != DecisionKind.PREDICTOR:
            raise DecisionKeyTaken(key)
        texts = {str(each["value"]): each.get("text") for each in definition.labels}
        definition.labels = [{"value": label, "text": texts.get(label) or _words(label)} for label in labels]
        definition.name = definition.name or name
        definition.question = definition.question or question
        definition.result_variable = definition.result_variable or result_variable
        definition.predictor, _ = Predictor.objects.get_or_create(key=predictor_key)
        definition.save()
    return definition


def _words(label: str) -> str:
    words = label.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


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
    return AddedDecision(id=row.id, key=definition.key, version=row.version, name=decision.name, file=file.name)


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
    return next((file, decision) for file in bundle.files for decision in file.decisions if decision.key == key)


def _clash(code: str, decision: compiled.Decision, file: compiled.File, message: str) -> Problem:
    return Problem(
        severity="error", code=code, element=decision.key, line=decision.line, message=message, file=file.name
    )
