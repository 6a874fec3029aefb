"""JSON values and the one way they are written down when bytes must agree (hashes, fingerprints)."""

from __future__ import annotations

import hashlib

import orjson

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]
Variables = dict[str, JSON]


def dump(value: object) -> bytes:
    """Return `value` as JSON with sorted keys and no spaces (the order of RFC 8785, numbers as Python's)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: object) -> str:
    """Return the SHA-256 of `value`'s canonical JSON, in hex."""
    return hashlib.sha256(dump(value)).hexdigest()


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()
