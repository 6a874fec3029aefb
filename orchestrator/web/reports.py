"""The readiness report of an upload: problems numbered as in the drawing, and how each file was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from bpmn.language.process import Event, Position, Process, Task, TaskKind
from bpmn.models import VersionState
from orchestrator.models import OPEN_STATES, Deployment, Instance
from orchestrator.runtime import traces

#: severity -> (rank, word, tone, colour in the drawing)
SEVERITIES = {
    "error": (0, "Stops", "bad", "bad"),
    "warning": (1, "Warns", "warn", "warn"),
    "info": (2, "Notes", "act", ""),
}
_WORK = {TaskKind.SERVICE, TaskKind.SEND}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem with its number."""

    number: int
    word: str
    tone: str
    severity: str
    file: str
    element: str
    #: what people call the element
    name: str
    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One process of the upload: how it was read, and what it would mean for what runs."""

    version_id: UUID
    key: str
    name: str
    version: int
    executable: bool
    why_not: str
    facts: Sequence[tuple[str, str]]
    #: a draft only because its drawing says isExecutable="false"
    is_held: bool
    #: open instances on earlier versions; they stay there
    staying: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One drawing with the numbers of its problems."""

    file: str
    version_id: UUID
    state: Mapping[str, Any]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the page of an upload shows."""

    files: Sequence[tuple[str, int]]
    findings: Sequence[Finding]
    sheets: Sequence[Sheet]
    processes: Sequence[Read]
    counts: Mapping[str, int]

    @property
    def is_ready(self) -> bool:
        """True when every process of the upload can run."""
        return not self.counts.get("error") and not self.held

    @property
    def held(self) -> Sequence[Read]:
        """The processes that are drafts only because their drawing says so."""
        return [process for process in self.processes if process.is_held]


def of_deployment(row: Deployment) -> Report:
    """Return the report of an upload that was stored."""
    versions = [v for d in row.definitions if (v := bpmn_selectors.version(UUID(d["id"]))) is not None]
    return build(files=row.files, problems=row.problems, versions=versions)


def build(*, files: Sequence[str], problems: Sequence[Mapping[str, Any]], versions: Sequence[Any]) -> Report:
    """Return a report; without versions (a refused upload) it has no drawings."""
    models = {version.id: bpmn_definitions.process(str(version.id)) for version in versions}
    names = {element: n for process in models.values() for element, n in traces.names_of(process).items()}
    for process in models.values():
        names |= {flow: f"flow “{name}”" for flow, (_, name) in traces.flows_of(process).items()}
    findings = _findings(problems, names)
    stops = Counter(f.file for f in findings if f.severity == "error")
    sheets: dict[str, Sheet] = {}
    for version in versions:
        file = version.drawing.file
        sheets.setdefault(file, _sheet(file, version.id, [f for f in findings if f.file in (file, "")]))
    return Report(
        files=[(name, stops[name]) for name in files], findings=findings, sheets=list(sheets.values()),
        processes=[_read(version, models[version.id]) for version in versions],
        counts=Counter(f.severity for f in findings),
    )  # fmt: skip


def _findings(problems: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Finding]:
    ranked = sorted(problems, key=lambda p: (SEVERITIES[p["severity"]][0], p["file"] or "", p["line"] or 0))
    return [
        Finding(
            number=number, word=SEVERITIES[p["severity"]][1], tone=SEVERITIES[p["severity"]][2],
            severity=p["severity"], file=p["file"] or "", element=p["element"] or "",
            name=names.get(p["element"] or "", ""), line=p["line"] or 0, code=p["code"], message=p["message"],
        )
        for number, p in enumerate(ranked, 1)
    ]  # fmt: skip


def _sheet(file: str, version_id: UUID, findings: Sequence[Finding]) -> Sheet:
    by_element: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.element:
            by_element.setdefault(finding.element, []).append(finding)
    pins = []
    for element, there in by_element.items():
        kind = SEVERITIES[there[0].severity][3]  # findings come worst first
        pins.append([element, " ".join(str(f.number) for f in there), kind])
    fill = [[element, there[0].tone] for element, there in by_element.items()]
    said = ", ".join(f"{f.number} {f.word.lower()} at {f.name or f.element}" for f in findings if f.element)
    return Sheet(
        file=file, version_id=version_id, state={"pins": pins, "fill": fill},
        sentence=f"Drawing {file}: {said or 'nothing to report'}.",
    )  # fmt: skip


def _read(version: Any, process: Process) -> Read:
    running = Instance.objects.filter(process_key=version.definition.key, state__in=OPEN_STATES)
    return Read(
        version_id=version.id, key=version.definition.key, name=process.name or version.definition.key,
        version=version.version, executable=version.executable, why_not=version.why_not or "",
        is_held=version.state == VersionState.DRAFT and process.is_executable is False, facts=_facts(process),
        staying=running.exclude(version_id=version.id).count(),
    )  # fmt: skip


def _facts(process: Process) -> list[tuple[str, str]]:
    nodes = traces.nodes(process.body)
    tasks = [node for node in nodes if isinstance(node, Task)]
    starts = [n for n in process.body.nodes.values() if isinstance(n, Event) and n.position is Position.START]
    triggers = [d.trigger.value for start in starts for d in start.definitions]
    plain = any(not start.definitions for start in starts)
    people = sum(task.kind is TaskKind.USER for task in tasks)
    rules = sum(task.kind is TaskKind.BUSINESS_RULE for task in tasks)
    jobs = sum(task.kind in _WORK for task in tasks)
    return [
        ("Dialect", _DIALECTS.get(process.dialect, process.dialect)),
        ("Starts by", ", ".join(["page, REST"] * plain + sorted(set(triggers))) or "nothing"),
        ("Flow nodes", str(len(nodes))),
        ("People", f"{people} user task{'s' * (people != 1)}"),
        ("Machine", _counted(decision=rules, job=jobs)),
    ]


_DIALECTS = {
    "plain": "plain BPMN", "camunda7": "Camunda 7", "camunda8": "Camunda 8", "flowable": "Flowable",
    "spiff": "SpiffWorkflow",
}  # fmt: skip


def _counted(**counts: int) -> str:
    """Return "1 decision, 2 jobs" of what there is any of."""
    return ", ".join(f"{count} {name}{'s' * (count != 1)}" for name, count in counts.items() if count) or "nothing"
