"""A system outside, as a test needs one: it counts what it was asked to do, by idempotency key."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class Receiver:
    """An HTTP server that takes its time, and does what it is asked once per idempotency key."""

    def __init__(self, *, seconds: float) -> None:
        self.calls = 0
        #: what was done -> the keys it was asked under: more than one key is the same effect twice
        self.effects: dict[str, set[str]] = defaultdict(set)
        self._seconds = seconds
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def wait_for_calls(self, count: int, *, seconds: float = 120) -> None:
        """Return when it was called so often altogether."""
        deadline = time.monotonic() + seconds
        with self._arrived:
            while self.calls < count:
                left = deadline - time.monotonic()
                assert left > 0, f"{self.calls} of {count} calls came within {seconds} s"
                self._arrived.wait(left)

    def take(self, effect: str, key: str) -> None:
        """Note a call."""
        with self._arrived:
            self.calls += 1
            self.effects[effect].add(key)
            self._arrived.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                time.sleep(receiver._seconds)
                receiver.take(f"{body['case']}/{body['step']}", self.headers["Idempotency-Key"])
                with suppress(ConnectionError):  # the caller may have been killed
                    self.answer()

            def answer(self) -> None:
                answer = b'{"taken": true}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
