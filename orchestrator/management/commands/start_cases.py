"""`manage.py start_cases PROCESS --csv FILE`: one instance per row, then what became of them."""

from __future__ import annotations

import json
import statistics
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Max
from django.utils import timezone

from bpmn.language.process import JSON, Variables
from decisions import selectors as decisions_selectors
from decisions.management import arguments
from orchestrator.errors import OrchestratorError
from orchestrator.models import Incident, Instance, InstanceState
from orchestrator.runtime import heartbeats, instances

#: States in which an instance waits for no worker.
RESTING = [
    InstanceState.COMPLETED,
    InstanceState.COMPENSATED,
    InstanceState.CANCELLED,
    InstanceState.AWAITING_AUTHORIZATION,
    InstanceState.WAITING,
    InstanceState.FAILED,
]
LOOK_SECONDS = 0.5
BAR_WIDTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What became of a batch of instances."""

    started: int
    states: Counter[str]
    routes: Counter[str]  #: of their decisions: auto, suggest, escalate
    incidents: int
    p50_seconds: float  #: from the start to the end, or to the first rest
    p95_seconds: float

    def lines(self) -> Iterator[str]:
        """Yield the lines of the report."""
        yield f"Started {self.started} instances."
        for state, count in sorted(self.states.items()):
            yield f"  {state:<24} {count}"
        automated, suggested, escalated = (self.routes[route] for route in ("auto", "suggest", "escalate"))
        yield f"Decisions: {automated} automated, {suggested} suggested, {escalated} escalated."
        yield f"Open incidents: {self.incidents}."
        yield f"From start to end or to a person: p50 {self.p50_seconds:.2f} s, p95 {self.p95_seconds:.2f} s."


class Command(BaseCommand):
    """Starts one instance per row of a CSV file and reports."""

    help = "Start one instance of PROCESS per row of a CSV file, wait until all rest, and report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the rows, their pace and how long to wait."""
        parser.add_argument("process", help="key of the process")
        parser.add_argument("--csv", required=True, type=Path, help="table with a header line")
        parser.add_argument("--limit", type=arguments.count, help="only the first N rows")
        parser.add_argument("--rate", type=float, help="at most so many starts a second")
        parser.add_argument("--key-column", help="column with the business key (default: the row's number)")
        parser.add_argument("--wait", type=float, default=600, help="seconds to wait for rest (0: do not)")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start, wait, report."""
        rows = self._rows(options)
        ids: list[UUID] = []
        try:
            self._start_all(rows, ids, options)
            self._await_rest(ids, options["wait"])
        except KeyboardInterrupt:
            self.stderr.write("Stopped; what was started goes on without this command.")
        summary = summarise(ids)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(summary)))
        else:
            self.stdout.write("\n".join(summary.lines()))

    def _rows(self, options: Mapping[str, Any]) -> list[Variables]:
        rows = list(islice(read_rows(options["csv"]), options["limit"]))
        if not rows:
            raise CommandError(f"{options['csv']} has no rows.")
        if (column := options["key_column"]) and column not in rows[0]:
            raise CommandError(f"{options['csv']} has no column {column}. It has {', '.join(rows[0])}.")
        return rows

    def _start_all(self, rows: Sequence[Variables], ids: list[UUID], options: Mapping[str, Any]) -> None:
        begun = time.monotonic()
        for number, row in enumerate(rows, start=1):
            if options["rate"]:
                time.sleep(max(0.0, begun + (number - 1) / options["rate"] - time.monotonic()))
            ids.append(self._start(options["process"], number, row, options["key_column"]))
            self._bar("started", number, len(rows))

    def _await_rest(self, ids: Sequence[UUID], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        if seconds and not heartbeats.up(now=timezone.now()).worker and count_resting(ids) < len(ids):
            self.stderr.write("No worker is up: `make up`, in another terminal, does what waits. Ctrl-C stops waiting.")
        while (resting := count_resting(ids)) < len(ids) and time.monotonic() < deadline:
            self._bar("at rest", resting, len(ids))
            time.sleep(LOOK_SECONDS)
        self._bar("at rest", resting, len(ids))

    def _start(self, process: str, number: int, row: Variables, key_column: str | None) -> UUID:
        business_key = str(row[key_column]) if key_column else str(number)
        try:
            step = instances.start(
                key=process, variables=row, business_key=business_key, actor=None, now=timezone.now()
            )
        except OrchestratorError as error:
            raise CommandError(f"Row {number}: {error}") from error
        return step.id

    def _bar(self, what: str, done: int, total: int) -> None:
        """Draw progress where somebody looks; a log gets the summary only."""
        if not sys.stderr.isatty():
            return
        filled = BAR_WIDTH * done // max(1, total)
        end = "\n" if done == total else ""
        self.stderr.write(f"\r{'#' * filled}{'.' * (BAR_WIDTH - filled)} {done}/{total} {what} ", ending=end)


def read_rows(path: Path) -> Iterator[Variables]:
    """Yield the rows of a CSV file as process variables: numbers as numbers, nothing as null."""
    for row in arguments.rows_of(path):
        yield {name: value_of(text) for name, text in row.items()}


def value_of(text: str) -> JSON:
    """Return the JSON value a cell holds."""
    if text.strip() == "":
        return None
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        # 007 is a code, nan a word
        is_plain = number == number and abs(number) < 1e15 and not (text[0] == "0" and text[1:2].isdigit())
        return number if is_plain else text
    return text


def count_resting(ids: Sequence[UUID]) -> int:
    """Return how many of the instances wait for no worker."""
    return Instance.objects.filter(id__in=ids, state__in=RESTING).count()


def summarise(ids: Sequence[UUID]) -> Summary:
    """Return what became of the instances."""
    rows = Instance.objects.filter(id__in=ids)
    spans = rows.annotate(last=Max("history__at")).values_list("started_at", "ended_at", "last")
    seconds = [((ended or last or began) - began).total_seconds() for began, ended, last in spans] or [0.0]
    steps = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else seconds * 99
    states = rows.values_list("state").annotate(count=Count("id")).values_list("state", "count")
    routes = decisions_selectors.visible_records(None).filter(instance_id__in=ids).filter(dmn_version__isnull=True)
    return Summary(
        started=len(ids),
        states=Counter(dict(states)),
        routes=Counter(routes.order_by().values_list("route", flat=True)),
        incidents=Incident.objects.filter(instance_id__in=ids, resolved_at__isnull=True).count(),
        p50_seconds=steps[49],
        p95_seconds=steps[94],
    )


def as_json(summary: Summary) -> dict[str, Any]:
    """Return the summary for machines."""
    return {
        "started": summary.started,
        "states": dict(summary.states),
        "routes": dict(summary.routes),
        "incidents": summary.incidents,
        "p50_seconds": round(summary.p50_seconds, 3),
        "p95_seconds": round(summary.p95_seconds, 3),
    }
