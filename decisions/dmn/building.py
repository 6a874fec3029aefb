"""Closures for the nodes that DMN adds to FEEL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from decisions.dmn.itemtypes import misfit
from decisions.dmn.tables import DmnScope, build_table
from decisions.dmn.tree import Broken, Choice, Row, Table, Typed
from decisions.feel import nodes
from decisions.feel.evaluator import BUILDERS, Closure, Frame, Scope
from decisions.feel.types import FeelType, coerce
from decisions.feel.values import Function, Value, describe


def build_typed(scope: Scope, node: Typed) -> Closure:
    """Compile a value with a type: coerced where FEEL allows it, else null with a message."""
    closure, wanted, what = scope.build(node.value), node.type, node.what
    contains = wanted.contains

    def check(frame: Frame) -> Value:
        value = closure(frame)
        if value is None or contains(value):
            return value
        fits, coerced = coerce(value, wanted)
        if fits:
            return coerced
        frame[0].position = None
        return frame[0].error("wrong_type", misfit(what, wanted, value))

    return check


def build_broken(scope: Scope, node: Broken) -> Closure:
    """Compile a text that could not be read."""
    code, message = node.code, node.message

    def fail(frame: Frame) -> Value:
        frame[0].position = None
        return frame[0].error(code, message)

    return fail


def build_choice(scope: Scope, node: Choice) -> Closure:
    """Compile a boxed conditional; null counts as false."""
    condition, then, otherwise = (scope.build(each) for each in (node.condition, node.then, node.otherwise))

    def choose(frame: Frame) -> Value:
        answer = condition(frame)
        if answer is True:
            return then(frame)
        if answer is False or answer is None:
            return otherwise(frame)
        frame[0].position = None
        return frame[0].error("wrong_type", f"the condition must be a boolean, not {describe(answer)}")

    return choose


def build_row(scope: Scope, node: Row) -> Closure:
    """Compile a row of a relation."""
    cells = [(key, scope.build(cell)) for key, cell in zip(node.keys, node.cells, strict=False)]
    return lambda frame: {key: cell(frame) for key, cell in cells}


_BUILDERS: dict[type[nodes.Node], Callable[[Scope, Any], Closure]] = {
    **BUILDERS,
    Typed: build_typed,
    Broken: build_broken,
    Choice: build_choice,
    Row: build_row,
    Table: build_table,
}


def new_scope(names: frozenset[str], functions: Mapping[str, Function], types: Mapping[str, FeelType]) -> DmnScope:
    """A scope that knows FEEL's nodes and DMN's.

    Args:
        names: variables; they hide built-ins of the same name.
        functions: built-ins by name.
        types: declared types by name.
    """
    scope = DmnScope(names=names, functions=functions, types=types, builders=_BUILDERS)
    scope.tables = []
    return scope
