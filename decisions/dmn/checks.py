"""Unary tests outside of cells, and what can be evaluated before any value is known."""

from __future__ import annotations

from collections.abc import Callable

from decisions.dmn import cells
from decisions.dmn.columns import Column
from decisions.dmn.run import DmnRun
from decisions.feel import nodes
from decisions.feel.evaluator import MISSING, Frame, Scope
from decisions.feel.values import Function, Value

#: whether a value passes; None is no
Check = Callable[[Frame, Value], bool]


class FreshScope(Scope):
    """FEEL's scope, which can make another one with the same surroundings."""

    def fresh(self) -> FreshScope:
        """A scope that knows the same names and has a frame of its own."""
        return FreshScope(names=self.names, functions=self.functions, types=self.types, builders=self._builders)


class Folder:
    """Evaluates nodes that name no variable, when the table is compiled."""

    def __init__(self, scope: FreshScope) -> None:
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


def blank_frame(scope: Scope) -> Frame:
    """A frame in which no variable has a value, for what is evaluated before there are any."""
    return [DmnRun(), *[MISSING] * scope.size]


def build_check(scope: FreshScope, tests: nodes.UnaryTests | None) -> Check | None:
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
