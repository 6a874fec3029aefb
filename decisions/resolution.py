"""Which DMN version a reference means, and that version compiled: both cached, bounded, per process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from decisions import compiled
from decisions.models import DmnModel, DmnVersion

LIMIT_COMPILED = 64
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A decision version as evaluation needs it: immutable, so it may be cached for ever."""

    version_id: UUID
    version: int
    sha256: str
    model_sha256: str
    imports: tuple[str, ...]
    key: str
    definition_id: UUID


class _Cache(Generic[_Kept]):
    """Values that can never be others, the least used dropped first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._entries: OrderedDict[object, _Kept] = OrderedDict()

    def get(self, key: object) -> _Kept | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: object, value: _Kept) -> None:
        with self._lock:
            self._entries[key] = value
            while len(self._entries) > self._limit:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


#: compiled models by the hash of their decision
_models: _Cache[compiled.Model] = _Cache(LIMIT_COMPILED)
#: versions by the reference that means them, or by their id
_pins: _Cache[Pinned] = _Cache(LIMIT_COMPILED * 16)


def forget_compiled() -> None:
    """Drop every compiled model of this process."""
    _models.clear()
    _pins.clear()


def versions(key: str) -> QuerySet[DmnVersion]:
    """Return the versions of a DMN decision, the newest first, without their bytes."""
    found = DmnVersion.objects.filter(definition__key=key).select_related("definition", "model")
    return found.defer("model__data").order_by("-version")


def source(row: DmnVersion) -> bytes:
    """Return the bytes of a version's file."""
    return bytes(DmnModel.objects.values_list("data", flat=True).get(pk=row.model_id))


def resolve(*, key: str, binding: str, version: str | None, deployment_id: UUID | None) -> Pinned | None:
    """Return the version a caller means. Only what can never mean another one is remembered.

    A deployment without that decision means the latest.
    """
    reference = (key, binding, version, deployment_id)
    if known := _pins.get(reference):
        return known
    if binding == "version" and version:
        row = versions(key).filter(version=int(version)).first() if version.isdecimal() else None
        return _remember(reference, row) if row else None
    if binding == "versionTag" and version:
        row = versions(key).filter(version_tag=version).first()
        return _pin(row) if row else None  # a later version may get the same tag
    if binding == "deployment" and deployment_id:
        row = versions(key).filter(deployments__deployment_id=deployment_id).first()
        if row:
            return _remember(reference, row)
    return _latest(key)


_NEWEST = """
    SELECT v.id FROM decisions_dmnversion v JOIN decisions_decisiondefinition d ON d.id = v.definition_id
    WHERE d.key = %s ORDER BY v.version DESC LIMIT 1"""


def _latest(key: str) -> Pinned | None:
    """Return the newest version; which one that is is asked anew each time, by one plain statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [key])
        found = cursor.fetchone()
    if found is None:
        return None
    if known := _pins.get(found[0]):
        return known
    return _remember(found[0], versions(key).get(id=found[0]))


def _remember(reference: object, row: DmnVersion) -> Pinned:
    pinned = _pin(row)
    _pins.put(reference, pinned)
    return pinned


def _pin(row: DmnVersion) -> Pinned:
    return Pinned(
        version_id=row.id,
        version=row.version,
        sha256=row.sha256,
        model_sha256=row.model_id,
        imports=tuple(row.model.imports),
        key=row.definition.key,
        definition_id=row.definition_id,
    )


def compiled_model(pinned: Pinned) -> compiled.Model:
    """Return the compiled model of a version, from the cache or from its bytes."""
    if known := _models.get(pinned.sha256):
        return known
    rows = DmnModel.objects.in_bulk([pinned.model_sha256, *pinned.imports])
    files = [(rows[sha].name, bytes(rows[sha].data)) for sha in (pinned.model_sha256, *pinned.imports)]
    model = compiled.load(files)
    _models.put(pinned.sha256, model)
    return model
