"""A throw-away Redis."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from types import TracebackType

from tests.services.ports import NotStarted, free_port, wait_until_listening

HOW_TO_GET = "sudo apt-get install -y redis-server"


def binary() -> str | None:
    """Return the path of `redis-server` (or of its fork `valkey-server`), or None."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


class Redis:
    """A server that keeps nothing on disk; `url` is its address."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = tempfile.mkdtemp(prefix="handoff-redis-")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Redis:
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The id of the server's process."""
        if self._process is None:
            raise NotStarted("Redis was not started")
        return self._process.pid

    def start(self) -> None:
        """Start the server, after a kill too, and return when it answers."""
        program = binary()
        if program is None:
            raise NotStarted(f"no Redis on this machine; get it with: {HOW_TO_GET}")
        self._process = subprocess.Popen(
            [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until_listening(self.port, self._process)

    def kill(self) -> None:
        """Kill the server; what it held is lost."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=10)
