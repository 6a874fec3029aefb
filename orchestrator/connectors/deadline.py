"""Connections that end at one moment: a limit for each piece would let an answer drip for days."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore


class Backend(httpcore.NetworkBackend):
    """Connects as httpcore does, and waits for nothing beyond `ends_at` (of `time.monotonic`)."""

    def __init__(self, ends_at: float) -> None:
        self._inner, self._ends_at = httpcore.SyncBackend(), ends_at

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """Return a connection; TimeoutException when it does not come in time."""
        limit = _left(self._ends_at, timeout, httpcore.ConnectTimeout)
        found = self._inner.connect_tcp(host, port, limit, local_address, socket_options)
        return _Stream(found, self._ends_at)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, ends_at: float) -> None:
        self._inner, self._ends_at = inner, ends_at

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._ends_at, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._ends_at, timeout, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit = _left(self._ends_at, timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, limit), self._ends_at)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()


def _left(ends_at: float, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
    """Return the seconds that may still be waited.

    Raises:
        TimeoutException: none are left.
    """
    left = ends_at - time.monotonic()
    if left <= 0:
        raise late("the time for the whole call is over")
    return left if timeout is None else min(left, timeout)
