"""`python -m orchestrator.service --port 8000`: the parts as the environment chooses them, in the foreground.

`manage.py up` ends here. Nothing of Django is imported: the supervisor stays small and cannot crash with
what it watches.
"""

from __future__ import annotations

import argparse
import http.client
import os
import sys
import time

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
        Child(name=part, command=[*serve, part, *(where if part in {"embedded", "web"} else [])]) for part in parts()
    ]


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
        passwords = secrets.demo_passwords(environment.secrets_file()) if environment.is_demo() else {}
        if passwords:
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


def main() -> None:
    """Run until SIGTERM or Ctrl-C."""
    arguments = argparse.ArgumentParser(prog="python -m orchestrator.service", description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8000)
    arguments.add_argument("--claim", type=int, help="the descriptor by which the home folder is claimed already")
    chosen = arguments.parse_args()
    os.chdir(environment.BASE_DIR)
    if chosen.claim is None:
        try:
            claim.take(environment.home())
        except claim.AlreadyRunning as error:
            sys.exit(str(error))
    greeting = Greeting(host=chosen.host, port=chosen.port)
    Supervisor(children(host=chosen.host, port=chosen.port), say=say, on_look=greeting.look).run()


if __name__ == "__main__":
    main()
