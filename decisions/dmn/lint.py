"""What is questionable in a model that can be read: gaps, overlaps, rules that never count, wrong names.

A table is searched region by region (`regions.py`), not value by value, so an answer is exact where all
cells are simple. Source: DMN 1.5, 8.2.8 (hit policies), 8.2.10 (completeness), 8.2.11 (defaults).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from decisions.dmn import model
from decisions.dmn.door import Loaded
from decisions.dmn.model import Aggregation, HitPolicy
from decisions.dmn.programs import Compiled, Program
from decisions.dmn.regions import Region, kinds_of, regions
from decisions.dmn.tables import CompiledTable
from decisions.edge.problems import Problem, Severity
from decisions.feel.values import Value
from decisions.feel.values.text import literal

#: combinations of regions looked at before a table counts as too large (about a second)
LIMIT_LOOKS = 500_000
#: gaps and overlaps told for one table
LIMIT_TOLD = 10
#: further examples told for one column of a gap
LIMIT_MORE = 3
_SINGLE = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY)


def check(loaded: Loaded) -> tuple[Problem, ...]:
    """Everything questionable in the loaded models; their errors of reading are not repeated."""
    if not loaded.models:
        return ()
    compiled = loaded.models[0].evaluator.compiled
    found: list[Problem] = []
    for key, program in compiled.decisions.items():
        file = compiled.graph.models[key[0]]
        found.extend(_names(compiled, program, file))
        for table in program.tables:
            found.extend(check_table(table, program.name, file.source))
    for key, tables in compiled.function_tables.items():
        for table in tables:
            name = compiled.graph.elements[key].name
            found.extend(check_table(table, name, compiled.graph.models[key[0]].source))
    return tuple(found)


def _names(compiled: Compiled, program: Program, file: model.Definitions) -> Iterator[Problem]:
    """Names that the logic uses and nothing provides."""
    declared = {each.name for key, each in compiled.graph.elements.items() if key[0] == file.namespace}
    place = compiled.graph.elements[program.key].place
    severity: Severity = "warning" if file.inputs and not file.is_camunda else "info"
    for name in program.unknown:
        if name in declared:
            message = f'"{program.name}" uses "{name}" but does not require it: draw the requirement.'
            yield _problem("warning", "missing_requirement", message, place, file.source)
        else:
            message = f'"{program.name}" uses "{name}", which nothing declares: the caller must give it.'
            yield _problem(severity, "unknown_name", message, place, file.source)


def _problem(severity: Severity, code: str, message: str, place: model.Place, file: str) -> Problem:
    return Problem(severity=severity, code=code, element=place.element, line=place.line, message=message, file=file)


def check_table(table: CompiledTable, owner: str, file: str) -> list[Problem]:
    """Everything questionable in one decision table.

    Args:
        owner: name of the decision or function the table belongs to.
        file: name of the file.
    """
    return _TableCheck(table, owner, file).run()


@dataclass(slots=True)
class _Search:
    """What a walk over all combinations of regions found."""

    gaps: list[tuple[Region, ...]] = field(default_factory=list)
    #: rules that accept one and the same input -> such an input
    leaves: dict[int, tuple[Region, ...]] = field(default_factory=dict)
    is_complete: bool = True


class _TableCheck:
    def __init__(self, table: CompiledTable, owner: str, file: str) -> None:
        self._table = table
        self._model = table.model
        self._owner = owner
        self._file = file
        self._problems: list[Problem] = []
        self._irregular = table.irregular_rows()

    def run(self) -> list[Problem]:
        """All checks in turn."""
        self._check_policy()
        self._check_cell_types()
        self._check_outputs()
        if self._model.rules:
            self._check_regions()
        return self._problems

    def _add(
        self, severity: Severity, code: str, message: str, number: int = 0, place: model.Place | None = None
    ) -> None:
        if place is None:
            place = self._model.rules[number - 1].place if number else self._model.place
        text = f'Decision table "{self._owner}": {message}'
        self._problems.append(_problem(severity, code, text, place, self._file))

    # -- what each part says -------------------------------------------------------------------

    def _check_policy(self) -> None:
        policy = self._model.hit_policy
        if policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER) and not self._table.has_priorities():
            message = f"hit policy {policy.value} needs output values, which give the order."
            self._add("error", "missing_priorities", message)
        if self._model.aggregation is not Aggregation.LIST:
            if policy is not HitPolicy.COLLECT:
                message = f"{self._model.aggregation.value} belongs to COLLECT, not to {policy.value}."
                self._add("warning", "misplaced_aggregation", message)
            elif len(self._model.outputs) > 1:
                message = "an aggregation over several outputs is not defined by the standard."
                self._add("warning", "aggregated_outputs", message)

    def _check_cell_types(self) -> None:
        for place, column in enumerate(self._table.cells):
            kinds = kinds_of(self._table.node.input_types[place])
            if not kinds:
                continue
            for row, cell in enumerate(column):
                if cell and any(span.kind not in (*kinds, type(None)) for span in cell.spans):
                    text = self._model.rules[row].inputs[place].text.strip()
                    name = self._table.node.input_types[place].name
                    message = f"rule {row + 1} tests {self._column(place)}, a {name}, with {text}."
                    self._add("error", "wrong_type", message, row + 1)

    def _check_outputs(self) -> None:
        for row, why in self._table.wrong_outputs():
            self._add("error", "wrong_output", f"rule {row + 1}: {why}.", row + 1)

    def _column(self, place: int) -> str:
        clause = self._model.inputs[place]
        return clause.expression.text.strip() or clause.label

    # -- what the rules say together -----------------------------------------------------------

    def _check_regions(self) -> None:
        allowed = self._table.allowed_inputs()
        columns = [
            regions(cells, wanted, allowed[place])
            for place, (cells, wanted) in enumerate(zip(self._table.cells, self._table.node.input_types, strict=True))
        ]
        search = _walk(columns, (1 << len(self._model.rules)) - 1)
        if not search.is_complete:
            self._add("info", "too_large", "the table is too large to be searched for gaps and overlaps.")
            return
        self._tell_dead_rules(search)
        self._tell_overlaps(search)
        self._tell_gaps(search)

    def _tell_dead_rules(self, search: _Search) -> None:
        """Rules that no input reaches, because of their own cells or of earlier rules."""
        matched = reached = 0
        for mask in search.leaves:
            matched |= mask
            first = mask & -mask
            if not any(row < first.bit_length() for row in self._irregular):
                reached |= first
        for rule in self._model.rules:
            bit = 1 << (rule.number - 1)
            if rule.number - 1 in self._irregular:
                continue
            if not matched & bit:
                message = f"rule {rule.number} can never match: no allowed input passes all its tests."
                self._add("warning", "impossible_rule", message, rule.number)
            elif self._model.hit_policy is HitPolicy.FIRST and not reached & bit and not self._irregular:
                message = f"rule {rule.number} is never reached: earlier rules take all its inputs."
                self._add("warning", "unreachable_rule", message, rule.number)

    def _tell_overlaps(self, search: _Search) -> None:
        policy = self._model.hit_policy
        if policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
            return
        told: set[tuple[int, ...]] = set()
        for mask, example in sorted(search.leaves.items(), key=lambda item: _is_fractional(item[1])):
            rows = tuple(row for row in _rows(mask) if row not in self._irregular)
            if len(rows) < 2 or rows in told or len(told) >= LIMIT_TOLD:
                continue
            if policy is HitPolicy.ANY and not self._table.outputs_differ(rows):
                continue
            told.add(rows)
            numbers = ", ".join(str(row + 1) for row in rows)
            why = "UNIQUE allows one rule" if policy is HitPolicy.UNIQUE else "ANY needs equal outputs"
            code = "overlapping_rules" if policy is HitPolicy.UNIQUE else "contradicting_rules"
            message = f"rules {numbers} all match {self._example(example)}, but {why}."
            self._add("warning", code, message, rows[0] + 1)

    def _tell_gaps(self, search: _Search) -> None:
        if self._model.hit_policy not in _SINGLE or self._table.has_defaults() or not search.gaps:
            return
        if self._irregular:
            numbers = ", ".join(str(row + 1) for row in sorted(self._irregular))
            message = f"gaps cannot be searched: rules {numbers} have tests that depend on more than their input."
            self._add("info", "gaps_unknown", message)
            return
        for gap in sorted(search.gaps, key=_is_fractional)[:LIMIT_TOLD]:
            severity: Severity = "info" if _is_fractional(gap) else "warning"
            self._add(severity, "gap", f"no rule matches {self._example(gap)}{self._more(gap)}.")

    def _more(self, chosen: Sequence[Region]) -> str:
        """Further values for which the same holds."""
        others = (
            f"{self._column(place)} = {' or '.join(map(_written, region.more[:LIMIT_MORE]))}"
            for place, region in enumerate(chosen)
            if region.more
        )
        found = ", ".join(others)
        return f"; nor {found}" if found else ""

    def _example(self, chosen: Sequence[Region]) -> str:
        """An input as `amount = 5, tier = "gold"`."""
        pairs = (f"{self._column(place)} = {_written(region.example)}" for place, region in enumerate(chosen))
        return ", ".join(pairs) or "at all"


def _written(value: Value) -> str:
    return literal(value, nested=True)


def _is_fractional(chosen: Sequence[Region]) -> bool:
    return any(region.is_fraction for region in chosen)


def _rows(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        mask ^= bit
        yield bit.bit_length() - 1


def _walk(columns: Sequence[Sequence[Region]], everything: int) -> _Search:
    """All combinations of regions, each set of surviving rules once per column."""
    search, looks = _Search(), 0
    # Of many rules each look costs more: a set of them is as long as there are rules.
    weight = 1 + everything.bit_length() // 250
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[int, int, tuple[Region, ...]]] = [(0, everything, ())]
    while waiting:
        depth, mask, chosen = waiting.pop()
        if not mask:
            rest = tuple(column[0] for column in columns[depth:] if column)
            search.gaps.append((*chosen, *rest))
            continue
        if depth == len(columns):
            search.leaves.setdefault(mask, chosen)
            continue
        for region in reversed(columns[depth]):
            state = (depth + 1, mask & region.mask)
            if state in seen:
                continue
            seen.add(state)
            waiting.append((*state, (*chosen, region)))
        looks += len(columns[depth]) * weight
        if looks > LIMIT_LOOKS:
            search.is_complete = False
            break
    return search
