"""Places the elements of a process that came without a diagram: columns by distance from the start, rows by branch.

Plain and predictable rather than beautiful: it lets a drawing be looked at that only a program has written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.language.elements import bodies_of
from bpmn.language.process import Body, Event, FlowNode, Gateway, Process, SubProcess

TASK = (100, 80)
EVENT = (36, 36)
GATEWAY = (50, 50)
GAP_X, GAP_Y, MARGIN = 60, 50, 40
Point = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a shape stands; pixels, y grows downwards."""

    x: int
    y: int
    width: int
    height: int

    def moved(self, x: int, y: int) -> Bounds:
        """The same shape elsewhere."""
        return Bounds(x=self.x + x, y=self.y + y, width=self.width, height=self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Shapes by element id and way points by flow id; the whole begins at (0, 0)."""

    shapes: Mapping[str, Bounds]
    edges: Mapping[str, tuple[Point, ...]]
    width: int
    height: int


def lay_out(process: Process) -> Layout:
    """Place every element of the process, insides of sub-processes first."""
    done: dict[int, Layout] = {}
    for body in reversed(list(bodies_of(process))):
        done[id(body)] = _lay_out_level(body, done)
    return done[id(process.body)]


def _lay_out_level(body: Body, done: Mapping[int, Layout]) -> Layout:
    sizes = {key: _size(node, done) for key, node in body.nodes.items()}
    cells = _cells(body)
    lefts = _offsets(
        {column: 0 for column, _ in cells.values()}, {k: (c, sizes[k][0]) for k, (c, _) in cells.items()}, GAP_X
    )
    tops = _offsets({row: 0 for _, row in cells.values()}, {k: (r, sizes[k][1]) for k, (_, r) in cells.items()}, GAP_Y)
    shapes: dict[str, Bounds] = {}
    for key, (column, row) in cells.items():
        (left, wide), (top, high) = lefts[column], tops[row]
        width, height = sizes[key]
        shapes[key] = Bounds(x=left + (wide - width) // 2, y=top + (high - height) // 2, width=width, height=height)
    shapes.update(_boundaries(body, shapes))
    edges = {flow.id: _route(shapes[flow.source], shapes[flow.target]) for flow in body.flows.values()}
    for key, node in body.nodes.items():
        if isinstance(node, SubProcess):
            _place_inside(done[id(node.body)], shapes[key], shapes, edges)
    width = max((left + wide for left, wide in lefts.values()), default=0)
    height = max((top + high for top, high in tops.values()), default=0)
    return Layout(shapes=shapes, edges=edges, width=width, height=height)


def _size(node: FlowNode, done: Mapping[int, Layout]) -> Point:
    if isinstance(node, SubProcess):
        inside = done[id(node.body)]
        return max(TASK[0], inside.width + 2 * MARGIN), max(TASK[1], inside.height + 2 * MARGIN)
    if isinstance(node, Event):
        return EVENT
    return GATEWAY if isinstance(node, Gateway) else TASK


def _cells(body: Body) -> dict[str, Point]:
    """Column and row of every node but boundary events, which sit on their host: breadth first from each beginning."""
    grid = _Grid()
    guests = _guests(body)
    seated = {guest for found in guests.values() for guest in found}
    beginnings = [key for key, node in body.nodes.items() if not node.incoming]
    for root in [*beginnings, *body.nodes]:
        waiting = deque([(root, 0, grid.next_row)])
        while waiting:
            key, column, row = waiting.popleft()
            if key in grid.cells or key in seated:
                continue
            row = grid.put(key, column, row)
            sources = [key, *guests.get(key, ())]
            targets = [body.flows[flow].target for source in sources for flow in body.nodes[source].outgoing]
            waiting.extend((target, column + 1, row + n) for n, target in enumerate(dict.fromkeys(targets)))
    return grid.cells


def _guests(body: Body) -> dict[str, list[str]]:
    """The boundary events of each host."""
    found: dict[str, list[str]] = {}
    for key, node in body.nodes.items():
        if isinstance(node, Event) and node.attached_to:
            found.setdefault(node.attached_to, []).append(key)
    return found


class _Grid:
    """Cells that are taken, and in each column the first free row below."""

    def __init__(self) -> None:
        self.cells: dict[str, Point] = {}
        self.next_row = 0
        self._free: dict[int, int] = {}

    def put(self, key: str, column: int, wished: int) -> int:
        """Take the wished row of the column, or the first one below what is there."""
        row = max(wished, self._free.get(column, 0))
        self._free[column] = row + 1
        self.next_row = max(self.next_row, row + 1)
        self.cells[key] = (column, row)
        return row


def _offsets(lines: Mapping[int, int], members: Mapping[str, Point], gap: int) -> dict[int, Point]:
    """Where each column or row begins, and how wide it is."""
    sizes = dict(lines)
    for line, size in members.values():
        sizes[line] = max(sizes[line], size)
    found, position = {}, 0
    for line in sorted(sizes):
        found[line] = (position, sizes[line])
        position += sizes[line] + gap
    return found


def _boundaries(body: Body, shapes: Mapping[str, Bounds]) -> dict[str, Bounds]:
    """Boundary events along the lower border of their host; those of nobody in the corner."""
    counts: dict[str, int] = {}
    found = {}
    width, height = EVENT
    for key, node in body.nodes.items():
        if isinstance(node, Event) and node.attached_to:
            host = shapes.get(node.attached_to, Bounds(x=0, y=0, width=0, height=0))
            number = counts[node.attached_to] = counts.get(node.attached_to, -1) + 1
            x = host.x + host.width - width - 10 - number * (width + 4)
            found[key] = Bounds(x=x, y=host.y + host.height - height // 2, width=width, height=height)
    return found


def _route(source: Bounds, target: Bounds) -> tuple[Point, ...]:
    """From the right side of the source to the left side of the target; backwards below both."""
    start = (source.x + source.width, source.y + source.height // 2)
    end = (target.x, target.y + target.height // 2)
    if end[0] > start[0]:
        middle = start[0] + min(GAP_X // 2, (end[0] - start[0]) // 2)
        return (start, end) if start[1] == end[1] else (start, (middle, start[1]), (middle, end[1]), end)
    below = max(source.y + source.height, target.y + target.height) + GAP_Y // 2
    left = target.x - GAP_X // 4
    right = start[0] + GAP_X // 4
    return (start, (right, start[1]), (right, below), (left, below), (left, end[1]), end)


def _place_inside(inside: Layout, host: Bounds, shapes: dict[str, Bounds], edges: dict[str, tuple[Point, ...]]) -> None:
    x, y = host.x + MARGIN, host.y + MARGIN
    shapes.update({key: bounds.moved(x, y) for key, bounds in inside.shapes.items()})
    edges.update({key: tuple((px + x, py + y) for px, py in points) for key, points in inside.edges.items()})
