"""Every drawing of a corpus of public files is read and judged as its manifest expects."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpmn.language import for_viewer, judge, read, readiness
from decisions.edge.problems import Problem

CORPUS = Path(__file__).parents[5] / "shared" / "bpmn-corpus"
#: drawings that call Java in conditions, times and called names, or wait for a vendor's own events, count as not
#: ready here, though their own engines take them
LEAST_ACCEPTED = 0.97

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.exists(), reason=f"the corpus is not there: {CORPUS}"),
]


def rows() -> Iterator[tuple[str, str]]:
    """Path and expected class of every file."""
    with (CORPUS / "manifest.csv").open(newline="", encoding="utf-8") as manifest:
        yield from ((row["path"], row["expected"]) for row in csv.DictReader(manifest))


def verdict(path: str) -> tuple[bool, bool, list[Problem]]:
    """Whether something can run, whether there is an error, and every problem."""
    data = (CORPUS / path).read_bytes()
    reading = read(path, data)
    if reading.drawing is None:
        return False, True, list(reading.problems)
    judged = judge([reading.drawing])
    problems = [*reading.problems, *(problem for found in judged.values() for problem in found)]
    ready = [readiness(process, judged[process.id]) for process in reading.drawing.processes]
    assert all(one.executable or one.why_not for one in ready)
    assert for_viewer(path, data)
    return any(one.executable for one in ready), any(p.severity == "error" for p in problems), problems


def wrong(path: str, expected: str) -> bool:
    """True when the file is not taken as its class asks."""
    executable, has_error, problems = verdict(path)
    if expected == "accept":
        return not executable or has_error
    if expected == "accept with warning":
        return not executable or has_error or not problems
    if expected in ("accept-nonexecutable", "refuse-or-drawing", "refuse"):
        return executable
    if expected == "accept-with-report":
        return not any(problem.element for problem in problems) and (not executable or has_error)
    if expected == "refuse-or-warn":
        return executable and all(problem.severity == "info" for problem in problems)
    return False


def test_every_file_is_taken_as_the_manifest_expects() -> None:
    judged = [(path, expected, wrong(path, expected)) for path, expected in rows()]
    accepted = [is_wrong for _, expected, is_wrong in judged if expected == "accept"]
    assert [path for path, expected, is_wrong in judged if is_wrong and expected != "accept"] == []
    assert 1 - sum(accepted) / len(accepted) >= LEAST_ACCEPTED


def test_every_hostile_file_is_answered() -> None:
    nasty = json.loads((CORPUS / "invalid" / "nasty" / "nasty.json").read_text(encoding="utf-8"))
    refused = [row["file"] for row in nasty if row["must"] == "refuse"]
    assert [name for name in refused if verdict(f"invalid/nasty/{name}")[0]] == []
