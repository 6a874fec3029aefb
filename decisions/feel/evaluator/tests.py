"""Closures for `in` and for the cells of decision tables (DMN 1.5, 10.3.2.6 and 8.3.3)."""

from __future__ import annotations

from collections.abc import Callable

from ..comparison import ORDERS, compare, equal, in_range
from ..nodes import In, Interval, Name, Node, UnaryTest, UnaryTests
from ..values import Range, Value, describe
from .operators import refuse_comparison
from .scope import Closure, Frame, Scope

#: Tells whether a value passes: True, False or None.
Test = Callable[[Frame, Value], Value]


def build_in(scope: Scope, node: In) -> Closure:
    """Compile `value in test` and `value in (test, test)`."""
    value = scope.build(node.value)
    tests = [_build_test(scope, each) for each in node.tests]
    if len(tests) == 1:
        test = tests[0]
        return lambda frame: test(frame, value(frame))
    return lambda frame: _any(frame, tests, value(frame))


def build_unary_tests(scope: Scope, node: UnaryTests) -> Closure:
    """Compile a cell; the input value is the variable `?`."""
    if not node.tests:
        return lambda frame: True
    read = scope.build(Name("?", position=node.position))
    tests = [_build_cell_test(scope, each) for each in node.tests]

    def passes(frame: Frame) -> Value:
        return _any(frame, tests, read(frame))

    def fails(frame: Frame) -> Value:
        answer = _any(frame, tests, read(frame))
        return None if answer is None else not answer

    return fails if node.negated else passes


def _any(frame: Frame, tests: list[Test], value: Value) -> Value:
    unknown = False
    for test in tests:
        answer = test(frame, value)
        if answer is True:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def _build_test(scope: Scope, node: Node) -> Test:
    """Compile one test of a value: an operator, an interval, or an expression to be found in."""
    if isinstance(node, UnaryTest):
        return _operator_test(scope, node)
    position = node.position
    closure = scope.build(node)
    if isinstance(node, Interval):
        return lambda frame, value: _interval_test(frame, value, closure(frame), position)
    return lambda frame, value: _expression_test(frame, value, closure(frame), position)


def _operator_test(scope: Scope, node: UnaryTest) -> Test:
    operand, operator, position = scope.build(node.operand), node.operator, node.position
    if operator in ("=", "!="):
        wanted = operator == "="

        def same(frame: Frame, value: Value) -> Value:
            other = operand(frame)
            answer = equal(value, other)
            return refuse_comparison(frame, value, other, position) if answer is None else answer is wanted

        return same
    order = ORDERS[operator]

    def ordered(frame: Frame, value: Value) -> Value:
        other = operand(frame)
        answer = compare(order, value, other)
        return refuse_comparison(frame, value, other, position) if answer is None else answer

    return ordered


def _interval_test(frame: Frame, value: Value, limits: Value, position: int) -> Value:
    if type(limits) is not Range:
        return None
    if type(value) is Range:
        return equal(value, limits)
    answer = in_range(value, limits)
    if answer is None:
        frame[0].error("cannot_compare", f"cannot compare {describe(value)} with {describe(limits)}", position)
    return answer


def _expression_test(frame: Frame, value: Value, found: Value, position: int) -> Value:
    """Test a value against what an expression gave: a list to be in, a range, or an equal value."""
    if type(found) is Range and type(value) is not Range:
        return _interval_test(frame, value, found, position)
    if type(found) is list:
        frame[0].step(len(found))
        return _in_list(value, found)
    answer = equal(value, found)
    return refuse_comparison(frame, value, found, position) if answer is None else answer


def _in_list(value: Value, found: list[Value]) -> bool:
    if type(value) is list and equal(value, found) is True:
        return True
    for each in found:
        if equal(value, each) is True:
            return True
        if type(each) is Range and in_range(value, each) is True:
            return True
    return False


def _build_cell_test(scope: Scope, node: Node) -> Test:
    """Compile one test of a cell: an expression that uses `?` decides by itself."""
    if isinstance(node, UnaryTest | Interval):
        return _build_test(scope, node)
    closure, position = scope.build(node), node.position
    if _uses_input(node):

        def decide(frame: Frame, value: Value) -> Value:
            answer = closure(frame)
            return (
                answer if type(answer) is bool or answer is None else _expression_test(frame, value, answer, position)
            )

        return decide

    def passes(frame: Frame, value: Value) -> Value:
        found = closure(frame)
        if type(found) is bool and type(value) is not bool:
            return found
        return _expression_test(frame, value, found, position)

    return passes


def _uses_input(node: Node) -> bool:
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, Name) and each.name == "?":
            return True
        stack.extend(each.children())
    return False
