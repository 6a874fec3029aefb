"""Large values, stored once by the hash of their content.

The blob of a context or list refers to its own large parts by their hashes, and one with many small parts is
cut into pieces; so changing one entry of a large value writes little. A blob is a list that begins with its
kind: v (a value as it is), l and d (items of a list or context, each small or a hash), p (pieces), r (rows).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from bpmn.engine.errors import StateUnreadable

LARGE = 2048  #: bytes of JSON from which on a value is stored apart
PIECE = 4096  #: bytes of JSON that one piece of a long list or context aims at

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode

Fetch = Callable[[Collection[str]], Mapping[str, bytes]]
Memo = dict[int, tuple[Any, str]]


class Writer:
    """Cuts large values out, and keeps the blobs they become."""

    def __init__(self, memo: Memo) -> None:
        self.memo = memo
        self.kept: Memo = {}
        self.blobs: dict[str, bytes] = {}
        self.used: set[str] = set()

    def part(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        small: dict[str, Any] = {}
        large: dict[str, str] = {}
        for name, value in values.items():
            key = self.key_of(value)
            if key is None:
                small[name] = value
            else:
                large[name] = key
        return small, large

    def key_of(self, value: Any) -> str | None:
        """Return the hash a value is stored by, None when it is small."""
        if not isinstance(value, (str, list, dict)) or (isinstance(value, str) and len(value) <= LARGE // 6):
            return None
        known = self.memo.get(id(value))
        if known is not None and known[0] is value:
            self.kept[id(value)] = known
            self.used.add(known[1])
            return known[1]
        if len(encode(value)) <= LARGE:
            return None
        key = self._store(value)
        self.kept[id(value)] = (value, key)
        return key

    def _store(self, value: Any) -> str:
        if isinstance(value, list):
            return self._pieces("l", [self._item(item) for item in value])
        if isinstance(value, dict):
            return self._pieces("d", [[name, *self._item(item)] for name, item in value.items()])
        return self.blob(["v", value])

    def _item(self, value: Any) -> list[Any]:
        key = self.key_of(value)
        return [0, value] if key is None else [1, key]

    def _pieces(self, tag: str, items: list[Any]) -> str:
        """Store items, in pieces when they are many."""
        if len(items) < 4 or len(encode(items)) <= 2 * PIECE:
            return self.blob(_together(tag, items))
        return self.blob(["p", [self.blob(_together(tag, piece)) for piece in _cut(items)]])

    def blob(self, content: list[Any]) -> str:
        blob = encode(content)
        key = hashlib.sha256(blob).hexdigest()[:40]
        self.blobs[key] = blob
        return key


def _together(tag: str, items: list[Any]) -> list[Any]:
    """Return the content of a blob; items that are all small stand there as they are."""
    if any(item[-2] for item in items):
        return [tag, items]
    return ["v", [item[1] for item in items] if tag == "l" else {name: value for name, _, value in items}]


def _cut(items: list[Any]) -> Iterator[list[Any]]:
    """Cut at places that depend on the items alone, so that an insertion moves few of the cuts."""
    piece: list[Any] = []
    size = 0
    for item in items:
        encoded = encode(item)
        piece.append(item)
        size += len(encoded)
        mean = max(1, PIECE // max(1, size // len(piece)))
        edge = hashlib.blake2b(encoded, digest_size=4).digest()
        if size >= 2 * PIECE or (size >= PIECE // 2 and int.from_bytes(edge, "big") % mean == 0):
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


class Reader:
    """Puts large values together again."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.parts: dict[str, Any] = {}
        self.memo: Memo = {}
        self.made: dict[str, Any] = {}

    def prepare(self, keys: Iterable[str]) -> None:
        """Fetch blobs and the blobs they refer to, level by level."""
        wanted = set(keys) - self.parts.keys()
        while wanted:
            found = self.fetch(sorted(wanted))
            missing = wanted - found.keys()
            if missing:
                raise StateUnreadable(f"the stored values {', '.join(sorted(missing))} are missing")
            for key in wanted:
                self.parts[key] = decode(found[key])
            wanted = {key for one in wanted for key in _inner(self.parts[one])} - self.parts.keys()

    def value(self, key: str) -> Any:
        """Return the value stored under a hash."""
        if key in self.made:
            return self.made[key]
        value = self._put_together(*self.parts[key])
        self.made[key] = value
        self.memo[id(value)] = (value, key)
        return value

    def _put_together(self, tag: str, content: Any) -> Any:
        if tag == "v":
            return content
        if tag == "l":
            return [self._one(*item) for item in content]
        if tag == "d":
            return {name: self._one(*item) for name, *item in content}
        pieces = [self._put_together(*self.parts[key]) for key in content]
        if isinstance(pieces[0], list):
            return [item for piece in pieces for item in piece]
        return {name: item for piece in pieces for name, item in piece.items()}

    def _one(self, is_key: int, value: Any) -> Any:
        return self.value(value) if is_key else value


def _inner(part: list[Any]) -> Iterator[str]:
    tag, content = part[0], part[1]
    if tag == "r":
        yield from large_of(part[2])
    elif tag == "p":
        yield from content
    elif tag in ("l", "d"):
        yield from (item[-1] for item in content if item[-2] == 1)


def large_of(rows: list[Any]) -> Iterator[str]:
    """Return the hashes that stored rows refer to."""
    return (key for row in rows for large in row[8:] for key in large.values())
