"""Bodies in chunks: read as if they had said their length, up to the largest that is taken."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from orchestrator.config.bodies import Measured


def seen(body: bytes, **environ: Any) -> tuple[str | None, bytes]:
    """Return the length and the body that an application behind it sees."""
    found: list[tuple[str | None, bytes]] = []

    def application(given: dict[str, Any], start_response: Any) -> list[bytes]:
        found.append((given.get("CONTENT_LENGTH"), given["wsgi.input"].read()))
        return []

    answer = Measured(application)({"wsgi.input": BytesIO(body), **environ}, None)
    getattr(answer, "close", bool)()
    return found[0]


@pytest.mark.parametrize("size", [1, 100_000, 3_000_000])
def test_a_body_without_a_length_gets_one(size: int) -> None:
    body = b"a" * size
    assert seen(body, **{"wsgi.input_terminated": True}) == (str(size), body)


def test_a_body_that_is_too_large_is_read_no_further_than_to_see_it(settings: Any) -> None:
    settings.HANDOFF_UPLOAD_BODY_LIMIT_BYTES = 200_000
    length, body = seen(b"a" * 1_000_000, **{"wsgi.input_terminated": True})
    assert 200_000 < int(length or 0) == len(body) < 300_000


def test_a_length_that_was_said_and_a_stream_without_an_end_are_left_alone() -> None:
    assert seen(b"abc", CONTENT_LENGTH="3", **{"wsgi.input_terminated": True}) == ("3", b"abc")
    assert seen(b"abc") == (None, b"abc")
    assert seen(b"", **{"wsgi.input_terminated": True}) == (None, b"")
