"""Every scenario in every mode, and docs/bpmn-support.md, which is what this run gives.

Modes: on the real runtime; there again with every transaction lost once before its commit; on the engine
with its state in memory, stored and restored after every command, and after every single node. All must
show the same path. `HANDOFF_WRITE_DOCS=1` writes the table, otherwise the test compares it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction

from orchestrator.play import files
from orchestrator.play.session import Session
from orchestrator.scenarios import document
from orchestrator.scenarios.outcome import Outcome
from orchestrator.scenarios.running import play
from tests.acceptance import draw_scenarios
from tests.acceptance.engine_actor import EngineActor
from tests.unit.bpmn.engine.play import MODES

FOLDER = draw_scenarios.FOLDER
TABLE = Path(__file__).parents[2] / "docs" / "bpmn-support.md"
SCENARIOS = sorted(FOLDER.rglob("*.scenario.yaml"))
#: elements of which the public drawings have few: more scenarios are asked for
FIVE = ("compensation", "cancel", "adhoc", "complex", "conditional", "escalation", "link", "standard-loop")
#: file -> how it went in each mode, filled by the first test and read by the second
RAN: dict[Path, dict[str, Outcome]] = {}


class Killed(Session):
    """Every command is carried out, lost before its commit, and carried out again."""

    @staticmethod
    def _verb(verb: Callable[[], Any]) -> Any:
        with transaction.atomic():
            Session._verb(verb)
            transaction.set_rollback(True)
        return Session._verb(verb)

    def _fire(self) -> int:
        with transaction.atomic():
            super()._fire()
            transaction.set_rollback(True)
        return super()._fire()

    def _go_on(self) -> int:
        with transaction.atomic():
            done = super()._go_on()
            transaction.set_rollback(True)
        return super()._go_on() if done else 0


def scenario_of(path: Path) -> document.Scenario:
    reading = document.read(path.name, path.read_bytes())
    assert reading.scenario is not None, reading.problems
    return reading.scenario


def in_every_mode(path: Path) -> Iterator[tuple[str, Outcome]]:
    scenario = scenario_of(path)
    (drawing,) = files.drawings_of(path)
    with transaction.atomic():
        answer = Session().deploy([(drawing.name, drawing.read_bytes())])
        assert answer["processes"][0]["executable"], answer
        for mode, session in (("runtime", Session()), ("killed", Killed())):
            with transaction.atomic():
                yield mode, play(scenario, session, process="p")
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    for mode in MODES:
        yield mode, play(scenario, EngineActor(drawing, mode), process="p")


@pytest.mark.django_db
@pytest.mark.parametrize("folder", sorted({p.parent for p in SCENARIOS}), ids=lambda p: p.name)
def test_every_scenario_goes_as_the_standard_says_in_every_mode(folder: Path) -> None:
    for path in sorted(folder.glob("*.scenario.yaml")):
        RAN[path] = dict(in_every_mode(path))
    wrong = {
        f"{path.name}, {mode}": list(outcome.differences)
        for path, outcomes in RAN.items()
        for mode, outcome in outcomes.items()
        if path.parent == folder and outcome.differences
    }
    assert wrong == {}
    for path in sorted(folder.glob("*.scenario.yaml")):
        paths = {mode: list(outcome.path) for mode, outcome in RAN[path].items()}
        assert all(one == paths["runtime"] for one in paths.values()), paths


def works(outcomes: dict[str, Outcome]) -> bool:
    return len(outcomes) == 5 and not any(outcome.differences for outcome in outcomes.values())


def verdict(row: draw_scenarios.Row) -> tuple[str, int]:
    ran = {path: outcomes for path, outcomes in RAN.items() if path.parent.name == row.folder}
    good = sum(map(works, ran.values()))
    wanted = 5 if any(word in row.folder for word in FIVE) else 3
    if good < len(ran):
        return "fails", good
    return ("works" if good >= wanted else "untested"), good


def table() -> str:
    lines = [
        "# BPMN support",
        "",
        "Made by `tests/acceptance/test_scenarios.py`; `HANDOFF_WRITE_DOCS=1` writes it anew. A row *works* when at",
        "least three scenarios of `tests/acceptance/scenarios/` (five for compensation, cancel, ad-hoc, complex,",
        "conditional, escalation, link and standard loops) went as expected in each of five modes: on the real",
        "runtime; there with every transaction lost once before its commit; on the engine in memory, stored and",
        "restored after every command, and after every single node. The plays of a row are the usual case, two",
        "tokens at once, and nested beside other work. Otherwise it is *untested*.",
        "",
        "| element | trigger | position | state | scenarios |",
        "|---|---|---|---|---:|",
    ]
    for row in draw_scenarios.rows():
        state, count = verdict(row)
        lines.append(f"| {row.element} | {row.trigger} | {row.position} | {state} | {count or ''} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_elements_is_what_this_run_gives() -> None:
    if set(RAN) != set(SCENARIOS):
        pytest.skip("the table is judged when all scenarios ran in this process")
    found = table()
    if os.environ.get("HANDOFF_WRITE_DOCS"):
        TABLE.write_text(found, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == found


def test_every_scenario_file_says_its_section_and_belongs_to_a_row() -> None:
    folders = {row.folder for row in draw_scenarios.rows()}
    assert {path.parent.name for path in SCENARIOS} <= folders
    assert [p for p in SCENARIOS if "standard" not in yaml.safe_load(p.read_text(encoding="utf-8"))] == []


def test_the_files_are_what_the_families_draw(tmp_path: Path) -> None:
    draw_scenarios.write(tmp_path)
    drawn = {p.relative_to(tmp_path): p.read_text() for p in tmp_path.rglob("*.*") if p.is_file()}
    assert drawn == {p.relative_to(FOLDER): p.read_text() for p in FOLDER.rglob("*.*") if p.is_file()}
