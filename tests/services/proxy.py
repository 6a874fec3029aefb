"""A TCP proxy that can be slow, or closed, while a test wants it to be."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from types import TracebackType


class Proxy:
    """Passes bytes on to 127.0.0.1:`target`; `delay_seconds` holds each piece back, `close` refuses all."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self.is_open = True
        self.delay_seconds = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._listener.close()
        self.close()

    @property
    def port(self) -> int:
        """The port to connect to."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Cut every connection and let none in."""
        self.is_open = False
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for end in pair:
                end.close()

    def open(self) -> None:
        """Let connections in again."""
        self.is_open = True

    def _accept(self) -> None:
        while not self._ends.is_set():
            try:
                inner, _ = self._listener.accept()
            except OSError:
                return
            if not self.is_open:
                inner.close()
                continue
            try:
                outer = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                inner.close()
                continue
            outer.settimeout(None)
            with self._lock:
                self._pairs.add((inner, outer))
            threading.Thread(target=self._pass, args=(inner, outer), daemon=True).start()

    def _pass(self, inner: socket.socket, outer: socket.socket) -> None:
        other = {inner: outer, outer: inner}
        with selectors.DefaultSelector() as selector:
            try:
                for end in other:
                    selector.register(end, selectors.EVENT_READ)
                while True:
                    for key, _ in selector.select():
                        end = key.fileobj
                        assert isinstance(end, socket.socket)
                        if not (piece := end.recv(65536)):
                            return
                        if self.delay_seconds:
                            time.sleep(self.delay_seconds)
                        other[end].sendall(piece)
            except (OSError, ValueError, KeyError):
                return  # cut by either side, or by `close`
            finally:
                with self._lock:
                    self._pairs.discard((inner, outer))
                inner.close()
                outer.close()
