"""Closures for paths, filters, lists, contexts and intervals."""

from __future__ import annotations

from ..comparison import order_key
from ..nodes import (
    Arithmetic,
    Constant,
    ContextOf,
    Filter,
    FunctionDefinition,
    Interval,
    ListOf,
    Negate,
    Node,
    Path,
    UnaryTest,
)
from ..properties import property_of
from ..values import Decimal, Function, Range, Value, describe
from ..values.numbers import to_int
from .scope import Closure, Frame, Scope


def build_path(scope: Scope, node: Path) -> Closure:
    """Compile `source.name`; over a list it gives the list of all answers."""
    source, name, position = scope.build(node.source), node.name, node.position

    def read(frame: Frame) -> Value:
        value = source(frame)
        if type(value) is dict and name in value:
            return value[name]
        return property_of(frame[0], value, name, position)

    return read


def build_list(scope: Scope, node: ListOf) -> Closure:
    """Compile `[a, b]`."""
    items = [scope.build(each) for each in node.items]
    return lambda frame: [item(frame) for item in items]


def build_context(scope: Scope, node: ContextOf) -> Closure:
    """Compile `{key: value}`; an entry sees the entries before it, a function also itself."""
    slots: dict[str, int] = {}
    scope.push({})
    entries = []
    for entry in node.entries:
        slot = scope.new_slot()
        if isinstance(entry.value, FunctionDefinition):
            slots[entry.key] = slot
            _renew(scope, slots)
        entries.append((entry.key, slot, scope.build(entry.value)))
        slots[entry.key] = slot
        _renew(scope, slots)
    scope.pop()

    def make(frame: Frame) -> Value:
        made = {}
        for key, slot, closure in entries:
            value = closure(frame)
            made[key] = frame[slot] = value
            if type(value) is Function and value.frame is not None:
                value.frame[slot] = value
        return made

    return make


def _renew(scope: Scope, slots: dict[str, int]) -> None:
    scope.pop()
    scope.push(slots)


def build_interval(scope: Scope, node: Interval) -> Closure:
    """Compile `[a..b]`."""
    start, end, position = scope.build(node.start), scope.build(node.end), node.position
    start_included, end_included = node.start_included, node.end_included

    def make(frame: Frame) -> Value:
        return make_range(frame, start(frame), end(frame), start_included, end_included, position)

    if isinstance(node.start, Constant) and isinstance(node.end, Constant):
        low, high = node.start.value, node.end.value
        one, other = order_key(low), order_key(high)
        if one and other and one[0] == other[0]:
            constant = Range(low, start_included, high, end_included)
            return lambda frame: constant
    return make


def make_range(frame: Frame, low: Value, high: Value, low_in: bool, high_in: bool, position: int) -> Value:
    """Give the range, or null with a message when the ends do not belong together."""
    one, other = order_key(low), order_key(high)
    fits = one is not None and other is not None and one[0] == other[0]
    open_end = (low is None and other is not None) or (high is None and one is not None)
    if fits or open_end:
        return Range(low, low_in, high, high_in)
    return frame[0].error("bad_range", f"a range cannot go from {describe(low)} to {describe(high)}", position)


def build_unary_test(scope: Scope, node: UnaryTest) -> Closure:
    """Compile `(> 5)` as a value: a range with one end."""
    operand, operator, position = scope.build(node.operand), node.operator, node.position

    def make(frame: Frame) -> Value:
        value = operand(frame)
        if operator in ("=", "!="):
            return Range(value, True, value, True, operator)
        if order_key(value) is None:
            return frame[0].error("bad_range", f"{describe(value)} has no order for {operator}", position)
        if operator[0] == "<":
            return Range(None, False, value, operator == "<=", operator)
        return Range(value, operator == ">=", None, False, operator)

    return make


# -- filters -----------------------------------------------------------------------------------


def build_filter(scope: Scope, node: Filter) -> Closure:
    """Compile `source[condition]`: an index when the condition is a number, else a choice of items."""
    source, position = scope.build(node.source), node.position
    slot = scope.new_slot()
    scope.push({"item": slot})
    scope.push(slot)
    condition = scope.build(node.condition)
    scope.pop()
    scope.pop()
    if _is_number(node.condition):
        return lambda frame: _index(frame, source(frame), condition(frame), position)

    def choose(frame: Frame) -> Value:
        value = source(frame)
        return _choose(frame, value if type(value) is list else _as_list(value), condition, slot, position)

    return choose


def _is_number(node: Node) -> bool:
    if isinstance(node, Negate):
        return _is_number(node.operand)
    return isinstance(node, Arithmetic) or (isinstance(node, Constant) and type(node.value) is Decimal)


def _as_list(value: Value) -> list[Value]:
    return [] if value is None else [value]


def _choose(frame: Frame, items: list[Value], condition: Closure, slot: int, position: int) -> Value:
    run = frame[0]
    if not items:
        return _choose_none(frame, condition, slot, position)
    chosen = []
    for item in items:
        run.step()
        frame[slot] = item
        answer = condition(frame)
        if answer is True:
            chosen.append(item)
        elif type(answer) is Decimal:
            return _index(frame, items, answer, position)
        elif answer is not False and answer is not None:
            return run.error("wrong_type", f"a filter needs a boolean or a number, not {describe(answer)}", position)
    return chosen


def _choose_none(frame: Frame, condition: Closure, slot: int, position: int) -> Value:
    """Filter the empty list: nothing is left, unless the condition is an index, which finds nothing."""
    run = frame[0]
    kept = len(run.messages)
    frame[slot] = None
    answer = condition(frame)
    del run.messages[kept:]
    return _index(frame, [], answer, position) if type(answer) is Decimal else []


def _index(frame: Frame, value: Value, place: Value, position: int) -> Value:
    items = value if type(value) is list else _as_list(value)
    if type(place) is not Decimal:
        return frame[0].error("wrong_type", f"a filter needs a boolean or a number, not {describe(place)}", position)
    index = to_int(place)
    if 1 <= index <= len(items):
        return items[index - 1]
    if -len(items) <= index <= -1:
        return items[index]
    text = f"there is no item {describe(place)[7:]} in a list of {len(items)}, at {position}"
    frame[0].report("error" if items else "warn", "no_such_item", text, position)
    return None
