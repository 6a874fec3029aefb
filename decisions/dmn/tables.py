"""A decision table compiled: columns as indexes, rules as bits, outputs ready where they are constant.

Source: DMN 1.5, chapter 8. A rule whose cells are all simple costs no evaluation at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from decisions.dmn import cells, hitpolicies, model
from decisions.dmn.checks import Folder, FreshScope, build_check
from decisions.dmn.columns import Cell, Column
from decisions.dmn.conclusions import Outputs
from decisions.dmn.run import DmnRun, TableHit
from decisions.dmn.tree import Table
from decisions.feel import nodes
from decisions.feel.budget import Run
from decisions.feel.evaluator import Closure, Frame, Scope
from decisions.feel.messages import Message
from decisions.feel.values import Value, describe


class DmnScope(FreshScope):
    """The scope of a whole decision: all its texts share one frame; it keeps the tables it meets."""

    tables: list[CompiledTable]


def build_table(scope: Scope, node: Table) -> Closure:
    """Compile a table; the scope remembers it for analysis."""
    assert isinstance(scope, DmnScope)
    table = CompiledTable(scope, node)
    scope.tables.append(table)
    return table.evaluate


class CompiledTable:
    """One table, ready to be evaluated with a frame."""

    def __init__(self, scope: DmnScope, node: Table) -> None:
        self.model = node.table
        self.node = node
        self.scope = scope
        self.name = node.table.place.element
        self._inputs = [scope.build(each) for each in node.inputs]
        count = len(node.cells)
        self._all = (1 << count) - 1
        #: by column, then by row; None where a cell has to be evaluated
        self.cells: list[list[Cell | None]] = []
        #: by row: (slot of `?`, column, test)
        self._tests: dict[int, list[tuple[int, int, Closure]]] = {}
        self._fold = Folder(scope)
        self._compile_cells(scope)
        self.columns = [Column(column) for column in self.cells]
        self._lookups = [
            (closure, column.lookups, column.others) for closure, column in zip(self._inputs, self.columns, strict=True)
        ]
        self._irregular = sum(1 << row for row in self._tests)
        self._input_checks = [
            (place, check) for place, tests in enumerate(node.input_values) if (check := build_check(scope, tests))
        ]
        self._outputs = Outputs(scope, node)
        self._policy = hitpolicies.policy_for(node.table.hit_policy, node.table.aggregation, self._outputs.priorities())
        self._stops_early = node.table.hit_policy is model.HitPolicy.FIRST

    def _compile_cells(self, scope: DmnScope) -> None:
        for place, clause in enumerate(self.model.inputs):
            slot = scope.new_slot()
            names = {"?": slot, "cellInput": slot}
            if clause.cell_name:
                names[clause.cell_name] = slot
            column: list[Cell | None] = []
            scope.push(names)
            for row, tests in enumerate(self.node.cells):
                test = tests[place]
                cell = cells.read(test, self._fold) if isinstance(test, nodes.UnaryTests) else None
                column.append(cell)
                if cell is None:
                    self._tests.setdefault(row, []).append((slot, place, scope.build(test)))
            scope.pop()
            self.cells.append(column)

    def evaluate(self, frame: Frame) -> Value:
        """The table's result; null with a message when inputs, outputs or hit policy are violated."""
        run: DmnRun = frame[0]
        values = []
        mask = self._all
        for closure, lookups, others in self._lookups:
            value = closure(frame)
            values.append(value)
            lookup = lookups.get(type(value))
            mask &= others if lookup is None else lookup(value)
        if self._input_checks and not self._inputs_allowed(frame, values):
            run.hits.append(TableHit(self.model, values, ()))
            return None
        told = len(run.messages)
        rows = self._matching(frame, values, mask)
        if rows and len(run.messages) > told:
            _demote(run.messages, told)
        hit = TableHit(self.model, values, [row + 1 for row in rows])
        run.hits.append(hit)
        if not rows:
            return self._no_match(frame)
        outputs = [self._outputs.of(frame, row) for row in rows]
        try:
            value, hit.numbers = self._policy(hit.numbers, outputs)
        except hitpolicies.HitPolicyViolated as violated:
            return self._fail(run, violated.code, violated.message)
        return value

    def _fail(self, run: Run, code: str, text: str) -> None:
        run.position = None
        run.error(code, f'decision table "{self.name}": {text}')

    def _inputs_allowed(self, frame: Frame, values: Sequence[Value]) -> bool:
        for place, check in self._input_checks:
            if not check(frame, values[place]):
                clause = self.model.inputs[place]
                allowed = clause.values.text.strip() if clause.values else ""
                what = clause.label or clause.expression.text.strip()
                text = f'input "{what}" is {describe(values[place])}, allowed are {allowed}'
                self._fail(frame[0], "input_not_allowed", text)
                return False
        return True

    def _matching(self, frame: Frame, values: Sequence[Value], mask: int) -> list[int]:
        """Rows whose bit is set and whose remaining cells, if any, accept the values."""
        rows = []
        irregular = self._irregular
        while mask:
            bit = mask & -mask
            mask ^= bit
            row = bit.bit_length() - 1
            if bit & irregular and not self._accepts(frame, values, row):
                continue
            rows.append(row)
            if self._stops_early:
                break
        return rows

    def _accepts(self, frame: Frame, values: Sequence[Value], row: int) -> bool:
        for slot, place, test in self._tests[row]:
            frame[slot] = values[place]
            if test(frame) is not True:
                return False
        return True

    # -- for analysis ---------------------------------------------------------------------------

    def irregular_rows(self) -> frozenset[int]:
        """Rows with a cell that has to be evaluated, counted from 0."""
        return frozenset(self._tests)

    def allowed_inputs(self) -> list[Cell | None]:
        """The values that each column allows, None for all or where that cannot be said."""
        return [self._allowed_cell(tests) for tests in self.node.domains]

    def _allowed_cell(self, tests: nodes.UnaryTests | None) -> Cell | None:
        return cells.read(tests, self._fold) if tests else None

    def has_priorities(self) -> bool:
        """True when the outputs are ordered by lists of values."""
        return bool(self._outputs.priorities().lists)

    def has_defaults(self) -> bool:
        """True when the table gives a value where no rule matches."""
        return self._outputs.has_defaults

    def wrong_outputs(self) -> Iterator[tuple[int, str]]:
        """Rows (from 0) whose constant output is not allowed, and why."""
        return self._outputs.wrong_rows()

    def outputs_differ(self, rows: Sequence[int]) -> bool:
        """True when two of the rows have different constant outputs."""
        return self._outputs.differ(rows)

    def matching_by_evaluation(self, scope: DmnScope) -> Callable[[Frame], list[int]]:
        """The same answer found cell by cell, for comparison: every cell is evaluated, no index is used."""
        tests = []
        for place in range(len(self.model.inputs)):
            slot = scope.new_slot()
            scope.push({"?": slot})
            tests.append((slot, [scope.build(row[place]) for row in self.node.cells]))
            scope.pop()

        def find(frame: Frame) -> list[int]:
            for (slot, _), closure in zip(tests, self._inputs, strict=True):
                frame[slot] = closure(frame)
            rows = range(len(self.node.cells))
            return [row for row in rows if all(column[row](frame) is True for _, column in tests)]

        return find

    def _no_match(self, frame: Frame) -> Value:
        if self._outputs.has_defaults:
            return self._outputs.default(frame)
        empty = hitpolicies.empty_result(self.model.hit_policy, self.model.aggregation)
        if empty is None:
            text = f'decision table "{self.name}": no rule matches and there is no default'
            frame[0].position = None
            frame[0].report("warn", "no_rule_matches", text)
        return empty


def _demote(messages: list[Message], start: int) -> None:
    """A test that could not be made is no error where another rule decides."""
    for place in range(start, len(messages)):
        if messages[place].severity == "error":
            messages[place] = messages[place]._replace(severity="warn")
