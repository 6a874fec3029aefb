"""Plays scenario files, each on a fresh stage with the drawings that stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpmn import definitions as bpmn_definitions
from orchestrator.play.session import Session
from orchestrator.scenarios import document
from orchestrator.scenarios.outcome import Coverage, Outcome
from orchestrator.scenarios.running import play

#: what is deployed with a drawing: the decision tables and forms of its folder
_COMPANIONS = (".dmn", ".form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How one file went, and what it covered of its drawing."""

    outcome: Outcome
    coverage: Coverage


def drawings_of(path: Path) -> list[Path]:
    """Return what a scenario is played on.

    That is the drawing of the same name (`claim.bpmn` for `claim.scenario.yaml` and for
    `claim.refused.scenario.yaml`), or every drawing of the folder; with the tables and forms beside it.
    """
    stem = path.name.lower()
    for ending in document.ENDINGS:
        stem = stem.removesuffix(ending)
    found = sorted(path.parent.glob("*.bpmn"))
    own = [one for one in found if stem == one.stem.lower() or stem.startswith(f"{one.stem.lower()}.")]
    beside = [one for one in sorted(path.parent.iterdir()) if one.suffix.lower() in _COMPANIONS]
    return (own or found) + beside


def around(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the drawings that are deployed before and after it, one at a time: other versions to call."""
    before, after = (sorted((path.parent / folder).glob("*.bpmn")) for folder in ("earlier", "later"))
    return before, after


def run(path: Path, session: Session) -> Played:
    """Play a scenario file on an emptied stage."""
    reading = document.read(path.name, path.read_bytes())
    if reading.scenario is None:
        return _unplayed(path, [f"line {p.line}: {p.message}" for p in reading.problems])
    session.reset()
    return deployed(path, session, reading.scenario)


def deployed(path: Path, session: Session, scenario: document.Scenario) -> Played:
    """Deploy what stands beside a scenario, and play it."""
    drawings = drawings_of(path)
    before, after = around(path)
    for one in before:
        session.deploy([(one.name, one.read_bytes())])
    answer = session.deploy([(one.name, one.read_bytes()) for one in drawings])
    for one in after:
        session.deploy([(one.name, one.read_bytes())])
    if not answer["ok"]:
        return _unplayed(path, [answer["error"]])
    refused = [f"{p['process']} cannot run: {p['why_not']}" for p in answer["processes"] if not p["executable"]]
    ready = [p["process"] for p in answer["processes"] if p["executable"]]
    if not ready:
        return _unplayed(path, refused or [f"There is no drawing beside {path.name}."])
    coverage = Coverage()
    refs = [ref for key in ready if (ref := bpmn_definitions.newest_ready(key))]
    coverage.expect(bpmn_definitions.process(ref) for ref in refs)
    outcome = play(scenario, session, process=ready[0])
    coverage.add(outcome)
    return Played(outcome=outcome, coverage=coverage)


def _unplayed(path: Path, differences: Sequence[str]) -> Played:
    outcome = Outcome(scenario=path.name, file=path.name, differences=differences)
    return Played(outcome=outcome, coverage=Coverage())


def told(played: Played) -> Iterator[str]:
    """Yield what a person reads of a play."""
    outcome = played.outcome
    yield f"{'FAILED' if outcome.differences else 'ok'}  {outcome.file}: {outcome.scenario}"
    if outcome.path:
        yield f"  path: {' > '.join(outcome.path)}"
    if played.coverage.elements:
        yield from (f"  {line}" for line in played.coverage.lines())
    yield from (f"  {line}" for line in outcome.differences)
