"""`dmn_tck`: runs the DMN technology compatibility kit and writes its result format."""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from decisions.dmn.tck_runner import Outcome, run_folder


class Command(BaseCommand):
    """Runs test folders of the kit without a database."""

    help = "Run folders of the DMN TCK. Exit status 0: all passed; 1: some did not; 2: nothing was found."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("folders", nargs="+", metavar="DIR", help="a test folder, a level, or the kit")
        parser.add_argument("--csv", metavar="FILE", help="write folder, test file, case, status, remark")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run everything below the folders."""
        rows = [
            (level, outcome) for folder in _test_folders(options["folders"]) for level, outcome in _outcomes(folder)
        ]
        if not rows:
            raise CommandError("There is no test case in these folders.", returncode=2)
        if options["csv"]:
            _write(Path(options["csv"]), rows)
        for level, outcome in rows:
            if outcome.status != "SUCCESS":
                self.stdout.write(f"{outcome.status} {level} {outcome.case}: {outcome.remark}")
        outcomes = [outcome for _, outcome in rows]
        valued = [outcome for outcome in outcomes if outcome.expects_value]
        self.stdout.write(f"{_share(outcomes)} cases passed, {_share(valued)} of those that expect a value")
        sys.exit(0 if all(each.status == "SUCCESS" for each in outcomes) else 1)


def _test_folders(roots: list[str]) -> Iterator[Path]:
    """Folders that hold models and tests, each once, in order."""
    found: dict[Path, None] = {}
    for root in map(Path, roots):
        for model in sorted(root.rglob("*.dmn")):
            if any(model.parent.glob("*.xml")):
                found[model.parent.resolve()] = None
    yield from sorted(found)


def _outcomes(folder: Path) -> Iterator[tuple[str, Outcome]]:
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".dmn", ".xml")}
    level = f"{folder.parent.name}/{folder.name}"
    for outcome in run_folder(files, folder=folder.name, now=datetime.now(UTC)):
        yield level, outcome


def _write(path: Path, rows: list[tuple[str, Outcome]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for level, each in rows:
            writer.writerow((level, each.test_file, each.case, each.status, each.remark))


def _share(outcomes: list[Outcome]) -> str:
    passed = sum(each.status == "SUCCESS" for each in outcomes)
    return f"{passed}/{len(outcomes)}"
