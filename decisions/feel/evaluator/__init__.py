"""Nodes to closures: an expression is compiled once into Python functions that take a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import nodes
from ..types import FeelType
from ..values import Function
from . import access, calls, iteration, juel, operators, tests
from .scope import MISSING, Closure, Frame, Scope

__all__ = ["BUILDERS", "MISSING", "Closure", "Frame", "Scope", "compile_node"]

#: How each kind of node is compiled; DMN adds its own kinds to a copy.
BUILDERS: dict[type[nodes.Node], Callable[[Scope, Any], Closure]] = {
    nodes.Constant: operators.build_constant,
    nodes.Name: operators.build_name,
    nodes.Arithmetic: operators.build_arithmetic,
    nodes.Negate: operators.build_negate,
    nodes.Compare: operators.build_compare,
    nodes.Between: operators.build_between,
    nodes.Logic: operators.build_logic,
    nodes.If: operators.build_if,
    nodes.InstanceOf: operators.build_instance_of,
    nodes.Path: access.build_path,
    nodes.Filter: access.build_filter,
    nodes.ListOf: access.build_list,
    nodes.ContextOf: access.build_context,
    nodes.Interval: access.build_interval,
    nodes.UnaryTest: access.build_unary_test,
    nodes.For: iteration.build_for,
    nodes.Quantified: iteration.build_quantified,
    nodes.Call: calls.build_call,
    nodes.FunctionDefinition: calls.build_function,
    nodes.In: tests.build_in,
    nodes.UnaryTests: tests.build_unary_tests,
    nodes.CoercingCompare: juel.build_coercing_compare,
    nodes.Empty: juel.build_empty,
    nodes.Template: juel.build_template,
    nodes.Maybe: juel.build_maybe,
    nodes.AsNumber: juel.build_as_number,
    nodes.AsBoolean: juel.build_as_boolean,
    nodes.Method: juel.build_method,
    nodes.TableOf: juel.build_table,
}


def compile_node(
    node: nodes.Node,
    *,
    names: frozenset[str],
    functions: Mapping[str, Function],
    types: Mapping[str, FeelType],
) -> tuple[Closure, Scope]:
    """Compile an expression.

    Args:
        names: names that surely are variables; they hide built-ins of the same name.
        functions: built-ins by name.
        types: declared types by name.
    Returns:
        The closure, and the scope that knows which slot of the frame each free name has.
    """
    scope = Scope(names=names, functions=functions, types=types, builders=BUILDERS)
    return scope.build(node), scope
