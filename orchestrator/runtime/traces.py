"""Where the tokens of an instance are and what they passed, ready to be painted on its drawings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from bpmn.engine.effects import Happened
from bpmn.language.process import Body, FlowNode, Gateway, Process, SubProcess
from orchestrator.models import Activity, Incident, Instance, Job, JobState
from orchestrator.runtime import modification, store

#: How many elements the sentence beside a drawing names before it only counts.
_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One process version with what happened on it."""

    version_id: UUID
    key: str
    name: str
    version: int
    #: what static/js/drawing.js paints
    state: Mapping[str, Any]
    #: the same in words
    sentence: str
    #: flow nodes with a name -> that name; the others -> their kind
    names: Mapping[str, str]
    #: sequence flows with a name -> (the flow node they leave, that name)
    flows: Mapping[str, tuple[str, str]]


def of_instance(row: Instance, *, incidents: Sequence[Incident], jobs: Sequence[Job]) -> list[Trace]:
    """Return the drawings an instance ran through: its own first, then those it called."""
    counted = Activity.objects.filter(instance_id=row.id).values_list("version_id", "element", "happened")
    happened: dict[UUID, dict[str, Counter[str]]] = {row.version_id: {}}
    for version_id, element, what, count in counted.annotate(n=Count("id")).order_by():
        happened.setdefault(version_id, {}).setdefault(element, Counter())[what] = count
    flows = Activity.objects.filter(instance_id=row.id, via__isnull=False).values_list("version_id", "via")
    passed: dict[UUID, list[str]] = {}
    for version_id, flow in flows.distinct().order_by():
        passed.setdefault(version_id, []).append(str(flow))
    stopped = Counter(incident.element for incident in incidents)
    attempts = {job.element: job.attempts for job in jobs if job.state == JobState.READY and job.attempts}
    standing = _standing(row, happened)
    return [
        _trace(version_id, elements, passed.get(version_id, []), stopped, attempts, standing[version_id])
        for version_id, elements in happened.items()
    ]


def _standing(row: Instance, happened: Mapping[UUID, Mapping[str, Counter[str]]]) -> dict[UUID, dict[str, int]]:
    """Return how many tokens are at each flow node of each version.

    History says it, but for an instance that moved to another version: its tokens entered by one version and
    leave by another, so that the living tokens are asked.
    """
    told = {version: {e: _open(counts) for e, counts in of.items()} for version, of in happened.items()}
    living = Counter((UUID(token.process), token.element) for token in modification.places(store.read(row)))
    inhabited = {version for version, _ in living}
    has_moved = any(n < 0 or (n > 0 and version not in inhabited) for version, of in told.items() for n in of.values())
    if not has_moved:
        return told
    return {version: {e: n for (there, e), n in living.items() if there == version} for version in told}


def names_of(process: Process) -> dict[str, str]:
    """Return what people call the flow nodes of a process: their name, else their kind in words."""
    return {node.id: node.name or kind_in_words(node) for node in nodes(process.body)}


def flows_of(process: Process) -> dict[str, tuple[str, str]]:
    """Return the named sequence flows of a process: the flow node each leaves, and its name."""
    bodies = [process.body]
    bodies += [node.body for node in nodes(process.body) if isinstance(node, SubProcess)]
    return {flow.id: (flow.source, flow.name) for body in bodies for flow in body.flows.values() if flow.name}


def nodes(body: Body) -> list[FlowNode]:
    """Return the flow nodes of a body and of the sub-processes inside, in the order of the drawing."""
    found: list[FlowNode] = []
    for node in body.nodes.values():
        found.append(node)
        if isinstance(node, SubProcess):
            found += nodes(node.body)
    return found


def kind_in_words(node: FlowNode) -> str:
    """Return "exclusive gateway" for an exclusiveGateway."""
    kind = str(getattr(node, "kind", None) or getattr(node, "position", None) or "callActivity")
    return "".join(f" {c.lower()}" if c.isupper() else c for c in kind).strip()


def _trace(
    version_id: UUID, elements: Mapping[str, Counter[str]], flows: Sequence[str],
    stopped: Mapping[str, int], attempts: Mapping[str, int], standing: Mapping[str, int],
) -> Trace:  # fmt: skip
    process = bpmn_definitions.process(str(version_id))
    names = names_of(process)
    here = {e: n for e, n in standing.items() if n > 0 and e not in stopped}
    bad = {e: n for e, n in stopped.items() if e in names}
    done = [e for e, counts in elements.items() if _left(counts) and e not in here and e not in bad]
    pins = [[e, "incident" if n == 1 else f"{n} incidents", "bad"] for e, n in bad.items()]
    pins += [[e, _token_pin(n, attempts.get(e, 0)), ""] for e, n in here.items() if e in names]
    joins = {node.id for node in nodes(process.body) if isinstance(node, Gateway) and len(node.incoming) > 1}
    pins += [[e, f"{n}×", "quiet"] for e in done if (n := _left(elements[e])) > 1 and e not in joins]
    version = bpmn_selectors.version(version_id)
    return Trace(
        version_id=version_id, key=version.definition.key if version else "",
        name=(version.definition.name or version.definition.key) if version else "",
        version=version.version if version else 0, names=names, flows=flows_of(process),
        state={
            "passed": list(flows), "done": done, "pins": pins,
            "fill": [[e, "bad"] for e in bad] + [[e, "act"] for e in here],
        },
        sentence=_sentence(names, here, bad, done),
    )  # fmt: skip


def _open(counts: Mapping[str, int]) -> int:
    """Return how many tokens are at a flow node: those that entered and did not leave."""
    gone = counts.get(Happened.COMPLETED, 0) + counts.get(Happened.CANCELLED, 0)
    return counts.get(Happened.ENTERED, 0) - gone


def _left(counts: Mapping[str, int]) -> int:
    return counts.get(Happened.PASSED, 0) + counts.get(Happened.COMPLETED, 0) + counts.get(Happened.FIRED, 0)


def _token_pin(tokens: int, attempts: int) -> str:
    if tokens > 1:
        return f"{tokens} here"
    return f"attempt {attempts + 1}" if attempts else "here"


def _sentence(names: Mapping[str, str], here: Mapping[str, int], bad: Mapping[str, int], done: Sequence[str]) -> str:
    def named(elements: Sequence[str]) -> str:
        words = [names.get(e, e) for e in elements]
        rest = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
        return ", ".join(words[:_NAMED]) + rest

    parts = []
    if bad:
        parts.append(f"incident at {named(list(bad))}")
    if here:
        parts.append(f"token at {named(list(here))}")
    parts.append(f"passed: {named(done)}" if done else "nothing passed yet")
    return "Drawing with the state of each flow node: " + "; ".join(parts) + "."
