"""This installation's own secrets."""

from __future__ import annotations

from pathlib import Path

from orchestrator.service import secrets


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    secrets.ensure(tmp_path / "var" / "secrets.json")
    assert (tmp_path / "var" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_second_start_keeps_what_the_first_made(tmp_path: Path) -> None:
    first = secrets.ensure(tmp_path / "secrets.json")
    assert secrets.ensure(tmp_path / "secrets.json") == first


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    one, other = secrets.ensure(tmp_path / "a.json"), secrets.ensure(tmp_path / "b.json")
    assert one["secret_key"] != other["secret_key"]
    assert set(one["demo_passwords"].values()) & set(other["demo_passwords"].values()) == set()


def test_without_a_file_there_are_no_demo_passwords(tmp_path: Path) -> None:
    assert secrets.demo_passwords(tmp_path / "secrets.json") == {}
