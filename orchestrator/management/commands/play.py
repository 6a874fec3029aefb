"""Plays drawings on the real runtime: `play --jsonl` answers commands, `play FILE.yaml` runs a scenario."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from decisions.edge.canonical import encode
from orchestrator.play import database, files
from orchestrator.play.session import CannotPlay, Session
from orchestrator.scenarios import document


class Command(BaseCommand):
    """Needs nothing configured or migrated: it makes its own database and removes it."""

    help = "Play drawings on the real runtime with a movable clock."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the scenario files and --jsonl."""
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE",
                            help="scenario files (.scenario.yaml), or folders of them")  # fmt: skip
        parser.add_argument("--jsonl", action="store_true", help="answer JSON lines from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play until the input ends."""
        paths: list[Path] = options["files"]
        if bool(paths) == options["jsonl"]:
            raise CommandError("Say what to play: scenario files, or --jsonl.")
        paths = [found for path in paths for found in _scenario_files(path)]
        logging.disable(logging.WARNING)
        with database.throw_away():
            failed = _lines() if options["jsonl"] else self._scenarios(paths)
        if failed:
            raise SystemExit(1)

    def _scenarios(self, paths: list[Path]) -> int:
        failed = 0
        for path in paths:
            played = files.run(path, Session())
            failed += bool(played.outcome.differences)
            self.stdout.write("\n".join(files.told(played)))
        self.stdout.write(f"{len(paths) - failed} of {len(paths)} scenarios did what was expected.")
        return failed


def _scenario_files(path: Path) -> list[Path]:
    """Return a file itself, and of a folder the scenario files in it and below."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise CommandError(f"There is no file {path}.")
    found = sorted(below for below in path.rglob("*") if document.is_scenario(below.name))
    if not found:
        raise CommandError(f"There is no scenario file (.scenario.yaml) in {path}.")
    return found


def _lines() -> int:
    session = Session()
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.buffer.write(encode(answer(session, line), default=str) + b"\n")
            sys.stdout.buffer.flush()
    return 0


def answer(session: Session, line: bytes) -> dict[str, Any]:
    """Return the answer to one request line; never raises for what a request asks."""
    try:
        request = orjson.loads(line)
    except orjson.JSONDecodeError as broken:
        return {"id": None, "ok": False, "error": f"The line is not JSON: {broken}"}
    if not isinstance(request, dict):
        return {"id": None, "ok": False, "error": "The line is no JSON object."}
    try:
        return {"id": request.get("id"), "ok": True, **perform(session, request)}
    except CannotPlay as refused:
        return {"id": request.get("id"), "ok": False, "error": str(refused)}


def perform(session: Session, request: dict[str, Any]) -> dict[str, Any]:
    """Carry out one request."""
    variables = request.get("variables") or {}
    match request.get("op"):
        case "reset":
            session.reset()
            return {}
        case "deploy":
            return session.deploy([_file(name) for name in request.get("files") or ()])
        case "start":
            session.start(
                process=request.get("process"), message=request.get("message"), signal=request.get("signal"),
                variables=variables, jobs_mode=request.get("jobs", "auto"),
                job_results=request.get("job_results"),
            )  # fmt: skip
        case "complete":
            session.task(_text(request, "element"), variables)
        case "complete_job":
            session.job(_text(request, "element"), variables)
        case "trigger":
            session.receive(_text(request, "element"), variables)
        case "message":
            session.message(_text(request, "name"), variables, request.get("correlation_key"))
        case "signal":
            session.signal(_text(request, "name"), variables)
        case "advance":
            session.wait(_text(request, "duration"))
        case other:
            raise CannotPlay(f'"{other}" is not a command.')
    return session.view()


def _text(request: dict[str, Any], name: str) -> str:
    if not isinstance(said := request.get(name), str):
        raise CannotPlay(f'"{request["op"]}" needs the text "{name}".')
    return said


def _file(name: str) -> tuple[str, bytes]:
    try:
        return Path(name).name, Path(name).read_bytes()
    except OSError as error:
        raise CannotPlay(f"{name} cannot be read: {error.strerror}.") from error
