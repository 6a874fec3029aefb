"""What the supervisor says to its processes before they start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.service import __main__ as service


@pytest.mark.parametrize(
    "chosen", [{}, {"PYTHONDONTWRITEBYTECODE": ""}, {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/there"}]
)
def test_python_keeps_what_it_compiles_as_the_user_chose(chosen: dict[str, str]) -> None:
    assert service.compiled_once(chosen) == {}


def test_python_looks_beside_the_sources_where_the_virtual_environment_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "gone"))
    assert service.compiled_once({"PYTHONDONTWRITEBYTECODE": "1"}) == {}


def test_what_is_compiled_is_kept_for_the_next_start_but_not_beside_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, kept = tmp_path / "sources", tmp_path / "venv"
    sources.mkdir()
    kept.mkdir()
    (sources / "large.py").write_text("A = 1\n")
    monkeypatch.setattr(sys, "prefix", str(kept))
    chosen = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": ""}
    environment = {**chosen, **service.compiled_once(chosen)}
    subprocess.run([sys.executable, "-c", "import large"], cwd=sources, env=environment, check=True)
    assert [path.name for path in sources.iterdir()] == ["large.py"]
    assert any(path.name.startswith("large.") for path in kept.rglob("*.pyc"))
