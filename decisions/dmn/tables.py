"""A decision table compiled: columns as indexes, rules as bits, outputs ready where they are constant.

Source: DMN 1.5, chapter 8. A rule whose cells are all simple costs no evaluation at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from decisions.dmn import cells, hitpolicies, model
from decisions.dmn.columns import Cell, Column
from decisions.dmn.run import DmnRun, TableHit
from decisions.dmn.tree import Table
from decisions.feel import nodes
from decisions.feel.budget import Run
from decisions.feel.evaluator import MISSING, Closure, Frame, Scope
from decisions.feel.types import ANY, coerce
from decisions.feel.values import Function, Value, describe

_DYNAMIC = object()
#: whether a value passes; None is no
Check = Callable[[Frame, Value], bool]


class DmnScope(Scope):
    """FEEL's scope, and the decision tables that were met while compiling."""

    tables: list[CompiledTable]

    def fresh(self) -> DmnScope:
        """A scope with the same surroundings and a frame of its own."""
        other = DmnScope(names=self.names, functions=self.functions, types=self.types, builders=self._builders)
        other.tables = []
        return other


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
        rows = self._matching(frame, values, mask)
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


class Outputs:
    """The conclusions of a table: checked and put together, once where they are constant."""

    def __init__(self, scope: DmnScope, node: Table) -> None:
        self._clauses = node.table.outputs
        self._name = node.table.place.element
        self._types = node.output_types
        self._texts = node.output_values
        self._checks = [build_check(scope, tests) for tests in node.output_values]
        self._fold = Folder(scope)
        self._nodes = node.conclusions
        self._scope = scope
        self._rows = [self._compiled(scope, row) for row in node.conclusions]
        self._defaults = [scope.build(each) if each else None for each in node.defaults]
        self.has_defaults = any(each is not None for each in node.defaults)

    def _compiled(self, scope: DmnScope, row: Sequence[nodes.Node]) -> tuple[Any, list[Closure]]:
        """(the output, []) when it never changes, else (_DYNAMIC, closures)."""
        closures = [scope.build(each) for each in row]
        if all(map(_is_constant, row)):
            frame = blank_frame(scope)
            value = self._checked(frame, [closure(frame) for closure in closures])
            if not frame[0].messages:
                return value, []
        return _DYNAMIC, closures

    def wrong_rows(self) -> Iterator[tuple[int, str]]:
        """Rows (from 0) whose constant outputs do not pass, and the first reason."""
        for row, (constant, closures) in enumerate(self._rows):
            if constant is _DYNAMIC and all(map(_is_constant, self._nodes[row])):
                frame = blank_frame(self._scope)
                self._checked(frame, [closure(frame) for closure in closures])
                told = [each.text for each in frame[0].messages if each.severity == "error"]
                if told:
                    yield row, told[0]

    def differ(self, rows: Sequence[int]) -> bool:
        """True when two of the rows have different constant outputs."""
        constants = [self._rows[row][0] for row in rows if self._rows[row][0] is not _DYNAMIC]
        return any(each != constants[0] for each in constants)

    def of(self, frame: Frame, row: int) -> Value:
        """The output of a rule: a value, or a context when the table has several outputs."""
        constant, closures = self._rows[row]
        if constant is _DYNAMIC:
            return self._checked(frame, [closure(frame) for closure in closures])
        return constant.copy() if type(constant) is dict else constant

    def default(self, frame: Frame) -> Value:
        """The default output; a column without one gives null."""
        return self._checked(frame, [each(frame) if each else None for each in self._defaults])

    def _checked(self, frame: Frame, values: list[Value]) -> Value:
        values = [self._check(frame, place, value) for place, value in enumerate(values)]
        if len(self._clauses) == 1:
            return values[0]
        return {clause.name: value for clause, value in zip(self._clauses, values, strict=False)}

    def _check(self, frame: Frame, place: int, value: Value) -> Value:
        wanted, check = self._types[place], self._checks[place]
        if value is None:
            return None
        fits, value = (True, value) if wanted is ANY else coerce(value, wanted)
        if not fits:
            return self._refuse(frame, place, f"must be {wanted}")
        if check is not None and self._clauses[place].values and not check(frame, value):
            clause = self._clauses[place].values
            allowed = clause.text.strip() if clause else ""
            return self._refuse(frame, place, f"is {describe(value)}, allowed are {allowed}")
        return value

    def _refuse(self, frame: Frame, place: int, why: str) -> None:
        what = self._clauses[place].name or self._clauses[place].label or str(place + 1)
        frame[0].position = None
        frame[0].error("output_not_allowed", f'decision table "{self._name}": output "{what}" {why}')

    def priorities(self) -> hitpolicies.Priorities:
        """The listed values of each output, in order."""
        lists = []
        for clause, tests in zip(self._clauses, self._texts, strict=True):
            if tests is not None:
                name = clause.name if len(self._clauses) > 1 else ""
                lists.append((name, tuple(self._listed(tests))))
        return hitpolicies.Priorities(lists=tuple(lists))

    def _listed(self, tests: nodes.UnaryTests) -> Iterator[Value]:
        for test in tests.tests:
            try:
                yield test.value if isinstance(test, nodes.Constant) else self._fold(test)
            except cells.NotConstant:
                yield None


class Folder:
    """Evaluates nodes that name no variable, when the table is compiled."""

    def __init__(self, scope: DmnScope) -> None:
        self._scope = scope

    def __call__(self, node: nodes.Node) -> Value:
        """The value of the node.

        Raises:
            NotConstant: it has none, or only an error.
        """
        outer = self._scope
        scope = outer.fresh()
        closure = scope.build(node)
        if any(name in outer.names for name in scope.free):
            raise cells.NotConstant
        frame = blank_frame(scope)
        value = closure(frame)
        if frame[0].messages or isinstance(value, Function):
            raise cells.NotConstant
        return value


def _is_constant(node: nodes.Node) -> bool:
    """True for literals, negative numbers among them."""
    return isinstance(node, nodes.Constant) or (
        isinstance(node, nodes.Negate) and isinstance(node.operand, nodes.Constant)
    )


def blank_frame(scope: Scope) -> Frame:
    """A frame in which no variable has a value, for what is evaluated before there are any."""
    return [DmnRun(), *[MISSING] * scope.size]


def build_check(scope: DmnScope, tests: nodes.UnaryTests | None) -> Check | None:
    """Whether a value passes unary tests; of a list, whether it or all its items pass."""
    if tests is None:
        return None
    cell = cells.read(tests, Folder(scope))
    if cell is not None:
        column = Column([cell])
        return lambda frame, value: _passes(value, lambda each: column.mask(each) == 1)
    slot = scope.new_slot()
    scope.push({"?": slot})
    test = scope.build(tests)
    scope.pop()

    def check(frame: Frame, value: Value) -> bool:
        def one(each: Value) -> bool:
            frame[slot] = each
            return test(frame) is True

        return _passes(value, one)

    return check


def _passes(value: Value, test: Callable[[Value], bool]) -> bool:
    return test(value) or (type(value) is list and bool(value) and all(test(each) for each in value))
