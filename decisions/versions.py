"""Predictor versions: registered, checked by replaying golden rows, put into use, retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from decisions import artefacts, facts, permissions
from decisions.edge.canonical import JSON
from decisions.errors import VersionRefused
from decisions.models import DecisionDefinition, Predictor, PredictorVersion, VersionState
from decisions.permissions import Actor
from decisions.predictors.errors import ArtefactCorrupt, ArtefactRefused, PredictorError
from decisions.predictors.schema import Schema

#: Fewest golden rows with which a version may go into use.
GOLDEN_ROWS = 50
#: Largest difference of a probability between registration and replay.
TOLERANCE = 1e-6

_USABLE = (VersionState.VALIDATED, VersionState.RETIRED, VersionState.ACTIVE)


def register(
    *,
    key: str,
    artefact: bytes,
    schema: Mapping[str, Any],
    labels: Sequence[str],
    metrics: Mapping[str, JSON],
    golden: Sequence[Mapping[str, JSON]],
    environment: Mapping[str, JSON],
    training: Mapping[str, JSON],
    actor: Actor,
    now: datetime,
    kind: str = "sklearn",
    encoding: Mapping[str, Any] | None = None,
    calibration: Mapping[str, Any] | None = None,
) -> PredictorVersion:
    """Store a trained model as the next version of the predictor `key`, as a draft; nothing is loaded.

    Args:
        golden: rows `{"features": {...}, "probabilities": {label: p}}` that activation replays.
    Raises:
        NotAllowed: `actor` may not register versions of this predictor.
        VersionRefused: the file is too large, or schema and labels say nothing.
    """
    _require(actor, key)
    if len(artefact) > artefacts.LIMIT_BYTES:
        limit = artefacts.LIMIT_BYTES // 2**20
        raise VersionRefused(f"The model file has {len(artefact) // 2**20} MB; at most {limit} are taken.")
    if len(set(labels)) < 2:
        raise VersionRefused("A predictor chooses between at least two labels.")
    if not _schema(schema).fields:
        raise VersionRefused("The schema has no fields.")
    with transaction.atomic():
        predictor, _ = Predictor.objects.select_for_update().get_or_create(key=key)
        newest = predictor.versions.aggregate(newest=Max("version"))["newest"] or 0
        version = PredictorVersion.objects.create(
            predictor=predictor,
            version=newest + 1,
            kind=kind,
            artefact=artefacts.store(artefact),
            schema=schema,
            encoding=encoding or {},
            labels=list(labels),
            calibration=calibration or {},
            metrics=metrics,
            golden=list(golden),
            environment=environment,
            training=training,
            created_at=now,
            created_by_id=actor.pk if actor else None,
        )
        _tell(version, actor, now)
    return version


def validate(*, version_id: UUID, actor: Actor, now: datetime) -> PredictorVersion:
    """Load a version and replay its golden rows; for worker code, since it loads the model's library.

    Raises:
        NotAllowed: `actor` may not.
        VersionRefused: the file is refused or corrupt (the version is quarantined), or an answer differs from
            the one at registration by more than `TOLERANCE`.
    """
    version = _version(version_id)
    _require(actor, version.predictor.key)
    if version.state == VersionState.QUARANTINED:
        raise VersionRefused(f"{version} is quarantined: {version.state_note}")
    try:
        note = _replay(version)
    except (ArtefactRefused, ArtefactCorrupt) as error:
        _move(version, VersionState.QUARANTINED, f"{error.code}: {error}", actor, now)
        raise VersionRefused(f"{version} is refused: {error}.") from error
    except (PredictorError, VersionRefused) as error:
        _note(version, str(error))
        raise VersionRefused(f"{version} may not go into use: {error}") from error
    with transaction.atomic():
        _hold(version)  # replaying takes seconds, in which somebody else may have moved it
        if version.state == VersionState.DRAFT:
            _move(version, VersionState.VALIDATED, note, actor, now)
        else:
            _note(version, note)
    return version


def activate(*, version_id: UUID, actor: Actor, now: datetime) -> PredictorVersion:
    """Replay a version's golden rows, then let it answer cases in place of the active one.

    Raises:
        NotAllowed: `actor` may not.
        VersionRefused: see `validate`.
    """
    validate(version_id=version_id, actor=actor, now=now)
    return switch(version_id=version_id, actor=actor, now=now)


def switch(*, version_id: UUID, actor: Actor, now: datetime) -> PredictorVersion:
    """Let a version that was validated before answer cases; the active one retires. Loads nothing.

    Raises:
        NotAllowed: `actor` may not.
        VersionRefused: the version was never validated, or is quarantined.
    """
    version = _version(version_id)
    _require(actor, version.predictor.key)
    with transaction.atomic():
        _hold(version)
        if version.state not in _USABLE:
            raise VersionRefused(f"{version} is {version.get_state_display()}")
        active = version.predictor.versions.filter(state=VersionState.ACTIVE).exclude(pk=version.pk)
        for older in active.select_related("predictor"):
            _move(older, VersionState.RETIRED, f"version {version.version} took over", actor, now)
        version.activated_at, version.activated_by_id = now, actor.pk if actor else None
        version.save(update_fields=["activated_at", "activated_by"])
        _move(version, VersionState.ACTIVE, version.state_note, actor, now)
    return version


def retire(*, version_id: UUID, actor: Actor, now: datetime, reason: str = "") -> PredictorVersion:
    """Take a version out of use; without an active version every case goes to a person."""
    version = _version(version_id)
    _require(actor, version.predictor.key)
    with transaction.atomic():
        _hold(version)
        if version.state in (VersionState.ACTIVE, VersionState.VALIDATED):
            _move(version, VersionState.RETIRED, reason, actor, now)
    return version


def _replay(version: PredictorVersion) -> str:
    """Return what the replay found, in a sentence, or raise."""
    golden = version.golden
    if len(golden) < GOLDEN_ROWS:
        raise VersionRefused(f"it has {len(golden)} golden rows, {GOLDEN_ROWS} are needed.")
    answers = artefacts.fresh_predictor(version).predict([row["features"] for row in golden])
    worst = max(
        abs(answer.probabilities[label] - row["probabilities"].get(label, 0.0))
        for answer, row in zip(answers, golden, strict=True)
        for label in answer.probabilities
    )
    if not worst <= TOLERANCE:
        raise VersionRefused(f"its golden rows differ by up to {worst:.2g}, {TOLERANCE:g} is allowed.")
    difference = f"largest difference {worst:.1e}" if worst else "no difference"
    return f"{len(golden)} golden rows replayed, {difference}"


def _hold(version: PredictorVersion) -> None:
    """Let nobody else move versions of this predictor until the transaction ends; read where this one stands."""
    Predictor.objects.select_for_update().get(pk=version.predictor_id)
    version.refresh_from_db(fields=["state", "state_note"])


def _version(version_id: UUID) -> PredictorVersion:
    found = PredictorVersion.objects.select_related("predictor").filter(id=version_id).first()
    if found is None:
        raise VersionRefused("There is no such version.")
    return found


def _require(actor: Actor, key: str) -> None:
    definition = DecisionDefinition.objects.filter(predictor__key=key).first()
    permissions.require(actor, permissions.ACTIVATE_VERSION, definition)


def _schema(document: Mapping[str, Any]) -> Schema:
    try:
        return Schema.from_json(document)
    except (KeyError, TypeError, ValueError) as error:
        raise VersionRefused(f"The schema cannot be read: {error}.") from error


def _note(version: PredictorVersion, note: str) -> None:
    version.state_note = note
    version.save(update_fields=["state_note"])


def _move(version: PredictorVersion, state: VersionState, note: str, actor: Actor, now: datetime) -> None:
    """Change the state and tell it; in one transaction."""
    with transaction.atomic():
        version.state, version.state_note = state, note
        version.save(update_fields=["state", "state_note"])
        _tell(version, actor, now)


def _tell(version: PredictorVersion, actor: Actor, now: datetime) -> None:
    facts.tell(
        facts.VersionChanged(
            version_id=version.id,
            predictor=version.predictor.key,
            version=version.version,
            state=version.state,
            actor_id=actor.pk if actor else None,
            at=now,
        )
    )
