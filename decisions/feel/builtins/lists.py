"""List functions; positions count from 1, negative ones from the end (DMN 1.5, 10.3.4.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..budget import Run
from ..comparison import equal
from ..invocation import invoke
from ..values import Decimal, Function, Value, describe
from ..values.numbers import number_text, to_int
from .registry import builtin

_MAX_DEPTH = 200


def _same(one: Value, other: Value) -> bool:
    return equal(one, other) is True


@builtin("list contains(list: list, element)")
def list_contains(run: Run, items: list[Value], element: Value) -> Value:
    """Tell whether an item equals the element."""
    run.step(len(items) // 16)
    return any(_same(item, element) for item in items)


@builtin("count(list: list)")
def count(run: Run, items: list[Value]) -> Value:
    """Count the items."""
    return Decimal(len(items))


@builtin("sublist(list: list, start position: number, length?: number)")
def sublist(run: Run, items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    """Cut a part out."""
    first = _place(run, items, start, "sublist")
    if first is None:
        return None
    if length is None:
        return items[first:]
    size = to_int(length)
    if size < 0 or first + size > len(items):
        return run.error(
            "out_of_range", f"sublist: {describe(length)} is no length from item {first + 1} of {len(items)}"
        )
    return items[first : first + size]


def _place(run: Run, items: list[Value], position: Decimal, function: str) -> int | None:
    """Give Python's index of a position, or report that there is no such item."""
    place = to_int(position)
    if 1 <= place <= len(items):
        return place - 1
    if -len(items) <= place <= -1:
        return len(items) + place
    run.error("out_of_range", f"{function}: there is no item {number_text(position)} in a list of {len(items)}")
    return None


@builtin("append(list: list, item, items...)")
def append(run: Run, items: list[Value], item: Value, more: Sequence[Value] = ()) -> Value:
    """Add items at the end."""
    run.check_list(len(items) + len(more) + 1)
    return [*items, item, *more]


@builtin("concatenate(list: list, lists...)")
def concatenate(run: Run, first: list[Value], rest: list[Value]) -> Value:
    """Join lists one behind the other."""
    return _join(run, "concatenate", first, rest)


def _join(run: Run, function: str, first: list[Value], rest: list[Value]) -> Value:
    joined = list(first)
    for other in rest:
        if other is None:
            return run.error("wrong_argument", f"{function}: every argument must be list, not null")
        joined.extend(other if isinstance(other, list) else [other])
        run.check_list(len(joined))
    return joined


@builtin("insert before(list: list, position: number, newItem)")
def insert_before(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    """Put an item before the one at a position."""
    place = _place(run, items, position, "insert before")
    return None if place is None else [*items[:place], item, *items[place:]]


@builtin("remove(list: list, position: number)")
def remove(run: Run, items: list[Value], position: Decimal) -> Value:
    """Leave out the item at a position."""
    place = _place(run, items, position, "remove")
    return None if place is None else [*items[:place], *items[place + 1 :]]


@builtin("list replace(list: list, position: number, newItem)")
def list_replace(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    """Put an item in the place of another."""
    place = _place(run, items, position, "list replace")
    return None if place is None else [*items[:place], item, *items[place + 1 :]]


@builtin("list replace(list: list, match: function, newItem)")
def list_replace_matching(run: Run, items: list[Value], match: Function, new: Value) -> Value:
    """Put an item in the place of all that `match(item, newItem)` chooses."""
    if len(match.parameters) != 2:
        return run.error(
            "wrong_argument", f'list replace: "match" must take two parameters, not {len(match.parameters)}'
        )
    replaced = []
    for item in items:
        answer = invoke(run, match, [item, new])
        if not isinstance(answer, bool):
            return run.error("wrong_argument", f'list replace: "match" must give boolean, not {describe(answer)}')
        replaced.append(new if answer else item)
    return replaced


@builtin("reverse(list: list)")
def reverse(run: Run, items: list[Value]) -> Value:
    """Turn the order around."""
    return items[::-1]


@builtin("index of(list: list, match)")
def index_of(run: Run, items: list[Value], match: Value) -> Value:
    """Give the positions of all items that equal a value."""
    run.step(len(items) // 16)
    return [Decimal(place) for place, item in enumerate(items, 1) if _same(item, match)]


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: list[Value]) -> Value:
    """Keep the first of equal items."""
    return [item for item, repeated in _repetitions(run, items) if not repeated]


@builtin("duplicate values(list: list)")
def duplicate_values(run: Run, items: list[Value]) -> Value:
    """Give one of each item that occurs more than once."""
    seconds: list[Value] = []
    for item, repeated in _repetitions(run, items):
        if repeated and not any(_same(item, other) for other in seconds):
            seconds.append(item)
    return [item for item in distinct_values(run, items) if any(_same(item, other) for other in seconds)]


def _repetitions(run: Run, items: list[Value]) -> Iterator[tuple[Value, bool]]:
    """Yield each item with whether an equal one came before; plain items are found by hash."""
    plain: set[tuple[type, Value]] = set()
    others: list[Value] = []
    for item in items:
        if isinstance(item, str | Decimal | bool | None):
            key = (type(item), item)
            repeated = key in plain
            plain.add(key)
        else:
            run.step(1 + len(others) // 16)
            repeated = any(_same(item, other) for other in others)
            if not repeated:
                others.append(item)
        yield item, repeated


@builtin("union(list: list, lists...)")
def union(run: Run, first: list[Value], rest: list[Value]) -> Value:
    """Join lists and keep the first of equal items."""
    joined = _join(run, "union", first, rest)
    return None if joined is None else distinct_values(run, joined)


@builtin("flatten(list: list)")
def flatten(run: Run, items: list[Value]) -> Value:
    """Take the items out of all nested lists."""
    flat: list[Value] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            run.step()
            if isinstance(item, list):
                stack.append(iter(item))
                break
            flat.append(item)
        else:
            stack.pop()
        run.check_list(len(flat) + len(stack))
    return flat


class _SortError(Exception):
    """The comparison of two items gave no boolean."""


@builtin("sort(list: list, precedes: function)")
def sort(run: Run, items: list[Value], precedes: Function) -> Value:
    """Order the items by a function of two items that tells whether the first comes first."""

    class Key:
        """Lets Python's stable sort ask `precedes`."""

        __slots__ = ("item",)

        def __init__(self, item: Value) -> None:
            self.item = item

        def __lt__(self, other: Key) -> bool:
            answer = invoke(run, precedes, [self.item, other.item])
            if not isinstance(answer, bool):
                raise _SortError(describe(answer))
            return answer

    try:
        return sorted(items, key=Key)
    except _SortError as error:
        return run.error("wrong_argument", f'sort: "precedes" must give boolean, not {error}')
