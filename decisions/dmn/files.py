"""Models kept by the files they came from, for programs that are asked again and again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from decisions.dmn.door import Loaded, load
from decisions.dmn.reader import Source

_KEPT = 64


class ModelFiles:
    """Loads DMN files and keeps them while the files do not change."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[tuple[str, int, int], ...], Loaded] = {}

    def load(self, paths: Sequence[str]) -> Loaded:
        """The models of these files; the source names are the paths.

        Raises:
            OSError: a file cannot be read.
        """
        key = tuple((path, stat.st_mtime_ns, stat.st_size) for path in paths if (stat := Path(path).stat()))
        found = self._loaded.get(key)
        if found is None:
            found = load([Source(name=path, data=Path(path).read_bytes()) for path in paths])
            if len(self._loaded) >= _KEPT:
                self._loaded.pop(next(iter(self._loaded)))
            self._loaded[key] = found
        return found
