"""The documents and the code speak of the same things: links, settings, commands, addresses, codes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TEXT = {page: page.read_text(encoding="utf-8") for page in PAGES}
OPERATING = TEXT[ROOT / "docs" / "operating.md"]
APPS = ("orchestrator", "bpmn", "decisions", "humantasks")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for app in APPS for path in sorted((ROOT / app).rglob("*.py")))
#: what the parts of an installation say to each other, and the lanes of the tests
INTERNAL = {"HANDOFF_PART", "HANDOFF_POOL", "HANDOFF_SUPERVISOR", "HANDOFF_WRITE_DOCS"}
#: Django's and axes' commands that our documents name
FOREIGN = {"createsuperuser", "changepassword", "axes_reset", "axes_reset_username", "migrate", "check", "spectacular"}


def anchors(page: Path) -> set[str]:
    """Return the names by which headings are linked to."""
    headings = re.findall(r"^#+ (.*)$", TEXT[page], re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXT[page]):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


def test_every_setting_of_the_environment_is_told_and_is_read() -> None:
    read = set(re.findall(r'(?:get|flag|words|number|refuse)\(\s*"((?:HANDOFF_|DATABASE_|BROKER_)\w+)"', SOURCE))
    told = {name.partition("<")[0] for name in re.findall(r"^\| `([A-Z_<>]+)` \|", OPERATING, re.MULTILINE)}
    assert told == read - INTERNAL
    named = {name for text in TEXT.values() for name in re.findall(r"\bHANDOFF_[A-Z_]+[A-Z]\b", text)}
    assert {name for name in named - INTERNAL if name not in SOURCE and not name.startswith("HANDOFF_SECRET_")} == set()


def test_every_command_of_ours_is_told_and_every_one_told_is_there() -> None:
    ours = {name for name, app in get_commands().items() if app in APPS}
    assert {name for name in ours if not re.search(rf"`[^`]*\b{name}\b", OPERATING)} == set()
    told = {name for text in TEXT.values() for name in re.findall(r"manage\.py (\w+)", text)} - {"COMMAND"}
    assert told <= ours | FOREIGN
    assert set(get_commands()) >= FOREIGN


def test_every_address_that_is_told_is_there() -> None:
    told = {path for text in TEXT.values() for path in re.findall(r"(?:GET|POST) (/api/v1/[^\s`?]*)", text)}
    assert told
    for path in told:
        plain = re.sub(r"\{[^}]*\}", "00000000-0000-0000-0000-000000000000", path).replace("/…", "/cancel")
        try:
            resolve(plain)
        except Resolver404:
            pytest.fail(f"{path} is told, and there is no such address")


def test_every_target_of_make_that_is_told_is_there() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    told = {name for text in TEXT.values() for name in re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)}
    assert {name for name in told if f"make {name} " not in listed} == set()


@pytest.mark.parametrize(("page", "heading"), [("engine.md", "Incident codes: "), ("dmn.md", "| code | meaning |\n")])
def test_every_code_of_a_list_is_a_code_of_ours(page: str, heading: str) -> None:
    listed = TEXT[ROOT / "docs" / page].partition(heading)[2].partition("\n\n")[0]
    rows = [line.split("|")[1] if line.startswith("|") else line for line in listed.splitlines()]
    codes = re.findall(r"`(\w+)`", "\n".join(rows))
    assert len(codes) > 10
    assert [code for code in codes if f'"{code}"' not in SOURCE and f"def {code}(" not in SOURCE] == []
