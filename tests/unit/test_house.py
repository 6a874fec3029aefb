"""The shape of the house, as far as import-linter does not look at it."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("orchestrator", "bpmn", "decisions", "humantasks")
SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
TOP = {
    *APPS,
    "templates",
    "tests",
    "docker",
    "docs",
    "manage.py",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
}
TOP |= {"CONTRIBUTING.md", "LICENSE", "Makefile", "requirements.txt", "requirements-dev.txt"}
#: where an import in a function body is what Django asks for
LATE_IMPORTS = {"apps.py", "manage.py"}


def relative(path: Path) -> str:
    """Return the path as it is written in the project; the id of a test."""
    return str(path.relative_to(ROOT))


def tracked() -> list[str]:
    """Return the names of all files under version control."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: " + listed.stderr.strip())
    return listed.stdout.splitlines()


def test_top_level_has_only_what_the_design_names() -> None:
    assert {name.split("/")[0] for name in tracked() if not name.startswith(".")} - TOP == set()


def test_no_file_is_larger_than_half_a_megabyte_except_vendored_ones() -> None:
    large = [n for n in tracked() if "vendor" not in n and (ROOT / n).exists() and (ROOT / n).stat().st_size > 500_000]
    assert large == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_every_module_says_what_it_owns(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree), "a module begins with one sentence on what it owns"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name not in LATE_IMPORTS], ids=relative)
def test_no_import_hides_in_a_function(path: Path) -> None:
    functions = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    hidden = [n.lineno for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert hidden == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def running_text(tree: ast.AST) -> list[int]:
    """Return the lines that name a way of Python's to run text as code, called or handed on."""
    words = {"eval", "exec", "compile", "__import__"}
    named = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in words]
    reached = [
        n.lineno for n in ast.walk(tree)
        if isinstance(n, ast.Attribute) and n.attr in words
        and isinstance(n.value, ast.Name) and n.value.id in {"builtins", "__builtins__"}
    ]  # fmt: skip
    imported = [
        n.lineno for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom) and not n.level and n.module in {"builtins", "code", "codeop"}
        or isinstance(n, ast.Import) and {a.name for a in n.names} & {"builtins", "code", "codeop"}
    ]  # fmt: skip
    return named + reached + imported


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_nothing_runs_text_as_code(path: Path) -> None:
    assert running_text(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line", ["eval(text)", "run = exec", "builtins.eval(text)", "from builtins import exec as e", "map(compile, texts)"]
)
def test_the_search_for_running_text_finds_it(line: str) -> None:
    assert running_text(ast.parse(line))


def test_every_part_of_the_product_is_searched() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == set(APPS)
    assert len(SOURCES) > 200


def test_every_thinking_room_is_in_the_import_contract() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    listed = contracts["importlinter:contract:thinking"]["source_modules"].split()
    rooms = {
        f"{app}.{init.parent.name}"
        for app in APPS[1:]
        for init in (ROOT / app).glob("*/__init__.py")
        if init.parent.name not in {"migrations", "management", "templatetags", "tests"}
    }
    assert rooms - set(listed) == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_lock_files_have_every_dependency_and_no_address(name: str) -> None:
    locked = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in locked
    assert "--index" not in locked
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = [re.split(r"[\[<>=!~ ]", line)[0].lower() for line in wanted]
    assert [each for each in names if f"\n{each}" not in f"\n{locked}".lower()] == []
