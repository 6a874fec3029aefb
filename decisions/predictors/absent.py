"""Keeps an optional library out of a process: for imports of another that takes it along without using it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Absent:
    """A finder that says to one thread that a module is not installed; other threads find it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread = threading.get_ident()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == self._name and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not wanted here", name=name)


@contextmanager
def absent(name: str) -> Iterator[None]:
    """Let imports of a module fail inside, as if it were not installed; one that is loaded already stays."""
    finder = _Absent(name)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
