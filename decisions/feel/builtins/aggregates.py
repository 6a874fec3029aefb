"""Functions that make one value of a list: sums, extremes, statistics, all and any (DMN 1.5, 10.3.4.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ..budget import Run
from ..comparison import Order, order_key
from ..values import Decimal, Value, describe
from ..values.numbers import CONTEXT, ONE, ZERO, DecimalException
from .registry import builtin


def _items(first: Value, more: tuple[Value, ...]) -> list[Value]:
    """Give the items, whether the call was `f(list)` or `f(a, b, c)`: then they are a, b and [c]."""
    return [first, more[0], *more[1]] if more else first


def _extreme(run: Run, function: str, items: list[Value], order: Order) -> Value:
    if not items:
        return None
    best = items[0]
    for item in items:
        one, other = order_key(item), order_key(best)
        if one is None or other is None or one[0] != other[0]:
            return run.error("cannot_compare", f"{function}: cannot compare {describe(best)} with {describe(item)}")
        if order(one[1], other[1]):
            best = item
    return best


@builtin("min(list: list)", "min(c1, c2, c3...)")
def minimum(run: Run, first: Value, *more: Value) -> Value:
    """Give the smallest item."""
    return _extreme(run, "min", _items(first, more), lambda one, other: one < other)


@builtin("max(list: list)", "max(c1, c2, c3...)")
def maximum(run: Run, first: Value, *more: Value) -> Value:
    """Give the largest item."""
    return _extreme(run, "max", _items(first, more), lambda one, other: one > other)


def _numbers(run: Run, function: str, items: list[Value]) -> list[Decimal] | None:
    for item in items:
        if not isinstance(item, Decimal):
            return run.error("wrong_argument", f"{function}: every item must be number, not {describe(item)}")
    run.step(len(items) // 16)
    return items


def _fold(
    run: Run, function: str, items: list[Value], start: Decimal, step: Callable[[Decimal, Decimal], Decimal]
) -> Value:
    numbers = _numbers(run, function, items)
    if numbers is None:
        return None
    if not numbers:
        return run.error("empty_list", f"{function} of an empty list")
    total = start
    try:
        for number in numbers:
            total = step(total, number)
    except DecimalException:
        return run.error("out_of_range", f"{function}: the result is out of range")
    return total


@builtin("sum(list: list)", "sum(n1, n2, n3...)")
def total(run: Run, first: Value, *more: Value) -> Value:
    """Add up the numbers."""
    return _fold(run, "sum", _items(first, more), ZERO, CONTEXT.add)


@builtin("product(list: list)", "product(n1, n2, n3...)")
def product(run: Run, first: Value, *more: Value) -> Value:
    """Multiply the numbers."""
    return _fold(run, "product", _items(first, more), ONE, CONTEXT.multiply)


@builtin("mean(list: list)", "mean(n1, n2, n3...)")
def mean(run: Run, first: Value, *more: Value) -> Value:
    """Give the arithmetic mean."""
    items = _items(first, more)
    added = _fold(run, "mean", items, ZERO, CONTEXT.add)
    return None if added is None else CONTEXT.divide(added, Decimal(len(items)))


@builtin("median(list: list)", "median(n1, n2, n3...)")
def median(run: Run, first: Value, *more: Value) -> Value:
    """Give the middle number, or the mean of the two in the middle."""
    numbers = _numbers(run, "median", _items(first, more))
    if not numbers:
        return None
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return CONTEXT.divide(CONTEXT.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev(list: list)", "stddev(n1, n2, n3...)")
def stddev(run: Run, first: Value, *more: Value) -> Value:
    """Give the sample standard deviation of two or more numbers."""
    items = _items(first, more)
    numbers = _numbers(run, "stddev", items)
    if numbers is None:
        return None
    if len(numbers) < 2:
        return run.error("empty_list", f"stddev needs two numbers, not {len(numbers)}")
    try:
        middle = mean(run, numbers)
        squares = ZERO
        for number in numbers:
            away = CONTEXT.subtract(number, middle)
            squares = CONTEXT.add(squares, CONTEXT.multiply(away, away))
        return CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(numbers) - 1)))
    except DecimalException:
        return run.error("out_of_range", "stddev: the result is out of range")


@builtin("mode(list: list)", "mode(n1, n2, n3...)")
def mode(run: Run, first: Value, *more: Value) -> Value:
    """Give the most frequent numbers in ascending order."""
    numbers = _numbers(run, "mode", _items(first, more))
    if numbers is None:
        return None
    counts = Counter(numbers)
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


def _logic(run: Run, function: str, items: list[Value], decisive: bool) -> Value:
    """Join booleans by `or` (any) or `and` (all) over three values."""
    if any(item is decisive for item in items):
        return decisive
    for item in items:
        if item is not None and not isinstance(item, bool):
            return run.error("wrong_argument", f"{function}: every item must be boolean, not {describe(item)}")
    return None if None in items else not decisive


@builtin("all(list: list)", "all(b1, b2, b3...)")
def every(run: Run, first: Value, *more: Value) -> Value:
    """Tell whether every item is true."""
    return _logic(run, "all", _items(first, more), False)


@builtin("any(list: list)", "any(b1, b2, b3...)")
def some(run: Run, first: Value, *more: Value) -> Value:
    """Tell whether some item is true."""
    return _logic(run, "any", _items(first, more), True)
