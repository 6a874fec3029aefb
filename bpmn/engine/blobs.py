"""Large values, stored once by the hash of their content.

The blob of a context or list refers to its own large parts by their hashes, and one with many small parts is
cut into pieces; so changing one entry of a large value writes little. A blob is a list that begins with its
kind: v (a value as it is), l and d (items of a list or context, each small or a hash), p (pieces), r (rows).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any
from zlib import crc32

import msgspec

from bpmn.engine.errors import StateUnreadable

LARGE = 2048  #: bytes of JSON from which on a value is stored apart
PIECE = 2048  #: bytes of JSON that one piece of a long list or context aims at
KEYS = 32  #: hashes that one list of pieces aims at

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode

Fetch = Callable[[Collection[str]], Mapping[str, bytes]]
Memo = dict[int, tuple[Any, str]]
Item = tuple[bool, bytes, bytes]  #: whether it is a hash, the value or hash as JSON, the name as JSON


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
        known = self._known(value)
        if known is not None:
            return known
        if len(encode(value)) <= LARGE:
            return None
        return self._keep(value)

    def _known(self, value: Any) -> str | None:
        """Return the hash of a value that this or the last writer stored."""
        known = self.kept.get(id(value)) or self.memo.get(id(value))
        if known is None or known[0] is not value:
            return None
        self.kept[id(value)] = known
        self.used.add(known[1])
        return known[1]

    def _keep(self, value: Any) -> str:
        key = self._store(value)
        self.kept[id(value)] = (value, key)
        return key

    def _store(self, value: Any) -> str:
        if isinstance(value, list):
            return self._pieces(b"l", [self._item(item) for item in value])
        if isinstance(value, dict):
            return self._pieces(b"d", [self._item(item, name) for name, item in value.items()])
        return self.blob(b'["v",%b]' % encode(value))

    def _item(self, value: Any, name: str | None = None) -> Item:
        """Return a part of a list or context, encoded once."""
        written = b"" if name is None else encode(name)
        known = self._known(value)
        if known is not None:
            return True, encode(known), written
        encoded = encode(value)
        if len(encoded) <= LARGE or not isinstance(value, (str, list, dict)):
            return False, encoded, written
        return True, encode(self._keep(value)), written

    def _pieces(self, tag: bytes, items: list[Item]) -> str:
        """Store items, in pieces when they are many."""
        if len(items) < 4 or sum(len(value) + len(name) for _, value, name in items) <= 2 * PIECE:
            return self.blob(_together(tag, items))
        keys = [self.blob(_together(tag, piece)) for piece in _cut(items)]
        while len(keys) > 2 * KEYS:
            keys = [self.blob(encode(["p", group])) for group in _grouped(keys)]
        return self.blob(encode(["p", keys]))

    def blob(self, content: bytes) -> str:
        """Keep a blob; return its hash."""
        key = hashlib.sha256(content).hexdigest()[:40]
        self.blobs[key] = content
        return key


def _together(tag: bytes, items: list[Item]) -> bytes:
    """Return the content of a blob; items that are all small stand there as they are."""
    is_list = tag == b"l"
    if not any(is_key for is_key, _, _ in items):
        if is_list:
            return b'["v",[%b]]' % b",".join([value for _, value, _ in items])
        return b'["v",{%b}]' % b",".join([b"%b:%b" % (name, value) for _, value, name in items])
    if is_list:
        parts = [b"[%d,%b]" % (is_key, value) for is_key, value, _ in items]
    else:
        parts = [b"[%b,%d,%b]" % (name, is_key, value) for is_key, value, name in items]
    return b'["%b",[%b]]' % (tag, b",".join(parts))


def _cut(items: list[Item]) -> Iterator[list[Item]]:
    """Cut at places that depend on the items alone, so that an insertion moves few of the cuts."""
    piece: list[Item] = []
    size = 0
    for item in items:
        piece.append(item)
        size += len(item[1]) + len(item[2])
        mean = max(1, PIECE // max(1, size // len(piece)))
        if size >= 2 * PIECE or (size >= PIECE // 2 and crc32(item[1]) % mean == 0):
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _grouped(keys: list[str]) -> Iterator[list[str]]:
    """Group hashes, again at places that depend on them alone."""
    group: list[str] = []
    for key in keys:
        group.append(key)
        if len(group) >= 2 * KEYS or (len(group) >= KEYS // 2 and int(key[:4], 16) % (KEYS // 2) == 0):
            yield group
            group = []
    if group:
        yield group


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
            wanted = {key for one in wanted for key in inner_of(self.parts[one])} - self.parts.keys()

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


def inner_of(part: list[Any]) -> Iterator[str]:
    """Return the hashes that the content of a blob refers to."""
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
