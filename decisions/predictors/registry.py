"""Loaded predictors of this process: found by kind, kept by artefact, the least used dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from importlib import import_module

from decisions.edge.canonical import sha256
from decisions.predictors.base import Artefact, Loader, Predictor
from decisions.predictors.errors import ArtefactCorrupt, UnknownKind

LIMIT_LOADED = 8


class Registry:
    """A bounded cache of loaded predictors. Its libraries are imported at the first load, not before."""

    def __init__(self, kinds: Callable[[], Mapping[str, str]], limit: int = LIMIT_LOADED) -> None:
        self._kinds = kinds
        self._limit = limit
        self._loaded: OrderedDict[str, Predictor] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, *, kind: str, key: str, artefact: Callable[[], Artefact]) -> Predictor:
        """Return the predictor kept under `key`, loading it when this process has not yet.

        Args:
            kind: a name in the settings.
            key: names one predictor version for ever.
            artefact: called for the bytes only when they must be loaded.
        Raises:
            PredictorError: the kind is unknown, or the artefact is corrupt or refused.
        """
        with self._lock:
            if key in self._loaded:
                self._loaded.move_to_end(key)
                return self._loaded[key]
            predictor = load(self._kinds(), kind, artefact())
            self._loaded[key] = predictor
            while len(self._loaded) > self._limit:
                self._loaded.popitem(last=False)
            return predictor

    def clear(self) -> None:
        """Drop every loaded predictor."""
        with self._lock:
            self._loaded.clear()

    def __len__(self) -> int:
        return len(self._loaded)


def load(kinds: Mapping[str, str], kind: str, artefact: Artefact) -> Predictor:
    """Return a freshly loaded predictor, after its bytes were checked against their hash."""
    if kind not in kinds:
        raise UnknownKind(f'"{kind}" is not among {", ".join(sorted(kinds)) or "none"}')
    if sha256(artefact.data) != artefact.sha256:
        raise ArtefactCorrupt(f"the bytes are not those of {artefact.sha256[:12]}")
    return loader(kinds[kind])(artefact)


def loader(path: str) -> Loader:
    """Return the function named by a dotted path, importing its module."""
    module, _, name = path.rpartition(".")
    found: Loader = getattr(import_module(module), name)
    return found
