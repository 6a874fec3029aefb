"""JSON values, how they are written, and the one way to write them when bytes must agree (hashes, fingerprints)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Literal

import msgspec
import orjson

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]
Variables = dict[str, JSON]

#: What `orjson` says of a whole number that it cannot write; JSON itself has no such limit (RFC 8259 section 6).
_BEYOND_64_BITS = "Integer exceeds 64-bit range"


def encode(value: object, *, default: Callable[[Any], Any] | None = None, option: int = 0) -> bytes:
    """Return `value` as JSON, FEEL's whole numbers beyond 64 bits included, which the quicker writer refuses.

    Args:
        default: makes something JSON of what is none.
        option: flags of `orjson`.
    Raises:
        TypeError: there is something in it that is no JSON.
    """
    try:
        return orjson.dumps(value, default=default, option=option)
    except TypeError as refusal:
        if str(refusal) != _BEYOND_64_BITS:
            raise
        order: Literal["sorted"] | None = "sorted" if option & orjson.OPT_SORT_KEYS else None
        return msgspec.json.encode(value, enc_hook=default, order=order)


def dump(value: object) -> bytes:
    """Return `value` as JSON with sorted keys and no spaces (the order of RFC 8785, numbers as Python's)."""
    return encode(value, option=orjson.OPT_SORT_KEYS)


def digest(value: object) -> str:
    """Return the SHA-256 of `value`'s canonical JSON, in hex."""
    return hashlib.sha256(dump(value)).hexdigest()


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()
