"""Every scenario in every mode, and docs/bpmn-support.md, which is what this run gives.

Modes: on the real runtime; there again with every transaction lost once before its commit; on the engine
with its state in memory, stored and restored after every command, and after every single node. All must
show the same path. `HANDOFF_WRITE_DOCS=1` writes the table, otherwise the test compares it. The last four
show nothing that depends on the database, so the real lane plays the first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection, transaction

from orchestrator.play import files
from orchestrator.play.session import Session
from orchestrator.scenarios import document
from orchestrator.scenarios.outcome import Outcome
from orchestrator.scenarios.running import play
from tests.acceptance import draw_scenarios
from tests.acceptance.engine_actor import EngineActor
from tests.unit.bpmn.engine import draw
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
        started = self.instance_id
        with transaction.atomic():
            super()._fire()
            transaction.set_rollback(True)
        self.instance_id = started
        return super()._fire()

    def _go_on(self) -> int:
        with transaction.atomic():
            done = super()._go_on()
            transaction.set_rollback(True)
        return super()._go_on() if done else 0


ON_A_DATABASE = {"runtime": Session, "killed": Killed}


def scenario_of(path: Path) -> document.Scenario:
    reading = document.read(path.name, path.read_bytes())
    assert reading.scenario is not None, reading.problems
    return reading.scenario


def in_every_mode(path: Path) -> Iterator[tuple[str, Outcome]]:
    scenario = scenario_of(path)
    before, after = files.around(path)
    with transaction.atomic():
        for bundle in (*([one] for one in before), files.drawings_of(path), *([one] for one in after)):
            answer = Session().deploy([(one.name, one.read_bytes()) for one in bundle])
            assert all(process["executable"] for process in answer.get("processes", [{"executable": False}])), answer
        for mode, session in ON_A_DATABASE.items():
            if mode in modes():
                with transaction.atomic():
                    yield mode, play(scenario, session(), process="p")
                    transaction.set_rollback(True)
        transaction.set_rollback(True)
    for mode in modes().difference(ON_A_DATABASE):
        yield mode, play(scenario, EngineActor(path, mode), process="p")


def modes() -> frozenset[str]:
    """Return every mode; the first alone where it is another database that is looked at."""
    return frozenset({*ON_A_DATABASE, *MODES} if connection.vendor == "sqlite" else {"runtime"})


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
    return outcomes.keys() == modes() and not any(outcome.differences for outcome in outcomes.values())


def verdict(row: draw_scenarios.Row) -> tuple[str, int]:
    if row.drawn_only:
        return f"drawing only ({row.drawn_only})", 0
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
        "tokens at once, and nested beside other work; what starts a process, or another version, is played as it is.",
        "Otherwise it is *untested*. *Drawing only*: kept and shown, and the standard gives it nothing to do in a run",
        "(`test_what_is_only_drawn_changes_nothing`). Sections are those of BPMN 2.0.2 (ISO/IEC 19510:2013); each",
        "scenario names its own.",
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


ONLY_DRAWN = """<collaboration id="c"><participant id="ours" processRef="p"/><participant id="theirs" name="Bank"/>
  <messageFlow id="mf" sourceRef="theirs" targetRef="a"/><conversation id="talk"/></collaboration>
<choreography id="dance"><participant id="x"/><startEvent id="cs"/></choreography><dataStore id="store"/>"""
INSIDE = """<laneSet id="ls"><lane id="lane" name="Clerks"><flowNodeRef>a</flowNodeRef></lane></laneSet>
<dataStoreReference id="reference" dataStoreRef="store"/>
<textAnnotation id="note"><text>so it is</text></textAnnotation>
<group id="group"/><association id="as" sourceRef="note" targetRef="a"/>"""


@pytest.mark.django_db
def test_what_is_only_drawn_changes_nothing() -> None:
    """The same path with and without it, and choreography is said not to run (BPMN 2.0.2, 2.1.1)."""
    plain = draw.drawing(draw.start(), draw.user("a"), draw.end(), "s > a > e")
    drawn = plain.replace("<process ", f"{ONLY_DRAWN}<process ").replace("<startEvent", f"{INSIDE}<startEvent", 1)
    paths = []
    for text in (plain, drawn):
        session = Session()
        answer = session.deploy([("p.bpmn", text.encode())])
        assert answer["processes"] == [{"process": "p", "executable": True, "why_not": None}], answer
        session.start(process="p", variables={})
        session.task("a", {})
        paths.append((session.seen().state, session.seen().path))
    assert paths == [("completed", ["s", "a", "e"])] * 2
    assert "element_not_executable" in {problem["code"] for problem in answer["problems"]}


def test_every_scenario_file_says_its_section_and_belongs_to_a_row() -> None:
    folders = {row.folder for row in draw_scenarios.rows()}
    assert {path.parent.name for path in SCENARIOS} <= folders
    assert [p for p in SCENARIOS if "standard" not in yaml.safe_load(p.read_text(encoding="utf-8"))] == []


def test_the_files_are_what_the_families_draw(tmp_path: Path) -> None:
    draw_scenarios.write(tmp_path)
    drawn = {p.relative_to(tmp_path): p.read_text() for p in tmp_path.rglob("*.*") if p.is_file()}
    assert drawn == {p.relative_to(FOLDER): p.read_text() for p in FOLDER.rglob("*.*") if p.is_file()}
