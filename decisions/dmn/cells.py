"""What a cell of a decision table accepts, read off its tree where that is possible without a value.

Source: DMN 1.5, 10.3.1.2 (unary tests), 10.3.2.7 (ranges).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.dmn.columns import ANY, Cell, Span, is_indexed, point
from decisions.feel import nodes

#: evaluates a node that names no variable, or raises NotConstant
Fold = Callable[[nodes.Node], Any]


class NotConstant(Exception):  # noqa: N818 - it is an answer, not a failure
    """The node cannot be evaluated ahead of time."""


#: built-in functions that give the same value for the same text, always
_LITERAL_FUNCTIONS = frozenset(("date", "duration", "years and months duration", "number", "string", "-"))


def read(tests: nodes.UnaryTests, fold: Fold) -> Cell | None:
    """The cell's spans, or None when it has to be evaluated with the input at hand."""
    if not tests.tests:
        return ANY
    try:
        if tests.negated:
            return _negated([_constant(test, fold) for test in tests.tests])
        return Cell(spans=tuple(span for test in tests.tests for span in _spans(test, fold)))
    except NotConstant:
        return None


def _constant(node: nodes.Node, fold: Fold) -> Any:
    """The value of a node made of literals only; that of `= literal` too."""
    if isinstance(node, nodes.UnaryTest) and node.operator == "=":
        node = node.operand
    if isinstance(node, nodes.Constant):
        value = node.value
    elif _is_literal(node):
        value = fold(node)
    else:
        raise NotConstant
    if not is_indexed(value):
        raise NotConstant
    return value


def _is_literal(node: nodes.Node) -> bool:
    """True for `-5`, `date("2026-01-01")` and their like."""
    if isinstance(node, nodes.Negate):
        return isinstance(node.operand, nodes.Constant)
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.function, nodes.Name)
        and node.function.name in _LITERAL_FUNCTIONS
        and not node.named
        and all(isinstance(argument, nodes.Constant) for argument in node.arguments)
    )


def _spans(test: nodes.Node, fold: Fold) -> tuple[Span, ...]:
    """What one positive test accepts."""
    if isinstance(test, nodes.UnaryTest):
        return _comparison(test.operator, _constant(test.operand, fold))
    if isinstance(test, nodes.Interval):
        low, high = _constant(test.start, fold), _constant(test.end, fold)
        _require_order(low, high)
        if low > high:
            return ()
        return (Span(type(low), low, test.start_included, high, test.end_included),)
    value = _constant(test, fold)
    if isinstance(value, bool):
        # A bare boolean is an answer, whatever the input; `= true` compares.
        raise NotConstant
    return (point(value),)


def _comparison(operator: str, value: Any) -> tuple[Span, ...]:
    kind = type(value)
    if operator == "=":
        return (point(value),)
    if operator == "!=":
        return _negated([value]).spans
    _require_order(value, value)
    if operator in ("<", "<="):
        return (Span(kind, None, False, value, operator == "<="),)
    return (Span(kind, value, operator == ">=", None, False),)


def _require_order(low: Any, high: Any) -> None:
    """Only kinds that FEEL orders may bound a range."""
    if type(low) is not type(high) or low is None or isinstance(low, bool):
        raise NotConstant


def _negated(values: list[Any]) -> Cell:
    """All of one kind but these values; null is no value of theirs, so it is accepted."""
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or kinds <= {type(None), bool}:
        raise NotConstant
    kind, spans, low = kinds.pop(), [], None
    for value in sorted(set(values)):
        spans.append(Span(kind, low, False, value, False))
        low = value
    spans.append(Span(kind, low, False, None, False))
    return Cell(spans=(*spans, point(None)))
