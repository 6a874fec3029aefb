"""The door to `decisions.dmn`: a set of DMN files as data, and a compiled model that evaluates JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from decisions import dmn
from decisions.dmn import model, namespaces
from decisions.edge import xml
from decisions.edge.canonical import JSON, Variables
from decisions.edge.problems import Problem
from decisions.feel import Value, to_feel, to_json

_ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_CAMUNDA = "http://camunda.org/schema/1.0/dmn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision of a file, under the key that processes call it by."""

    key: str
    name: str
    question: str
    variable: str  #: name of its result
    version_tag: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One readable DMN file."""

    name: str
    data: bytes
    sha256: str
    decisions: tuple[Decision, ...]
    imports: tuple[str, ...] = ()  #: sha256 of the files it needs, transitively, sorted


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Files that came together."""

    files: tuple[File, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What a compiled model gives."""

    value: JSON
    error: str | None = None
    evidence: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutline:
    """A rule as its author wrote it."""

    id: str
    number: int
    cells: tuple[str, ...]  #: inputs, outputs, annotations


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A decision as its author wrote it, for people who compare two of them."""

    columns: tuple[str, ...] = ()
    hit_policy: str = ""
    rules: tuple[RuleOutline, ...] = ()
    text: str = ""  #: of a literal expression


class Model:
    """A DMN file with its imports, compiled. Immutable, safe to share between threads."""

    def __init__(self, compiled: dmn.Model) -> None:
        self._compiled = compiled
        self._outputs = {
            each.id or each.name: tuple(clause.name for clause in each.logic.outputs)
            for each in compiled.definitions.decisions
            if isinstance(each.logic, model.DecisionTable)
        }

    def evaluate(self, decision: str, variables: Variables, *, now: datetime) -> Evaluated:
        """Return a decision's value as JSON, with the matched rules and the trace of the whole graph."""
        found = dmn.evaluate(self._compiled, decision, _FeelView(variables), now=now)
        messages = [message.text for message in found.messages]
        failed = found.failed and found.value is None
        own = found.trace[-1] if found.trace else None
        evidence: dict[str, JSON] = {
            "matched_rules": list(own.rules) if own else [],
            "matched_rule_ids": [rule for hit in own.tables for rule in hit.rule_ids] if own else [],
            "outputs": list(self._outputs.get(decision, ())),
            "messages": list(messages),
            "trace": [_step(step) for step in found.trace],
        }
        error = "; ".join(messages[:3]) or "the decision has no answer" if failed else None
        return Evaluated(value=to_json(found.value), error=error, evidence=evidence)

    def outline(self, decision: str) -> Outline:
        """Return what stands in a decision; an empty outline for logic that is neither table nor text."""
        found = next(each for each in self._compiled.definitions.decisions if decision in (each.id, each.name))
        if isinstance(found.logic, model.LiteralExpression):
            return Outline(text=found.logic.text.text)
        if not isinstance(found.logic, model.DecisionTable):
            return Outline()
        table = found.logic
        ids = Counter(rule.place.element for rule in table.rules)  # of a rule without one: that of its table
        return Outline(
            columns=_columns(table),
            hit_policy=" ".join(filter(None, (table.hit_policy.value, table.aggregation.value))),
            rules=tuple(
                RuleOutline(
                    id=rule.place.element if ids[rule.place.element] == 1 else "",
                    number=rule.number,
                    cells=(*(each.text for each in (*rule.inputs, *rule.outputs)), *rule.annotations),
                )
                for rule in table.rules
            ),
        )


def _columns(table: model.DecisionTable) -> tuple[str, ...]:
    """Return the titles of a table's columns, each once."""
    inputs = [each.label or each.expression.text for each in table.inputs]
    outputs = [each.label or each.name or "result" for each in table.outputs]
    titles = [*inputs, *outputs, *(name or "annotation" for name in table.annotation_names)]
    return tuple(
        title if title not in titles[:place] else f"{title} ({place + 1})" for place, title in enumerate(titles)
    )


def read(files: Sequence[tuple[str, bytes]]) -> Bundle:
    """Return the decisions of some files and everything that is wrong with them."""
    data = dict(files)
    loaded = dmn.load([dmn.Source(name=name, data=content) for name, content in files])
    by_namespace = {each.definitions.namespace: each.definitions for each in loaded.models}
    return Bundle(
        files=tuple(
            File(
                name=each.definitions.source,
                data=data[each.definitions.source],
                sha256=each.definitions.digest,
                decisions=tuple(_decisions(each.definitions, data[each.definitions.source])),
                imports=_imports(each.definitions, by_namespace),
            )
            for each in loaded.models
        ),
        problems=loaded.problems,
    )


def load(files: Sequence[tuple[str, bytes]]) -> Model:
    """Return the first file compiled, the others being what it imports."""
    return Model(dmn.load([dmn.Source(name=name, data=data) for name, data in files]).models[0])


class _FeelView(Mapping[str, Value]):
    """JSON variables as FEEL values; only what is read is converted."""

    def __init__(self, variables: Variables) -> None:
        self._variables = variables

    def __getitem__(self, name: str) -> Value:
        return to_feel(self._variables[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __contains__(self, name: object) -> bool:
        return name in self._variables


def _step(step: dmn.Step) -> dict[str, JSON]:
    return {
        "id": step.id,
        "name": step.name,
        "inputs": {name: to_json(value) for name, value in step.inputs},
        "rules": list(step.rules),
        "rule_ids": [rule for hit in step.tables for rule in hit.rule_ids],
        "value": to_json(step.value),
        "messages": [message.text for message in step.messages],
        "microseconds": round(step.microseconds, 1),
    }


def _decisions(definitions: model.Definitions, data: bytes) -> Iterator[Decision]:
    tags = _version_tags(data)
    for each in definitions.decisions:
        yield Decision(
            key=each.id or each.name,
            name=each.name,
            question=each.question,
            variable=each.variable.name,
            version_tag=tags.get(each.id, ""),
            line=each.place.line,
        )


def _version_tags(data: bytes) -> dict[str, str]:
    """Return the tags that Camunda's modelers give decisions, by decision id."""
    tags = {}
    for child in xml.parse(data).root.children:
        if child.name != "decision":
            continue
        tag = child.get("versionTag", namespace=_CAMUNDA)
        for extensions in (part for part in child.children if part.name == "extensionElements"):
            for part in extensions.children:
                if part.name == "versionTag" and part.namespace == _ZEEBE:
                    tag = part.get("value")
        if tag:
            tags[child.get("id")] = tag
    return tags


def _imports(definitions: model.Definitions, by_namespace: Mapping[str, model.Definitions]) -> tuple[str, ...]:
    """Return the digests of what a file imports, and what that imports."""
    found: set[str] = set()
    waiting = [definitions]
    while waiting:
        for each in waiting.pop().imports:
            other = by_namespace.get(each.namespace) if namespaces.is_model_import(each.kind) else None
            if other is not None and other.digest not in found and other is not definitions:
                found.add(other.digest)
                waiting.append(other)
    return tuple(sorted(found))
