"""Free ports of this machine, and waiting until somebody answers on one."""

from __future__ import annotations

import socket
import subprocess
import time


class NotStarted(RuntimeError):
    """A server did not come up; the message ends with its own last words."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_listening(port: int, process: subprocess.Popen[bytes], *, seconds: float = 30) -> None:
    """Return as soon as `port` accepts; raise NotStarted when `process` ends or time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotStarted(f"{process.args!r} ended with {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise NotStarted(f"{process.args!r} does not listen on {port} after {seconds} s")
