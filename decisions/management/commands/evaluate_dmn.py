"""`evaluate_dmn`: one decision of a DMN file, or a long-lived dialogue in JSON lines."""

from __future__ import annotations

import io
import json
import sys
import traceback
from argparse import ArgumentParser
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from decisions import dmn
from decisions.dmn import wire
from decisions.dmn.files import ModelFiles

#: exit statuses
DECIDED, UNDECIDED, UNUSABLE = 0, 1, 2


class Unusable(Exception):  # noqa: N818 - says what the request is
    """The request cannot be answered: no such file, model, decision or value."""

    code = "unusable"
    retryable = False


class Command(BaseCommand):
    """Evaluates DMN without a database."""

    help = (
        "Evaluate a decision of a DMN file and print the answer as JSON. "
        "Exit status 0: decided; 1: an error made it null; 2: file, decision or input cannot be used."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("files", nargs="*", metavar="FILE", help="the model, then the models it imports")
        parser.add_argument("--decision", metavar="NAME", help="name or id of a decision")
        parser.add_argument("--service", metavar="NAME", help="name or id of a decision service")
        parser.add_argument("--bkm", metavar="NAME", help="name or id of a business knowledge model")
        parser.add_argument("--input", default="{}", metavar="JSON", help="inputs by name; '-' reads stdin")
        parser.add_argument("--trace", action="store_true", help="also say how the answer came about")
        parser.add_argument("--jsonl", action="store_true", help="answer requests from stdin, one per line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer once, or until stdin ends."""
        if options["jsonl"]:
            self._serve()
            return
        try:
            answer = _answer_once(options)
        except (Unusable, wire.WireError) as why:
            self.stderr.write(str(why))
            sys.exit(UNUSABLE)
        self.stdout.write(json.dumps(answer, indent=2))
        sys.exit(UNDECIDED if _failed(answer) else DECIDED)

    def _serve(self) -> None:
        """One answer line for each request line, whatever the request holds."""
        models = ModelFiles()
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        for line in sys.stdin:
            if line.strip():
                sys.stdout.write(json.dumps(self._safe_reply(models, line)) + "\n")
                sys.stdout.flush()

    def _safe_reply(self, models: ModelFiles, line: str) -> dict[str, Any]:
        """The answer; a bug of ours is told on stderr and does not end the dialogue."""
        try:
            return _reply(models, line)
        except Exception as bug:  # noqa: BLE001 - the last door before the process ends
            self.stderr.write("".join(traceback.format_exception(bug)))
            return {"id": json.loads(line).get("id"), "ok": False, "error": f"internal error: {bug!r}"}


def _failed(answer: dict[str, Any]) -> bool:
    return any(message["severity"] == "error" for message in answer["messages"])


def _reply(models: ModelFiles, line: str) -> dict[str, Any]:
    """The answer to one line of the dialogue."""
    request: Any = None
    try:
        request = _parsed(line)
        request.setdefault("id", None)
        loaded = _loaded(models, [str(request["model"]), *map(str, request.get("models", ()))])
        answer = _evaluated(
            loaded,
            str(request["model"]),
            kind=request.get("kind", "decision"),
            name=str(request["name"]),
            inputs=request.get("inputs", {}),
            imported=request.get("inputs_ns", {}),
        )
        value = wire.encode(answer.value)
    except (Unusable, wire.WireError, KeyError, TypeError, AttributeError) as why:
        identity = request.get("id") if isinstance(request, dict) else None
        known = isinstance(why, (Unusable, wire.WireError))
        return {"id": identity, "ok": False, "error": str(why) if known else f"bad request: {why!r}"}
    return {"id": request["id"], "ok": True, "value": value, "messages": _messages(answer.messages)}


def _answer_once(options: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question asked by arguments."""
    kinds = [kind for kind in ("decision", "service", "bkm") if options[kind]]
    if not options["files"] or len(kinds) != 1:
        raise Unusable("Give a FILE and one of --decision, --service, --bkm.")
    text = sys.stdin.read() if options["input"] == "-" else options["input"]
    inputs = _parsed(text)
    if not isinstance(inputs, dict):
        raise Unusable("The input is not a JSON object.")
    loaded = _loaded(ModelFiles(), options["files"])
    name = options[kinds[0]]
    answer = _evaluated(loaded, options["files"][0], kind=kinds[0], name=name, inputs=inputs, imported={})
    shown = {"value": wire.encode(answer.value), "messages": _messages(answer.messages)}
    if options["trace"]:
        shown |= {"model": answer.digest, "trace": [_step(step) for step in answer.trace]}
    return shown


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"Not JSON: {error}.") from None


def _loaded(models: ModelFiles, paths: list[str]) -> dmn.Loaded:
    """The files, each once.

    Raises:
        Unusable: a file is missing.
    """
    try:
        return models.load(list(dict.fromkeys(paths)))
    except OSError as error:
        raise Unusable(f"Cannot read {error.filename}: {error.strerror}.") from None


def _evaluated(loaded: dmn.Loaded, path: str, *, kind: Any, name: str, inputs: Any, imported: Any) -> dmn.Evaluation:
    """The evaluation.

    Raises:
        Unusable: no such model, decision or value.
    """
    model = loaded.model(path)
    if model is None:
        problems = (str(each) for each in loaded.problems if each.file == path and each.severity == "error")
        raise Unusable("; ".join(problems) or f"{path} is not a DMN model that can be used.")
    try:
        return dmn.evaluate(
            model,
            name,
            wire.decode_context(inputs),
            kind=kind,
            now=datetime.now(UTC),
            imported={space: wire.decode_context(values) for space, values in imported.items()},
        )
    except (dmn.NotInvocable, wire.WireError) as why:
        raise Unusable(str(why)) from None


def _messages(messages: Any) -> list[dict[str, str]]:
    return [{"severity": each.severity, "code": each.code, "text": each.text} for each in messages]


def _step(step: dmn.Step) -> dict[str, Any]:
    """A decision of the graph as JSON."""
    return {
        "id": step.id,
        "decision": step.name,
        "inputs": {name: wire.encode(value) for name, value in step.inputs},
        "tables": [
            {
                "id": hit.table.place.element,
                "inputs": [wire.encode(value) for value in hit.inputs],
                "rules": list(hit.numbers),
                "rule_ids": list(hit.rule_ids),
            }
            for hit in step.tables
        ],
        "value": wire.encode(step.value),
        "messages": _messages(step.messages),
        "microseconds": round(step.microseconds, 1),
    }
