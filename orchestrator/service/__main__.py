"""`python -m orchestrator.service --port 8000`: the parts as the environment chooses them, in the foreground.

`make up` is this. Nothing of Django is imported: the supervisor is there at once, stays small, and cannot
crash with what it watches.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import sys
import time
from collections.abc import Mapping

from orchestrator.config import environment
from orchestrator.service import claim, secrets
from orchestrator.service.supervisor import Child, Supervisor


def is_embedded() -> bool:
    """Tell whether web, worker and beat share one process: without a broker and a database they must."""
    return environment.is_embedded()


def parts() -> list[str]:
    """Return the names of the processes to run."""
    return ["embedded"] if is_embedded() else ["web", "worker", "beat"]


def children(*, host: str, port: int) -> list[Child]:
    """Return the processes to run, each with its command."""
    serve = [sys.executable, "manage.py", "serve"]
    where = ["--host", host, "--port", str(port)]
    return [
        Child(
            name=part,
            command=[*serve, part, *(where if part in {"embedded", "web"} else [])],
            environment={**frugal(os.environ), **compiled_once(os.environ)},
        )
        for part in parts()
    ]


def frugal(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return variables that keep a process of many threads small, save those the user has set.

    glibc gives each thread a heap of its own, up to eight a core, and what one freed no other gets. The
    libraries below scikit-learn keep a thread per core for matrices larger than a case ever is.
    """
    wanted = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {name: value for name, value in wanted.items() if name not in chosen}


def compiled_once(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return variables that keep compiled modules in the virtual environment, for who wants none beside the sources.

    With PYTHONDONTWRITEBYTECODE alone each start compiles 1 700 modules anew, which is two thirds of its time.
    """
    is_chosen = not chosen.get("PYTHONDONTWRITEBYTECODE") or chosen.get("PYTHONPYCACHEPREFIX")
    if is_chosen or not os.access(sys.prefix, os.W_OK):
        return {}
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": os.path.join(sys.prefix, "bytecode")}


def refuse_taken_port(host: str, port: int) -> None:
    """Exit with a sentence when somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Port {port} cannot be used ({error.strerror}). Choose another: make up PORT={port + 1}")


def port_number(text: str) -> int:
    """Return a port that can be listened at."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f'"{text}" is not a port: a number from 1 to 65535')
    return int(text)


class Greeting:
    """Says where the pages are, and who may sign in, as soon as everything is up."""

    def __init__(self, *, host: str, port: int) -> None:
        self._host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
        self._port = port
        self._is_said = False
        self._look_at = 0.0

    def look(self) -> None:
        """Say it once the health page says that all is up."""
        if self._is_said or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + 0.3
        if self._is_up():
            self._is_said = True
            say("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Return the lines to say."""
        lines = ["", f"Handoff is up: http://{self._host}:{self._port}/"]
        if not environment.is_demo():
            return [
                *lines,
                "Its first administrator: .venv/bin/python manage.py createsuperuser",
                "Ctrl-C ends it.",
                "",
            ]
        if passwords := secrets.demo_passwords(environment.secrets_file()):
            lines.append("Sign in as (the demo's users, made for this installation):")
            lines += [f"  {name:<11} {password}" for name, password in passwords.items()]
        return [*lines, "Ctrl-C ends it.", ""]

    def _is_up(self) -> bool:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Host": f"127.0.0.1:{self._port}"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def say(text: str) -> None:
    """Print a line now, also into a pipe."""
    print(text, flush=True)


def main() -> int:
    """Prepare, then run until SIGTERM or Ctrl-C; return the exit status."""
    arguments = argparse.ArgumentParser(prog="python -m orchestrator.service", description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=port_number, default=8000)
    chosen = arguments.parse_args()
    os.chdir(environment.BASE_DIR)
    try:
        claim.take(environment.home())
    except claim.AlreadyRunning as error:
        sys.exit(str(error))
    refuse_taken_port(chosen.host, chosen.port)
    secrets.ensure(environment.secrets_file())
    if not is_embedded():  # the one process of an embedded installation sees to that itself
        command = [sys.executable, "manage.py", "prepare"]
        first = Child(name="prepare", command=command, environment=compiled_once(os.environ), is_once=True)
        status = Supervisor([first], say=say).run()
        if first.process is None or first.process.returncode:
            return status
    greeting = Greeting(host=chosen.host, port=chosen.port)
    return Supervisor(children(host=chosen.host, port=chosen.port), say=say, on_look=greeting.look).run()


if __name__ == "__main__":
    sys.exit(main())
