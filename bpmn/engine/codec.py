"""Stores a state: a few hundred bytes of JSON, and large values once, by the hash of their content.

A value of more than 2 KB leaves the state and becomes a blob (blobs.py). Crowds of tokens that only wait become
blobs too, and are read only when one of them is asked for: `fetch` must stay usable as long as the state is.
User data stands only where a value is expected: none of its keys means anything here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec

from bpmn.engine.blobs import LARGE, Fetch, Reader, Writer, decode, encode, inner_of, large_of
from bpmn.engine.crowd import Piece, Row, split
from bpmn.engine.errors import StateUnreadable
from bpmn.engine.state import State

VERSION = 1
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """The bytes of a state."""

    data: bytes
    blobs: Mapping[str, bytes]  #: new ones only, by content hash
    state: State  #: the same state, knowing that its blobs are stored: go on with it after the commit

    def hash_of(self, value: Any) -> str | None:
        """Return the hash by which a value of the state is stored apart, None when it is small.

        History entries and effects carry the very objects of the state: whoever writes them can write the
        hash of a large value in place of the value.
        """
        known = self.state.memo.get(id(value))
        return known[1] if known is not None and known[0] is value else None

    def apart(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the values that are small, and the hashes of those that are stored apart."""
        hashes = {name: key for name, value in values.items() if (key := self.hash_of(value)) is not None}
        small = {name: value for name, value in values.items() if name not in hashes} if hashes else dict(values)
        return small, hashes


# -- writing -------------------------------------------------------------------------------------


def dump(state: State, *, told: Iterable[Mapping[str, Any]] = ()) -> Dump:
    """Return a state as bytes, with the blobs that are not stored yet.

    Args:
        told: variables that are written beside the state, as history and jobs are: their large values are
            stored apart as well, and `Dump.hash_of` knows them.
    """
    writer = _Writer(state.memo)
    for values in told:
        for value in values.values():
            writer.key_of(value)
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
        head.update(ran=state.ran, changed=state.changed, created=state.created)
    plain = [_plain(row, place[row.ref]) for row in rows]
    if not crowds and not state.pieces and not writer.kept:
        data = encode({**head, "rows": plain})
        if len(data) <= LARGE:
            plainly = replace(state, known=frozenset(), memo={}) if state.known or state.memo else state
            return Dump(data=data, blobs={}, state=plainly)
    pieces = [*state.pieces, *(writer.piece(crowd) for crowd in crowds)]
    if pieces:
        head["pieces"] = [[piece.parent, piece.key, _ranges(piece.ids), piece.outside] for piece in pieces]
    data = encode({**head, "rows": [writer.row(row) for row in plain]})
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


class _Writer(Writer):
    """Stores rows; their large values become blobs."""

    def piece(self, crowd: tuple[Row, ...]) -> Piece:
        """Store rows that only wait apart from the others."""
        key = self.blob(encode(["r", crowd[0].ref, [self.row(_plain(row, None)) for row in crowd]]))
        ids = tuple([row.id for row in crowd])
        outside = crowd[0].notes["o"]
        return Piece(parent=crowd[0].parent or 0, ids=ids, key=key, outside=outside, rows=lambda: crowd)

    def row(self, row: list[Any]) -> list[Any]:
        if len(encode(row)) <= LARGE // 4:
            return row
        data, large_data = self.part(row[6])
        notes, large_notes = self.part(row[7])
        return [*row[:6], data, notes, large_data, large_notes] if large_data or large_notes else row


# -- reading -------------------------------------------------------------------------------------


def values(keys: Iterable[str], fetch: Fetch) -> dict[str, Any]:
    """Return values that are stored apart, by the hash that `Dump.apart` told.

    Raises:
        StateUnreadable: a blob is missing.
    """
    wanted = set(keys)
    reader = Reader(fetch)
    reader.prepare(wanted)
    return {key: reader.value(key) for key in wanted}


def references(data: bytes) -> set[str]:
    """Return the hashes of the blobs that stored bytes refer to themselves; `inner` tells those behind them."""
    head = decode(data)
    return {*large_of(head["rows"]), *(key for _, key, *_ in head.get("pieces", ()))}


def inner(blob: bytes) -> set[str]:
    """Return the hashes of the blobs that a blob refers to."""
    return set(inner_of(decode(blob)))


def load(data: bytes, fetch: Fetch) -> State:
    """Return the state that `dump` wrote.

    Args:
        data: what `dump` gave.
        fetch: returns blobs by hash; called only when there are any, once per level of nesting.
    Raises:
        StateUnreadable: the bytes are no state, or a blob is missing.
    """
    try:
        head = decode(data)
        if head["v"] != VERSION:
            raise StateUnreadable(f"it was written by format {head['v']}, this engine reads {VERSION}")
        refs = [ref for ref, _ in head["refs"]]
        reader = _Reader(fetch)
        reader.prepare(large_of(head["rows"]))
        rows = tuple([_row(row, refs[row[2]], reader) for row in head["rows"]])
        pieces = tuple([reader.piece(*piece) for piece in head.get("pieces", ())])
        return State(
            ref=refs[0],
            seq=head["seq"],
            last_id=head["id"],
            ran=head.get("ran", 0),
            changed=tuple(head.get("changed", ())),
            created=tuple(head.get("created", ())),
            rows=rows,
            keys=dict(head["refs"]),
            pieces=pieces,
            known=frozenset(reader.parts).union(piece.key for piece in pieces),
            memo=reader.memo,
        )
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise StateUnreadable(f"{type(error).__name__}: {error}") from error


def _row(row: list[Any], ref: str, reader: _Reader) -> Row:
    number, parent, _, node, state, kind, data, notes, *large = row
    if large:
        data.update((name, reader.value(key)) for name, key in large[0].items())
        notes.update((name, reader.value(key)) for name, key in large[1].items())
    return Row(number, parent, ref, node, state, data, notes, KINDS[kind])


class _Reader(Reader):
    """Puts rows together again."""

    def piece(self, parent: int, key: str, ranges: list[int], outside: str = "") -> Piece:
        """Return rows that are read when somebody asks for them, or to see whom they wait for, if that is not said."""
        runs = zip(ranges[::2], ranges[1::2], strict=True)
        ids = tuple([number for first, last in runs for number in range(first, last + 1)])
        outside = outside or self._piece_rows(key)[0].notes["o"]
        return Piece(parent=parent, ids=ids, key=key, outside=outside, rows=partial(self._piece_rows, key))

    def _piece_rows(self, key: str) -> tuple[Row, ...]:
        self.prepare([key])
        _, ref, rows = self.parts[key]
        return tuple([_row(row, ref, self) for row in rows])
