"""A throw-away PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psycopg

from tests.services.ports import NotStarted, free_port, wait_until_listening

HOW_TO_GET = "sudo apt-get install -y postgresql"
PLACES = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
]


def binaries() -> Path | None:
    """Return the newest folder that has `initdb` and `postgres`, or None."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [folder for place in PLACES for folder in Path("/").glob(place[1:]) if (folder / "initdb").exists()]
    return max(folders, key=_version, default=None)


def _version(folder: Path) -> int:
    digits = "".join(sign for sign in str(folder.parent.name) if sign.isdigit())
    return int(digits or 0)


def _other_user() -> str | None:
    """Return who runs the server when we are root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


class Postgres:
    """A server of its own; `url` names its database. `kill`, `start` and `stop` may be called at any time."""

    def __init__(self, *, durable: bool = False) -> None:
        self.port = free_port()
        self.durable = durable
        self.url = self.url_of("handoff")
        self._folder = Path(tempfile.mkdtemp(prefix="handoff-postgres-"))
        self._data = self._folder / "data"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Postgres:
        try:
            self._initialise()
            self.start()
            with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE handoff")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url_of(self, database: str) -> str:
        """Return the address of one of the server's databases."""
        return f"postgresql://handoff@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The id of the server's first process."""
        if self._process is None:
            raise NotStarted("PostgreSQL was not started")
        return self._process.pid

    def start(self) -> None:
        """Start the server, after a crash too, and return when it answers."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), stdout=log, stderr=log, start_new_session=True, user=_other_user()
            )
        wait_until_listening(self.port, self._process)
        self._wait_until_recovered()

    def stop(self) -> None:
        """Stop the server at once, but cleanly."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the server as a machine that loses it would: nothing is said to anybody."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        if how is signal.SIGKILL:
            os.killpg(self._process.pid, how)
        else:
            self._process.send_signal(how)
        self._process.wait(timeout=30)

    def _initialise(self) -> None:
        folder = binaries()
        if folder is None:
            raise NotStarted(f"no PostgreSQL on this machine; get it with: {HOW_TO_GET}")
        user = _other_user()
        if user is not None:
            shutil.chown(self._folder, user)
        options = ["--auth=trust", "--username=handoff", "--encoding=UTF8", "--no-sync"]
        command = [folder / "initdb", *options, "-D", self._data]
        subprocess.run(command, check=True, capture_output=True, user=user, cwd=self._folder)

    def _command(self) -> list[str]:
        folder = binaries()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [f"{folder}/postgres", "-D", str(self._data), *options]

    def _wait_until_recovered(self) -> None:
        """The port is open before crash recovery has ended; a connection is refused until then."""
        for attempt in range(200):
            try:
                psycopg.connect(self.url_of("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if attempt == 199:
                    raise
                time.sleep(0.1)
