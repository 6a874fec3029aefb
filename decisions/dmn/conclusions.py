"""The outputs of a decision table: checked and put together, once where they are constant.

Source: DMN 1.5, 8.2.4 (output values), 8.2.7 (output entries), 8.2.11 (default outputs).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from decisions.dmn import cells, hitpolicies
from decisions.dmn.checks import Folder, FreshScope, blank_frame, build_check
from decisions.dmn.tree import Table
from decisions.feel import nodes
from decisions.feel.evaluator import Closure, Frame
from decisions.feel.types import ANY, coerce
from decisions.feel.values import Value, describe

_DYNAMIC = object()


class Outputs:
    """The conclusions of a table: checked and put together, once where they are constant."""

    def __init__(self, scope: FreshScope, node: Table) -> None:
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

    def _compiled(self, scope: FreshScope, row: Sequence[nodes.Node]) -> tuple[Any, list[Closure]]:
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


def _is_constant(node: nodes.Node) -> bool:
    """True for literals, negative numbers among them."""
    return isinstance(node, nodes.Constant) or (
        isinstance(node, nodes.Negate) and isinstance(node.operand, nodes.Constant)
    )
