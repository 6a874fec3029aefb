"""Which process calls which, and from which of them a token can come back.

Computed once for all processes that are uploaded together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bpmn.language.elements import nodes_of
from bpmn.language.normalise import constant_text
from bpmn.language.process import (
    Body,
    CallActivity,
    Event,
    FlowNode,
    Position,
    Process,
    SubProcess,
    SubProcessKind,
)


class CallGraph:
    """The calls with fixed names between the processes of an upload."""

    def __init__(self, processes: Mapping[str, Process]) -> None:
        self._processes = processes
        self._calls = {name: _called(process) & processes.keys() for name, process in processes.items()}
        #: processes with a way to an end that needs no process which has none
        self.ending = self._find_ending()

    def leads_to(self, start: str, goal: str) -> bool:
        """True when a call of `start` may lead to a call of `goal`."""
        seen, waiting = {start}, [start]
        while waiting:
            for name in self._calls.get(waiting.pop(), ()):
                if name == goal:
                    return True
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return start == goal

    def _find_ending(self) -> set[str]:
        """A least fixed point: first those without calls on some way, then those that call only such ones.

        A process whose own flows never end, calls aside, counts as ending here; other rules speak of it.
        """
        callers: dict[str, set[str]] = {}
        for name, called in self._calls.items():
            for other in called:
                callers.setdefault(other, set()).add(name)
        ending = {name for name, called in self._calls.items() if not called}
        ending |= {name for name in self._calls.keys() - ending if not _can_end(self._processes[name].body, ())}
        waiting = set(self._calls) - ending
        while waiting:
            name = waiting.pop()
            if name not in ending and _can_end(self._processes[name].body, self._calls[name] - ending):
                ending.add(name)
                waiting |= callers.get(name, set()) - ending
        return ending


def called_by(call: CallActivity) -> str | None:
    """The called process's id when it is fixed."""
    return constant_text(call.called_element)


def _called(process: Process) -> set[str]:
    names = (called_by(node) for node in nodes_of(process) if isinstance(node, CallActivity))
    return {name for name in names if name is not None}


def _can_end(body: Body, blocked: Collection[str]) -> bool:
    """True when a token can reach an end of every level it enters without calling a blocked process."""
    levels = [body]
    for level in levels:
        levels.extend(node.body for node in level.nodes.values() if isinstance(node, SubProcess))
    passable: dict[int, bool] = {}
    for level in reversed(levels):
        passable[id(level)] = not level.nodes or _level_ends(level, blocked, passable)
    return passable[id(body)]


def _level_ends(level: Body, blocked: Collection[str], passable: Mapping[int, bool]) -> bool:
    attached: dict[str, list[FlowNode]] = {}
    for event in level.nodes.values():
        if isinstance(event, Event) and event.attached_to:
            attached.setdefault(event.attached_to, []).append(event)
    waiting = [node for node in level.nodes.values() if _begins(node)]
    seen = {node.id for node in waiting}
    while waiting:
        node = waiting.pop()
        following = list(attached.get(node.id, ()))
        if _is_passable(node, blocked, passable):
            if not node.outgoing:
                return True
            following += [level.nodes[level.flows[flow].target] for flow in node.outgoing]
        fresh = [other for other in following if other.id not in seen]
        seen.update(other.id for other in fresh)
        waiting.extend(fresh)
    return False


def _is_passable(node: FlowNode, blocked: Collection[str], passable: Mapping[int, bool]) -> bool:
    if isinstance(node, CallActivity):
        return called_by(node) not in blocked
    return not isinstance(node, SubProcess) or passable[id(node.body)]


def _begins(node: FlowNode) -> bool:
    """True for nodes where a token of the level may appear by itself."""
    if isinstance(node, Event):
        return node.position == Position.START or (not node.incoming and node.position == Position.CATCH)
    if isinstance(node, SubProcess) and node.kind == SubProcessKind.EVENT:
        return False
    return not node.incoming
