"""What is vendored is what its manifest says: nothing more, nothing changed, each with its licence."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[3] / "orchestrator" / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))["packages"]
FILES = [(package["name"], file, digest) for package in PACKAGES for file, digest in package["files"].items()]


@pytest.mark.parametrize(("package", "file", "digest"), FILES, ids=[file for _, file, _ in FILES])
def test_a_vendored_file_is_the_one_in_the_manifest(package: str, file: str, digest: str) -> None:
    assert hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() == digest, f"{file} of {package} was changed"


def test_no_vendored_file_is_missing_from_the_manifest() -> None:
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert there - {"MANIFEST.json"} == {file for _, file, _ in FILES}


@pytest.mark.parametrize("package", PACKAGES, ids=[package["name"] for package in PACKAGES])
def test_each_package_says_version_and_licence_and_brings_its_text(package: dict) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert package["licence"]
    assert any("LICENSE" in file for file in package["files"])


def test_style_sheets_load_nothing_from_elsewhere() -> None:
    for sheet in VENDOR.rglob("*.css"):
        addresses = re.findall(r"url\(\s*[\"']?(\w+:)?//", sheet.read_text(encoding="utf-8"))
        assert not addresses, f"{sheet.name} loads from another host"
