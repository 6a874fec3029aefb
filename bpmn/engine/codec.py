"""Stores a state: a few hundred bytes of JSON, and large values once, by the hash of their content.

A value of more than 2 KB leaves the state and becomes a blob. The blob of a context or list refers to its
own large parts by their hashes, and one with many small parts is cut into pieces; so changing one entry of a
large value writes little. Crowds of tokens that only wait become blobs too, and are read only when one of
them is asked for: `fetch` must stay usable as long as the state is. User data stands only where a value is
expected: none of its keys means anything here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec

from bpmn.engine.crowd import Piece, Row, split
from bpmn.engine.errors import StateUnreadable
from bpmn.engine.state import State

VERSION = 1
LARGE = 2048  #: bytes of JSON from which on a value is stored apart
PIECE = 4096  #: bytes of JSON that one piece of a long list or context aims at
#: kinds of nodes by number; only ever add at the end
KINDS = (
    "process",
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
    "task",
    "manualTask",
    "userTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
    "subProcess",
    "eventSubProcess",
    "transaction",
    "adHocSubProcess",
    "callActivity",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "complexGateway",
)
_NUMBER = {kind: number for number, kind in enumerate(KINDS)}

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

Fetch = Callable[[Collection[str]], Mapping[str, bytes]]
Memo = dict[int, tuple[Any, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """The bytes of a state."""

    data: bytes
    blobs: Mapping[str, bytes]  #: new ones only, by content hash
    state: State  #: the same state, knowing that its blobs are stored: go on with it after the commit


# -- writing -------------------------------------------------------------------------------------


def dump(state: State) -> Dump:
    """Return a state as bytes, with the blobs that are not stored yet."""
    rows, crowds = split(state.rows)
    refs = list(state.keys)
    place = {ref: number for number, ref in enumerate(refs)}
    head: dict[str, Any] = {
        "v": VERSION,
        "refs": [[ref, state.keys[ref]] for ref in refs],
        "seq": state.seq,
        "id": state.last_id,
    }
    if state.ran:
        head.update(ran=state.ran, changed=state.changed)
    plain = [_plain(row, place[row.ref]) for row in rows]
    if not crowds and not state.pieces:
        data = _encode({**head, "rows": plain})
        if len(data) <= LARGE:
            return Dump(data=data, blobs={}, state=state)
    writer = _Writer(state.memo)
    pieces = [*state.pieces, *(writer.piece(crowd) for crowd in crowds)]
    if pieces:
        head["pieces"] = [[piece.parent, piece.key, _ranges(piece.ids)] for piece in pieces]
    data = _encode({**head, "rows": [writer.row(row) for row in plain]})
    new = {key: blob for key, blob in writer.blobs.items() if key not in state.known}
    known = frozenset(writer.used | writer.blobs.keys() | {piece.key for piece in pieces})
    stored = replace(state, rows=rows, pieces=tuple(pieces), known=known, memo=writer.kept)
    return Dump(data=data, blobs=new, state=stored)


def _plain(row: Row, ref: int | None) -> list[Any]:
    return [row.id, row.parent, ref, row.node, row.state, _NUMBER[row.kind], row.data, row.notes]


def _ranges(ids: tuple[int, ...]) -> list[int]:
    """Return numbers as pairs of first and last of each run."""
    runs: list[int] = []
    for number in ids:
        if runs and number == runs[-1] + 1:
            runs[-1] = number
        else:
            runs += [number, number]
    return runs


class _Writer:
    """Cuts large values out of rows."""

    def __init__(self, memo: Memo) -> None:
        self.memo = memo
        self.kept: Memo = {}
        self.blobs: dict[str, bytes] = {}
        self.used: set[str] = set()

    def piece(self, crowd: tuple[Row, ...]) -> Piece:
        """Store rows that only wait apart from the others."""
        key = self._blob(["r", crowd[0].ref, [self.row(_plain(row, None)) for row in crowd]])
        ids = tuple([row.id for row in crowd])
        return Piece(parent=crowd[0].parent or 0, ids=ids, key=key, rows=lambda: crowd)

    def row(self, row: list[Any]) -> list[Any]:
        if len(_encode(row)) <= LARGE // 4:
            return row
        data, large_data = self._part(row[6])
        notes, large_notes = self._part(row[7])
        return [*row[:6], data, notes, large_data, large_notes] if large_data or large_notes else row

    def _part(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
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
        if len(_encode(value)) <= LARGE:
            return None
        key = self._store(value)
        self.kept[id(value)] = (value, key)
        return key

    def _store(self, value: Any) -> str:
        if isinstance(value, list):
            return self._pieces("l", [self._item(item) for item in value])
        if isinstance(value, dict):
            return self._pieces("d", [[name, *self._item(item)] for name, item in value.items()])
        return self._blob(["v", value])

    def _item(self, value: Any) -> list[Any]:
        key = self.key_of(value)
        return [0, value] if key is None else [1, key]

    def _pieces(self, tag: str, items: list[Any]) -> str:
        """Store items, in pieces when they are many."""
        if len(items) < 4 or len(_encode(items)) <= 2 * PIECE:
            return self._blob(_together(tag, items))
        return self._blob(["p", [self._blob(_together(tag, piece)) for piece in _cut(items)]])

    def _blob(self, content: list[Any]) -> str:
        blob = _encode(content)
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
        encoded = _encode(item)
        piece.append(item)
        size += len(encoded)
        mean = max(1, PIECE // max(1, size // len(piece)))
        edge = hashlib.blake2b(encoded, digest_size=4).digest()
        if size >= 2 * PIECE or (size >= PIECE // 2 and int.from_bytes(edge, "big") % mean == 0):
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


# -- reading -------------------------------------------------------------------------------------


def load(data: bytes, fetch: Fetch) -> State:
    """Return the state that `dump` wrote.

    Args:
        data: what `dump` gave.
        fetch: returns blobs by hash; called only when there are any, once per level of nesting.
    Raises:
        StateUnreadable: the bytes are no state, or a blob is missing.
    """
    try:
        head = _decode(data)
        if head["v"] != VERSION:
            raise StateUnreadable(f"it was written by format {head['v']}, this engine reads {VERSION}")
        refs = [ref for ref, _ in head["refs"]]
        reader = _Reader(fetch)
        reader.prepare(_large(head["rows"]))
        rows = tuple([_row(row, refs[row[2]], reader) for row in head["rows"]])
        pieces = tuple([reader.piece(*piece) for piece in head.get("pieces", ())])
        return State(
            ref=refs[0],
            seq=head["seq"],
            last_id=head["id"],
            ran=head.get("ran", 0),
            changed=tuple(head.get("changed", ())),
            rows=rows,
            keys=dict(head["refs"]),
            pieces=pieces,
            known=frozenset(reader.parts).union(piece.key for piece in pieces),
            memo=reader.memo,
        )
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise StateUnreadable(f"{type(error).__name__}: {error}") from error


def _large(rows: list[Any]) -> Iterator[str]:
    return (key for row in rows for large in row[8:] for key in large.values())


def _row(row: list[Any], ref: str, reader: _Reader) -> Row:
    number, parent, _, node, state, kind, data, notes, *large = row
    if large:
        data.update((name, reader.value(key)) for name, key in large[0].items())
        notes.update((name, reader.value(key)) for name, key in large[1].items())
    return Row(number, parent, ref, node, state, data, notes, KINDS[kind])


class _Reader:
    """Puts large values together again."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.parts: dict[str, Any] = {}
        self.memo: Memo = {}
        self.made: dict[str, Any] = {}

    def piece(self, parent: int, key: str, ranges: list[int]) -> Piece:
        """Return rows that are read when somebody asks for them."""
        runs = zip(ranges[::2], ranges[1::2], strict=True)
        ids = tuple([number for first, last in runs for number in range(first, last + 1)])
        return Piece(parent=parent, ids=ids, key=key, rows=partial(self._piece_rows, key))

    def _piece_rows(self, key: str) -> tuple[Row, ...]:
        self.prepare([key])
        _, ref, rows = self.parts[key]
        return tuple([_row(row, ref, self) for row in rows])

    def prepare(self, keys: Iterable[str]) -> None:
        """Fetch blobs and the blobs they refer to, level by level."""
        wanted = set(keys) - self.parts.keys()
        while wanted:
            found = self.fetch(sorted(wanted))
            missing = wanted - found.keys()
            if missing:
                raise StateUnreadable(f"the stored values {', '.join(sorted(missing))} are missing")
            for key in wanted:
                self.parts[key] = _decode(found[key])
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
        yield from _large(part[2])
    elif tag == "p":
        yield from content
    elif tag in ("l", "d"):
        yield from (item[-1] for item in content if item[-2] == 1)
