"""The DMN technology compatibility kit through our own runner: every case of every folder that is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from decisions.dmn.tck_runner import Outcome, run_folder

KIT = Path(__file__).resolve().parents[3] / "shared" / "dmn-tck"
LEVELS = ("compliance-level-2", "compliance-level-3")
FOLDERS = sorted(path for level in LEVELS for path in (KIT / level).glob("*") if path.is_dir())

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FOLDERS, reason="the kit is not there: put github.com/dmn-tck/tck at ../shared/dmn-tck"),
]


def outcomes(folder: Path) -> Iterator[Outcome]:
    """The outcomes of one folder."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".dmn", ".xml")}
    return run_folder(files, folder=folder.name, now=datetime(2026, 11, 20, 10, tzinfo=UTC))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_case_of_a_folder_succeeds(folder: Path) -> None:
    found = list(outcomes(folder))
    assert found
    assert [f"{each.case}: {each.remark}" for each in found if each.status != "SUCCESS"] == []
