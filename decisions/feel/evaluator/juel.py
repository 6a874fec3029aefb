"""Closures for what only JUEL has: its comparison and arithmetic, `empty`, texts with holes, methods."""

from __future__ import annotations

from ..coercion import alike, operand_of
from ..comparison import ORDERS, compare, equal
from ..java import METHODS, Unfit
from ..nodes import AsBoolean, AsNumber, CoercingCompare, Empty, Maybe, Method, TableOf, Template
from ..values import Value, describe, to_text
from .operators import refuse_comparison
from .scope import MISSING, Closure, Frame, Scope


def build_coercing_compare(scope: Scope, node: CoercingCompare) -> Closure:
    """Compile JUEL's comparison (Expression Language 2.1, 1.8.1 and 1.8.2): null has no order."""
    left, right, position = scope.build(node.left), scope.build(node.right), node.position
    order = ORDERS.get(node.operator)
    wanted = node.operator == "="

    def same(frame: Frame) -> Value:
        one, other = left(frame), right(frame)
        pair = alike(one, other, is_order=False)
        answer = equal(*pair) if pair else None
        return refuse_comparison(frame, one, other, position) if answer is None else answer is wanted

    def ordered(frame: Frame) -> Value:
        one, other = left(frame), right(frame)
        if one is None or other is None:
            return one is other and node.operator in ("<=", ">=")
        pair = alike(one, other, is_order=True)
        answer = compare(order, *pair) if order and pair else None
        return refuse_comparison(frame, one, other, position) if answer is None else answer

    return ordered if order else same


def build_empty(scope: Scope, node: Empty) -> Closure:
    """Compile JUEL's `empty`: null, "", an empty list or an empty context."""
    operand = scope.build(node.operand)

    def apply(frame: Frame) -> Value:
        value = operand(frame)
        return value is None or (type(value) in (str, list, dict) and not value)

    return apply


def build_template(scope: Scope, node: Template) -> Closure:
    """Compile text around `${...}`: null is written as nothing."""
    parts = [scope.build(each) for each in node.parts]

    def join(frame: Frame) -> Value:
        values = [part(frame) for part in parts]
        return "".join("" if value is None else to_text(value) for value in values)

    return join


def build_table(scope: Scope, node: TableOf) -> Closure:
    """Compile a map whose entries do not see each other."""
    values = [scope.build(each) for each in node.values]
    return lambda frame: dict(zip(node.keys, [value(frame) for value in values], strict=True))


def build_maybe(scope: Scope, node: Maybe) -> Closure:
    """Compile the reading of a variable that need not be there."""
    slot = scope.free_slot(node.name, sure=False)

    def read(frame: Frame) -> Value:
        value = frame[slot]
        return None if value is MISSING else value

    return read


def build_as_number(scope: Scope, node: AsNumber) -> Closure:
    """Compile an operand of arithmetic (Expression Language 2.1, 1.7)."""
    operand = scope.build(node.operand)
    return lambda frame: operand_of(operand(frame))


def build_as_boolean(scope: Scope, node: AsBoolean) -> Closure:
    """Compile an operand of logic (Expression Language 2.1, 1.18.2)."""
    operand, position = scope.build(node.operand), node.position

    def read(frame: Frame) -> Value:
        value = operand(frame)
        if value is None or isinstance(value, bool):
            return value is True
        if isinstance(value, str):
            return value.lower() == "true"
        return frame[0].error("wrong_arguments", f"{describe(value)} is neither true nor false", position)

    return read


def build_method(scope: Scope, node: Method) -> Closure:
    """Compile the call of a method; a value that has none of that name is an error."""
    receiver, position = scope.build(node.receiver), node.position
    arguments = [scope.build(each) for each in node.arguments]
    method = METHODS[node.name]

    def call(frame: Frame) -> Value:
        value = receiver(frame)
        try:
            return method(value, *(argument(frame) for argument in arguments))
        except Unfit as unfit:
            said = str(unfit) or f'{describe(value)} has no method "{node.name}"'
            return frame[0].error("wrong_arguments", said, position)

    return call
