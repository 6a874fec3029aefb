"""Model files: kept in the database under their hash, cached as files, loaded once per process."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from django.conf import settings

from decisions.edge.canonical import sha256 as sha256_of
from decisions.models import Artefact, PredictorVersion, VersionState
from decisions.predictors import base
from decisions.predictors.errors import ArtefactCorrupt, PredictorError
from decisions.predictors.registry import LIMIT_LOADED, Registry, load

log = logging.getLogger(__name__)

LIMIT_BYTES = 64 * 1024 * 1024

_registry = Registry(lambda: settings.HANDOFF_PREDICTORS)


def store(data: bytes) -> Artefact:
    """Return the row of these bytes, making it when they are new."""
    artefact, _ = Artefact.objects.defer("data").get_or_create(
        sha256=sha256_of(data), defaults={"data": data, "size": len(data)}
    )
    return artefact


def fetch(sha256: str) -> bytes:
    """Return the bytes registered under a hash: from this machine's cache, else from the database.

    Raises:
        ArtefactCorrupt: the database has other bytes under that hash, or none.
    """
    path = _path(sha256)
    if path.exists():
        data = path.read_bytes()
        if sha256_of(data) == sha256:
            return data
        log.warning("cached artefact %s was changed on disk; fetching it again", sha256[:12])
    row = Artefact.objects.filter(sha256=sha256).values_list("data", flat=True).first()
    if row is None:
        raise ArtefactCorrupt(f"nothing is stored under {sha256[:12]}")
    data = bytes(row)
    if sha256_of(data) != sha256:
        raise ArtefactCorrupt(f"the stored bytes are not those of {sha256[:12]}")
    _cache(path, data)
    return data


def predictor(version: PredictorVersion) -> base.Predictor:
    """Return the loaded predictor of a version.

    Raises:
        PredictorError: it cannot be loaded; the class says why.
    """
    # By version, not by hash: one artefact may be registered again with another schema.
    return _registry.get(kind=version.kind, key=str(version.pk), artefact=lambda: _artefact(version))


def warm() -> int:
    """Load the active predictors into this process; return how many. For a worker that starts.

    One that cannot be loaded is left to say so when a case asks it.
    """
    active = PredictorVersion.objects.filter(state=VersionState.ACTIVE).defer("golden", "metrics")
    loaded = 0
    for version in active[:LIMIT_LOADED]:
        try:
            predictor(version)
            loaded += 1
        except PredictorError as error:
            log.warning("%s is active and cannot be loaded: %s", version.pk, error)
    return loaded


def forget_loaded() -> None:
    """Drop every loaded predictor of this process."""
    _registry.clear()


def fresh_predictor(version: PredictorVersion) -> base.Predictor:
    """Return a predictor loaded from the database's bytes now, past every cache."""
    return load(settings.HANDOFF_PREDICTORS, version.kind, _artefact(version))


def _artefact(version: PredictorVersion) -> base.Artefact:
    return base.Artefact(
        sha256=version.artefact_id,
        data=fetch(version.artefact_id),
        labels=tuple(version.labels),
        schema=version.schema,
        encoding=version.encoding,
    )


def _path(sha256: str) -> Path:
    return Path(settings.HANDOFF_HOME) / "artefacts" / f"{sha256}.skops"


def _cache(path: Path, data: bytes) -> None:
    """Write the file whole or not at all; a machine without room for it goes on without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except OSError as error:
        log.warning("artefact %s is not cached: %s", path.stem[:12], error)
