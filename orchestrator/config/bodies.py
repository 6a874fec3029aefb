"""Gives a length to request bodies that came without one, in chunks or by HTTP/2: Django takes them for empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

_PIECE_BYTES = 64 * 1024
_IN_MEMORY_BYTES = 1024 * 1024


class Measured:
    """The application, behind one that reads a body without a length to its end first.

    Of more than the largest upload only so much is read that its length says it is too large (web/security.py).
    Source: RFC 9112 section 6.3; PEP 3333, `CONTENT_LENGTH` may be absent.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Return the answer of the application."""
        # A server that does not say it ends the stream with the body must not be asked for more than there is.
        if environ.get("CONTENT_LENGTH") or not environ.get("wsgi.input_terminated"):
            return self.application(environ, start_response)
        came = environ["wsgi.input"]
        if not (piece := came.read(_PIECE_BYTES)):
            return self.application(environ, start_response)
        body = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the answer
        while piece and body.tell() <= settings.HANDOFF_UPLOAD_BODY_LIMIT_BYTES:
            body.write(piece)
            piece = came.read(_PIECE_BYTES)
        environ = {**environ, "wsgi.input": body, "CONTENT_LENGTH": str(body.tell())}
        body.seek(0)
        return _Answer(self.application(environ, start_response), body)


class _Answer:
    """An answer that takes the body it was asked with along when its server closes it."""

    def __init__(self, answer: Iterable[bytes], body: IO[bytes]) -> None:
        self.answer, self.body = answer, body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.answer)

    def close(self) -> None:
        """End the answer, then drop the body."""
        with closing(self.body):
            getattr(self.answer, "close", lambda: None)()
