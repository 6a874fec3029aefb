"""Rules about the names of variables: read by expressions, written by mappings, forms and results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

from bpmn.language.elements import nodes_of
from bpmn.language.lint.subject import Finding, Level, Subject, at, label
from bpmn.language.process import (
    Activity,
    Assignment,
    Body,
    CallActivity,
    Event,
    FlowNode,
    FormSpec,
    Gateway,
    GatewayKind,
    Process,
    SequenceFlow,
    Task,
)
from bpmn.language.vocabulary import words
from decisions.feel import Expression, Syntax

#: above these, names are not compared with each other
LIMIT_NAMES = 200
LIMIT_LENGTH = 80
#: forks x flows of a level above which parallel writes are not looked for
LIMIT_STEPS = 200_000
#: names that the engine or the vendors' engines give
GIVEN = words(
    "loopCounter nrOfInstances nrOfActiveInstances nrOfCompletedInstances nrOfTerminatedInstances "
    "execution task authenticatedUserId dateTime now today camunda processInstanceId businessKey "
    "activationCount item error toolCall adHocSubProcessElements"
)

_OBJECTS = words("execution task caseExecution processInstance processEngineServices authenticatedUserId")


def name_similar(subject: Subject) -> Iterator[Finding]:
    """An expression reads a name that nothing writes, but a very similar one is written: a slip."""
    for read in _unknown_reads(subject):
        if read.similar is not None:
            message = f'Nothing in the drawing writes "{read.name}". Is "{read.similar}" meant?'
            yield Finding(read.element, read.line, message)


def name_unknown(subject: Subject) -> Iterator[Finding]:
    """An expression reads a name that nothing in the drawing writes."""
    for read in _unknown_reads(subject):
        if read.similar is None:
            message = (
                f'Nothing in the drawing writes the variable "{read.name}": it must come from the start '
                "of the instance, a message, a person or a job."
            )
            yield Finding(read.element, read.line, message)


def engine_object_read(subject: Subject) -> Iterator[Finding]:
    """An expression in JUEL asks an object that only the drawing's own engine has."""
    written = written_names(subject.process)
    for level in subject.levels:
        elements: list[FlowNode | SequenceFlow] = [*level.body.nodes.values(), *level.body.flows.values()]
        for element in elements:
            for expression in expressions(element):
                asked = sorted((expression.names & _OBJECTS) - written) if expression.syntax is Syntax.JUEL else []
                if asked and expression is not getattr(element, "business_key", None):
                    said = f'"{expression.text[:60]}" asks "{asked[0]}", an object of the drawing\'s own engine'
                    yield Finding(_place(element), element.line, f"{said}: a token stops there. Ask a variable.")


class _Read(NamedTuple):
    """The first place where a name is read that nothing writes."""

    element: str
    line: int | None
    name: str
    similar: str | None


def _unknown_reads(subject: Subject) -> list[_Read]:
    """The names that are read and not written, in the order of the drawing."""
    return subject.memo.once("names", lambda: list(islice(_find_unknown_reads(subject), LIMIT_NAMES)))


def _find_unknown_reads(subject: Subject) -> Iterator[_Read]:
    written = written_names(subject.process)
    seen: set[str] = set()
    for level in subject.levels:
        elements: list[FlowNode | SequenceFlow] = [*level.body.nodes.values(), *level.body.flows.values()]
        for element in elements:
            own = {one.target for one in element.inputs} if isinstance(element, FlowNode) else set()
            for expression in expressions(element):
                for name in sorted(expression.names - expression.unknown_functions - GIVEN - written - own - seen):
                    seen.add(name)
                    yield _Read(_place(element), element.line, name, _similar(name, written))


def _similar(name: str, written: Collection[str]) -> str | None:
    """A written name that differs by a slip, not by the plural of a collection and its item."""
    if not 3 < len(name) < LIMIT_LENGTH or len(written) > LIMIT_NAMES:
        return None
    near = get_close_matches(name, written, n=1, cutoff=0.85)
    return near[0] if near and near[0].rstrip("s") != name.rstrip("s") else None


def _place(element: FlowNode | SequenceFlow) -> str:
    """The id to name: a flow without one of its own is named by where it comes from."""
    return element.source if isinstance(element, SequenceFlow) and element.anonymous else element.id


def expressions(value: object) -> Iterator[Expression]:
    """Every expression in a part of the model, bodies of sub-processes left out."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Expression):
            yield part
        elif isinstance(part, tuple):
            waiting.extend(part)
        elif not isinstance(part, Body):
            waiting.extend(getattr(part, name) for name in _field_names(type(part)))


_FIELDS: dict[type, tuple[str, ...]] = {}


def _field_names(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass; nothing for everything else."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
    return _FIELDS[kind]


def written_names(process: Process) -> frozenset[str]:
    """The variables that something in the process writes."""
    found: set[str] = set(process.data_objects)
    for node in nodes_of(process):
        found.update(writes(node))
        found.update(_local_writes(node))
    return frozenset(found)


def writes(node: FlowNode) -> Iterator[str]:
    """The variables that a node writes into the scope around it."""
    yield from _heads(node.outputs)
    if isinstance(node, CallActivity):
        yield from _heads(node.passed_out + node.kept_out)
    if isinstance(node, Activity) and node.loop and node.loop.output_collection:
        yield node.loop.output_collection
    if isinstance(node, Task):
        yield from _task_writes(node)
    if isinstance(node, Event):
        yield from _event_writes(node)


def _task_writes(task: Task) -> Iterator[str]:
    results = (
        task.script_result,
        task.job.result_variable if task.job else None,
        task.decision.result_variable if task.decision else None,
    )
    if not task.outputs:
        yield from (name for name in results if name)
        yield from _form_names(task.user.form if task.user else None)


def _event_writes(event: Event) -> Iterator[str]:
    yield from _form_names(event.form)
    if event.initiator:
        yield event.initiator
    for definition in event.definitions:
        taken = (definition.code_variable, definition.message_variable, definition.into)
        yield from (name for name in taken if name)


def _form_names(form: FormSpec | None) -> Iterator[str]:
    for field in form.fields if form else ():
        yield str(field.get("id"))


def _local_writes(node: FlowNode) -> Iterator[str]:
    """What only the inside of the node sees: inputs, the item of a loop, results before output mappings."""
    yield from _heads(node.inputs)
    if isinstance(node, Activity) and node.loop and node.loop.element_variable:
        yield node.loop.element_variable
    if isinstance(node, Task) and node.outputs:
        for expression in (one.source for one in node.outputs):
            yield from expression.names


def _heads(assignments: tuple[Assignment, ...]) -> Iterator[str]:
    for one in assignments:
        yield one.target.partition(".")[0]


def parallel_writes(subject: Subject) -> Iterator[Finding]:
    """Two parallel branches write one variable: the last one wins."""
    for level in subject.levels:
        forks = [node for node in level.body.nodes.values() if _forks(node)]
        if len(forks) * len(level.body.flows) < LIMIT_STEPS:
            for fork in forks:
                yield from _clashes(level, fork)


def _forks(node: FlowNode) -> bool:
    if len(node.outgoing) < 2:
        return False
    if isinstance(node, Gateway):
        return node.kind in (GatewayKind.PARALLEL, GatewayKind.INCLUSIVE)
    return True


def _clashes(level: Level, fork: FlowNode) -> Iterator[Finding]:
    branches = [_own_reach(level, flow.target, fork.id) for flow in level.outgoing(fork)]
    shared: dict[str, int] = {}
    for branch in branches:
        for key in branch:
            shared[key] = shared.get(key, 0) + 1
    writers: dict[str, dict[int, FlowNode]] = {}
    for number, branch in enumerate(branches):
        for key in branch:
            if shared[key] == 1:
                for name in writes(level.body.nodes[key]):
                    writers.setdefault(name, {}).setdefault(number, level.body.nodes[key])
    for name, places in writers.items():
        if len(places) > 1:
            first, second, *_ = places.values()
            message = f'{label(first)} and {label(second)} run in parallel and both write "{name}": the last one wins.'
            yield at(second, message)


def _own_reach(level: Level, start: str, fork: str) -> Mapping[str, None]:
    """What can be reached from a branch without passing the fork again."""
    seen: dict[str, None] = {start: None}
    waiting = [start]
    while waiting:
        for flow in level.outgoing(level.body.nodes[waiting.pop()]):
            if flow.target not in seen and flow.target != fork:
                seen[flow.target] = None
                waiting.append(flow.target)
    return seen
