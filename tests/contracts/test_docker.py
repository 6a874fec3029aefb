"""The container files, as far as they can be judged without a container engine."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from pytest_django import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")


def is_written(variable: str) -> bool:
    """Tell whether the code or Django's settings read an environment variable."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "orchestrator").rglob("*.py"))
    return any(f'"{variable}"' in source for source in sources)


def stages() -> list[list[tuple[str, str]]]:
    """Return the stages of the Dockerfile, each as instructions with what they say."""
    joined = re.sub(r"\\\n\s*", " ", DOCKERFILE)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    found: list[list[tuple[str, str]]] = []
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint, "hadolint comes with requirements-dev.txt"
    judged = subprocess.run([hadolint, str(ROOT / "docker" / "Dockerfile")], capture_output=True, text=True)
    assert (judged.returncode, judged.stdout) == (0, "")


def test_the_image_is_built_in_stages_and_does_not_run_as_root() -> None:
    assert len(stages()) == 2
    words = dict(stages()[-1])
    assert words["USER"] == "10001"
    assert "HEALTHCHECK" in words


def test_what_the_image_copies_is_there() -> None:
    copied = [rest.split() for stage in stages() for word, rest in stage if word == "COPY" and "--from" not in rest]
    assert copied
    assert [names[0] for names in copied if not (ROOT / names[0]).exists()] == []


def judged_by_the_compose_specification(file: Path) -> tuple[int, str]:
    """Return what the published schema says of a file; check-jsonschema brings it along and asks no network."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    judged = subprocess.run(command, capture_output=True, text=True)
    return judged.returncode, judged.stdout + judged.stderr


def test_the_compose_file_is_as_the_specification_wants_it() -> None:
    status, said = judged_by_the_compose_specification(ROOT / "docker" / "compose.yaml")
    assert status == 0, said


def test_the_specification_refuses_what_compose_does_not_know(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(yaml.safe_dump({"services": {**SERVICES, "beat": {**SERVICES["beat"], "comand": "x"}}}))
    status, said = judged_by_the_compose_specification(wrong)
    assert status == 1
    assert "comand" in said


def test_every_volume_and_dependency_is_there() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])
    wanted = {name for service in SERVICES.values() for name in service.get("depends_on", {})}
    assert wanted <= set(SERVICES)


@pytest.mark.parametrize("service", OURS)
def test_every_command_exists_and_takes_its_options(service: str) -> None:
    python, manage, name, *options = SERVICES[service]["command"]
    assert (python, manage) == ("python", "manage.py")
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(options)


def test_the_image_begins_with_the_web_part() -> None:
    said = dict(stages()[-1])["CMD"]
    assert yaml.safe_load(said) == SERVICES["web"]["command"]


@pytest.mark.parametrize("variable", sorted(SERVICES["web"]["environment"]))
def test_every_variable_is_read_by_the_code(variable: str) -> None:
    assert is_written(variable)


def test_no_secret_has_a_default() -> None:
    environment = SERVICES["web"]["environment"]
    assert ":?" in environment["HANDOFF_SECRET_KEY"]
    assert ":?" in environment["DATABASE_URL"]


@pytest.mark.skipif(not settings.HANDOFF_EMBEDDED, reason="about an installation without a broker")
def test_a_part_without_a_broker_is_refused_at_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HANDOFF_PART = ""
    monkeypatch.setenv("HANDOFF_PART", "")  # both are put back afterwards
    out = io.StringIO()
    with pytest.raises(Exception, match=r"handoff\.E001"):
        call_command("serve", "worker", stdout=out, stderr=out)
