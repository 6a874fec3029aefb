"""Closures for `for`, `some` and `every` (DMN 1.5, 10.3.2.14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..budget import Run
from ..nodes import For, Iteration, Name, Node, Quantified
from ..values import Date, Decimal, Range, Value, describe
from ..values.numbers import is_integral, to_int
from .scope import Closure, Frame, Scope

#: One iteration: slot of the variable, source, end of `source..end`, place.
_Loop = tuple[int, Closure, Closure | None, int]


def _build_loops(scope: Scope, iterations: tuple[Iteration, ...], partial: int | None) -> list[_Loop]:
    """Compile the iterations; each sees the variables before it. The caller pops the scope."""
    slots = {} if partial is None else {"partial": partial}
    scope.push(slots)
    loops: list[_Loop] = []
    for each in iterations:
        source = scope.build(each.source)
        end = scope.build(each.end) if each.end else None
        slot = scope.new_slot()
        loops.append((slot, source, end, each.position))
        slots[each.name] = slot
        scope.pop()
        scope.push(slots)
    return loops


class _NotIterableError(Exception):
    """A source that cannot be walked through; already reported."""


def _walk(frame: Frame, loops: list[_Loop], level: int = 0) -> Iterator[None]:
    """Set the variables to every combination, the last iteration moving fastest."""
    slot, source, end, position = loops[level]
    run = frame[0]
    for value in _values(run, source(frame), end(frame) if end else None, end is not None, position):
        run.step()
        frame[slot] = value
        if level + 1 < len(loops):
            yield from _walk(frame, loops, level + 1)
        else:
            yield


def _values(run: Run, source: Value, end: Value, has_end: bool, position: int) -> Iterable[Value]:
    if has_end:
        return _between(run, source, end, position)
    if type(source) is list:
        return source
    if type(source) is Range:
        return _within(run, source, position)
    if source is None:
        run.error("not_iterable", "cannot iterate over null", position)
        raise _NotIterableError
    return (source,)


def _between(run: Run, start: Value, end: Value, position: int) -> Iterator[Value]:
    """Count from start to end, up or down, both included."""
    if type(start) is Decimal and type(end) is Decimal and is_integral(start) and is_integral(end):
        low, high = to_int(start), to_int(end)
        return map(Decimal, range(low, high + 1) if low <= high else range(low, high - 1, -1))
    if type(start) is Date and type(end) is Date:
        low, high = start.days, end.days
        return map(Date.of_days, range(low, high + 1) if low <= high else range(low, high - 1, -1))
    run.error("not_iterable", f"cannot iterate from {describe(start)} to {describe(end)}", position)
    raise _NotIterableError


def _within(run: Run, limits: Range, position: int) -> Iterable[Value]:
    values = list(_ends(run, limits, position))
    if len(values) == 2 and not limits.operator:
        start, end = limits.start, limits.end
        walked = _between(run, start, end, position)
        if limits.start_included and limits.end_included:
            return walked
        return _inside(walked, limits)
    run.error("not_iterable", f"cannot iterate over {describe(limits)}", position)
    raise _NotIterableError


def _ends(run: Run, limits: Range, position: int) -> Iterator[Value]:
    yield from (end for end in (limits.start, limits.end) if end is not None)


def _inside(walked: Iterator[Value], limits: Range) -> Iterator[Value]:
    for value in walked:
        if value == limits.start and not limits.start_included:
            continue
        if value == limits.end and not limits.end_included:
            continue
        yield value


def build_for(scope: Scope, node: For) -> Closure:
    """Compile `for`; `partial` is the list of the results so far, copied only where it is read."""
    partial = scope.new_slot()
    wants_partial = _mentions(node.body, "partial") or any(_mentions(each, "partial") for each in node.iterations)
    loops = _build_loops(scope, node.iterations, partial)
    body = scope.build(node.body)
    scope.pop()

    def loop(frame: Frame) -> Value:
        run = frame[0]
        results: list[Value] = []
        frame[partial] = []
        try:
            for _ in _walk(frame, loops):
                if wants_partial:
                    run.step(len(results) // 16)
                    frame[partial] = results[:]
                results.append(body(frame))
                if len(results) > run.budget.list_size:
                    run.check_list(len(results))
        except _NotIterableError:
            return None
        return results

    return loop


def _mentions(node: Node, name: str) -> bool:
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, Name) and each.name == name:
            return True
        stack.extend(each.children())
    return False


def build_quantified(scope: Scope, node: Quantified) -> Closure:
    """Compile `some` (a chain of `or`) and `every` (a chain of `and`)."""
    loops = _build_loops(scope, node.iterations, None)
    condition = scope.build(node.condition)
    scope.pop()
    decisive = node.quantifier == "some"
    position = node.position

    def loop(frame: Frame) -> Value:
        unknown = False
        try:
            for _ in _walk(frame, loops):
                answer = condition(frame)
                if answer is decisive:
                    return decisive
                if type(answer) is not bool:
                    unknown = True
                    if answer is not None:
                        text = f'"{node.quantifier}" needs booleans, not {describe(answer)}'
                        frame[0].error("wrong_type", text, position)
        except _NotIterableError:
            return None
        return None if unknown else not decisive

    return loop
