"""Closures for constants, names, arithmetic, comparison and logic."""

from __future__ import annotations

from ..arithmetic import calculate, negate
from ..comparison import ORDERS, compare, equal
from ..nodes import Arithmetic, Between, Compare, Constant, If, InstanceOf, Logic, Name, Negate
from ..types import NULL, resolve_type, without_constraints
from ..values import Decimal, Value, describe
from ..values.numbers import CONTEXT
from .scope import MISSING, Closure, Frame, Scope, unknown_name


def build_constant(scope: Scope, node: Constant) -> Closure:
    """Compile a literal."""
    value = node.value
    return lambda frame: value


def build_name(scope: Scope, node: Name) -> Closure:
    """Compile the reading of a variable, of a component of the filtered item, or of a function."""
    name, position = node.name, node.position
    items, slot = scope.locate(name)
    builtin = None if name in scope.names else scope.functions.get(name)
    if slot is None:
        sure = name in scope.names or (builtin is None and not items)
        slot = scope.free_slot(name, sure=sure)

    def read(frame: Frame) -> Value:
        value = frame[slot]
        if value is not MISSING:
            return value
        return builtin if builtin is not None else unknown_name(frame, name, position)

    return _read_items(items, name, read) if items else read


def _read_items(items: list[int], name: str, behind: Closure) -> Closure:
    def read(frame: Frame) -> Value:
        for slot in items:
            item = frame[slot]
            if type(item) is dict and name in item:
                return item[name]
        return behind(frame)

    return read


def _variable_slot(scope: Scope, node: object) -> int | None:
    """Give the slot of a plain variable, so that an operator can read it without a call."""
    if type(node) is not Name:
        return None
    items, slot = scope.locate(node.name)
    if items or node.name in scope.functions:
        return None
    return scope.free_slot(node.name) if slot is None else slot


def build_arithmetic(scope: Scope, node: Arithmetic) -> Closure:
    """Compile a chain of operators; long chains are walked in a loop, not by nesting."""
    result = scope.build(node.first)
    steps = [(step.operator, scope.build(step.operand), step.position) for step in node.rest]
    if len(steps) > 4:
        return _chain(result, steps)
    for operator, operand, position in steps:
        result = _binary(result, operator, operand, position)
    return result


def _binary(left: Closure, operator: str, right: Closure, position: int) -> Closure:
    fast = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply}.get(operator)

    def apply(frame: Frame) -> Value:
        return calculate(frame[0], operator, left(frame), right(frame), position)

    if fast is None:
        return apply

    def apply_fast(frame: Frame) -> Value:
        one, other = left(frame), right(frame)
        if type(one) is Decimal and type(other) is Decimal and -3000 < one.adjusted() + other.adjusted() < 3000:
            return fast(one, other)
        return calculate(frame[0], operator, one, other, position)

    return apply_fast


def _chain(first: Closure, steps: list[tuple[str, Closure, int]]) -> Closure:
    def apply(frame: Frame) -> Value:
        run = frame[0]
        value = first(frame)
        for operator, operand, position in steps:
            value = calculate(run, operator, value, operand(frame), position)
        return value

    return apply


def build_negate(scope: Scope, node: Negate) -> Closure:
    """Compile unary minus."""
    operand, position = scope.build(node.operand), node.position
    if isinstance(node.operand, Constant) and type(node.operand.value) is Decimal:
        value = CONTEXT.minus(node.operand.value)
        return lambda frame: value
    return lambda frame: negate(frame[0], operand(frame), position)


def refuse_comparison(frame: Frame, left: Value, right: Value, position: int) -> None:
    """Report two values that cannot be compared."""
    frame[0].error("cannot_compare", f"cannot compare {describe(left)} with {describe(right)}", position)


def build_compare(scope: Scope, node: Compare) -> Closure:
    """Compile `=`, `!=` and the four orders, with short ways for a variable against a constant."""
    if node.operator in ("=", "!="):
        return _equality(scope, node)
    constant = node.right.value if isinstance(node.right, Constant) else None
    slot = _variable_slot(scope, node.left)
    left, right = scope.build(node.left), scope.build(node.right)
    position = node.position
    order = ORDERS[node.operator]

    def apply(frame: Frame) -> Value:
        one, other = left(frame), right(frame)
        if type(one) is Decimal and type(other) is Decimal:
            return order(one, other)
        answer = compare(order, one, other)
        return refuse_comparison(frame, one, other, position) if answer is None else answer

    if slot is None or type(constant) is not Decimal:
        return apply
    return _quick_order(node.operator, slot, constant, apply)


def _quick_order(operator: str, slot: int, constant: Decimal, slow: Closure) -> Closure:
    """Compile variable against number; one closure per operator, because a call would double the time."""

    def less(frame: Frame) -> Value:
        value = frame[slot]
        return value < constant if type(value) is Decimal else slow(frame)

    def less_equal(frame: Frame) -> Value:
        value = frame[slot]
        return value <= constant if type(value) is Decimal else slow(frame)

    def greater(frame: Frame) -> Value:
        value = frame[slot]
        return value > constant if type(value) is Decimal else slow(frame)

    def greater_equal(frame: Frame) -> Value:
        value = frame[slot]
        return value >= constant if type(value) is Decimal else slow(frame)

    return {"<": less, "<=": less_equal, ">": greater, ">=": greater_equal}[operator]


def _equality(scope: Scope, node: Compare) -> Closure:
    wanted = node.operator == "="
    position = node.position
    slot = _variable_slot(scope, node.left)
    left, right = scope.build(node.left), scope.build(node.right)

    def apply(frame: Frame) -> Value:
        one, other = left(frame), right(frame)
        answer = equal(one, other)
        if answer is None:
            return refuse_comparison(frame, one, other, position)
        return answer is wanted

    constant = node.right.value if isinstance(node.right, Constant) else None
    if slot is None or type(constant) not in (str, Decimal):
        return apply
    kind = type(constant)

    def same(frame: Frame) -> Value:
        value = frame[slot]
        return value == constant if type(value) is kind else apply(frame)

    def different(frame: Frame) -> Value:
        value = frame[slot]
        return value != constant if type(value) is kind else apply(frame)

    return same if wanted else different


def build_between(scope: Scope, node: Between) -> Closure:
    """Compile `between`."""
    value, low, high = scope.build(node.value), scope.build(node.low), scope.build(node.high)
    position, ge, le = node.position, ORDERS[">="], ORDERS["<="]

    def apply(frame: Frame) -> Value:
        one, bottom, top = value(frame), low(frame), high(frame)
        above, below = compare(ge, one, bottom), compare(le, one, top)
        if above is None or below is None:
            return refuse_comparison(frame, one, bottom if above is None else top, position)
        return above and below

    return apply


def build_logic(scope: Scope, node: Logic) -> Closure:
    """Compile `and` and `or` over three values (DMN 1.5, table 49)."""
    decisive = node.operator == "or"
    position, word = node.position, node.operator
    closures = [scope.build(each) for each in node.operands]

    def undecided(frame: Frame, values: tuple[Value, ...]) -> None:
        for value in values:
            if value is not None and type(value) is not bool:
                frame[0].error("wrong_type", f'"{word}" needs booleans, not {describe(value)}', position)

    def many(frame: Frame) -> Value:
        values = []
        for closure in closures:
            value = closure(frame)
            if value is decisive:
                return decisive
            values.append(value)
        return (
            not decisive
            if all(v is not decisive and type(v) is bool for v in values)
            else undecided(frame, tuple(values))
        )

    if len(closures) != 2:
        return many
    left, right = closures

    def both(frame: Frame) -> Value:
        one = left(frame)
        if one is False:
            return False
        other = right(frame)
        if other is False:
            return False
        return True if one is True and other is True else undecided(frame, (one, other))

    def either(frame: Frame) -> Value:
        one = left(frame)
        if one is True:
            return True
        other = right(frame)
        if other is True:
            return True
        return False if one is False and other is False else undecided(frame, (one, other))

    return either if decisive else both


def build_if(scope: Scope, node: If) -> Closure:
    """Compile `if`; a condition that is not true takes the other branch."""
    condition, yes, no = scope.build(node.condition), scope.build(node.yes), scope.build(node.no)
    position = node.position

    def choose(frame: Frame) -> Value:
        answer = condition(frame)
        if answer is True:
            return yes(frame)
        if answer is not False and answer is not None:
            text = f'"if" needs a boolean, not {describe(answer)}, at {position}'
            frame[0].report("warn", "wrong_type", text, position)
        return no(frame)

    return choose


def build_instance_of(scope: Scope, node: InstanceOf) -> Closure:
    """Compile `instance of`; null is an instance of the type Null only."""
    value, position = scope.build(node.value), node.position
    declared = resolve_type(node.type, scope.types)
    if declared is None:
        name = node.type.name
        return lambda frame: frame[0].error("unknown_type", f'there is no type "{name}"', position)
    wanted = without_constraints(declared)

    def apply(frame: Frame) -> Value:
        one = value(frame)
        return wanted is NULL if one is None else wanted.contains(one)

    return apply
