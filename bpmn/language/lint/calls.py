"""Rules about call activities: who is called, and whether a round of calls ever ends (section 10.3.6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bpmn.language.elements import nodes_of
from bpmn.language.lint.subject import Finding, Subject, at
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


def called_process_unknown(subject: Subject) -> Iterator[Finding]:
    """The called process is neither in the upload nor deployed."""
    for _, call in subject.of_kind(CallActivity):
        name = called_by(call)
        if name is None or call.id in subject.reported or name in subject.neighbours:
            continue
        if subject.known_processes is None or name not in subject.known_processes:
            message = (
                f'The called process "{name}" is not in this upload. Deploy it before this element '
                "is reached."
            )
            yield at(call, message)


def call_without_exit(subject: Subject) -> Iterator[Finding]:
    """A process that can only end after calling itself again, directly or in a round."""
    if not any(subject.of_kind(CallActivity)):
        return
    ending = _ending(subject.neighbours)
    if subject.process.id in ending:
        return
    for _, call in subject.of_kind(CallActivity):
        name = called_by(call)
        if name is not None and name not in ending and name in subject.neighbours:
            message = (
                f'Every way through "{subject.process.id}" calls "{name}", which leads back: it '
                "would never end."
            )
            yield at(call, message)


def call_cycle(subject: Subject) -> Iterator[Finding]:
    """A round of calls that has a way out."""
    if not any(subject.of_kind(CallActivity)) or subject.process.id not in _ending(subject.neighbours):
        return
    for _, call in subject.of_kind(CallActivity):
        name = called_by(call)
        if name in subject.neighbours and subject.process.id in _called_from(str(name), subject.neighbours):
            yield at(
                call, f'The process "{name}" leads back to "{subject.process.id}": make sure that it ends.'
            )


def called_by(call: CallActivity) -> str | None:
    """The called process's id when it is fixed and of the same upload's latest version."""
    return call.called_element.text if call.called_element.is_constant else None


def _called_from(start: str, processes: Mapping[str, Process]) -> set[str]:
    """The processes that a call of `start` may lead to, itself included."""
    seen, waiting = {start}, [start]
    while waiting:
        for name in _calls(processes[waiting.pop()]):
            if name in processes and name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def _calls(process: Process) -> Iterator[str]:
    for node in nodes_of(process):
        if isinstance(node, CallActivity) and (name := called_by(node)):
            yield name


def _ending(processes: Mapping[str, Process]) -> set[str]:
    """The processes with a way to an end that does not need a process which has none.

    A least fixed point: first those without calls on some way, then those that call only such ones. A
    process whose own flows never end, calls aside, counts as ending here; other rules speak of it.
    """
    ending = {
        name
        for name, process in processes.items()
        if not _can_end(process.body, set(processes), all_calls=True)
    }
    grown = True
    while grown:
        grown = False
        for name, process in processes.items():
            if name not in ending and _can_end(process.body, set(processes) - ending, all_calls=False):
                ending.add(name)
                grown = True
    return ending


def _can_end(body: Body, blocked: Collection[str], *, all_calls: bool) -> bool:
    """True when a token can reach an end of every level it enters without calling a blocked process."""
    passable: dict[int, bool] = {}
    levels = [body]
    for level in levels:
        levels.extend(node.body for node in level.nodes.values() if isinstance(node, SubProcess))
    for level in reversed(levels):
        passable[id(level)] = _level_ends(level, () if all_calls else blocked, passable)
    return passable[id(body)]


def _level_ends(level: Body, blocked: Collection[str], passable: Mapping[int, bool]) -> bool:
    waiting = [node for node in level.nodes.values() if _begins(node)]
    attached: dict[str, list[FlowNode]] = {}
    for event in level.nodes.values():
        if isinstance(event, Event) and event.attached_to:
            attached.setdefault(event.attached_to, []).append(event)
    seen = {node.id for node in waiting}
    while waiting:
        node = waiting.pop()
        for boundary in attached.get(node.id, ()):
            if boundary.id not in seen:
                seen.add(boundary.id)
                waiting.append(boundary)
        if isinstance(node, CallActivity) and called_by(node) in blocked:
            continue
        if isinstance(node, SubProcess) and not passable[id(node.body)]:
            continue
        if not node.outgoing:
            return True
        for flow in node.outgoing:
            target = level.flows[flow].target
            if target not in seen:
                seen.add(target)
                waiting.append(level.nodes[target])
    return not level.nodes


def _begins(node: FlowNode) -> bool:
    """True for nodes where a token of the level may appear by itself."""
    if isinstance(node, Event):
        return node.position == Position.START or (not node.incoming and node.position == Position.CATCH)
    if isinstance(node, SubProcess) and node.kind == SubProcessKind.EVENT:
        return False
    return not node.incoming
