"""Scopes that tokens live in: processes, sub-processes, ad-hoc sub-processes, and calls of processes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from bpmn.engine import events, expressions, loops, scopes
from bpmn.engine.activities import Activity
from bpmn.engine.effects import Happened
from bpmn.engine.errors import Incident
from bpmn.engine.graph import Graph
from bpmn.engine.nodes import Node, label
from bpmn.engine.states import CANCELLED, WAITING
from bpmn.language.process import Activity as ActivityElement
from bpmn.language.process import (
    Assignment,
    Body,
    CallActivity,
    Event,
    FlowNode,
    Passing,
    Position,
    SequenceFlow,
    SubProcess,
    SubProcessKind,
    Variables,
)

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


class Inside:
    """Where the tokens of a body begin."""

    def __init__(self, body: Body) -> None:
        starts = [node for node in body.nodes.values() if isinstance(node, Event) and node.position is Position.START]
        none = [node.id for node in starts if not node.definitions]
        #: start events by id, in drawing order
        self.starts = tuple(node.id for node in starts)
        #: nodes without an incoming flow that nothing else starts
        self.sources = tuple(node.id for node in body.nodes.values() if _is_source(node))
        #: 13.3.4: the none start event, else every source
        self.default: tuple[str, ...] = tuple(none[:1]) or (self.sources if not starts else ())


def _is_source(node: FlowNode) -> bool:
    if node.incoming or (isinstance(node, Event) and node.position in (Position.BOUNDARY, Position.START)):
        return False
    if isinstance(node, SubProcess) and node.kind is SubProcessKind.EVENT:
        return False
    return not (isinstance(node, ActivityElement) and node.for_compensation)


def has_tokens(machine: Machine, scope: Token) -> bool:
    """Return whether a token lives right below a scope; subscriptions do not count."""
    return any(not (child.task_spec.subscribes and child._state == WAITING) for child in machine.children(scope))


def guard(machine: Machine, scope: Token) -> None:
    """Let the event sub-processes of a scope listen."""
    for start in scope.task_spec.guards:
        events.subscribe(machine, scope, start)


def populate(machine: Machine, scope: Token, elements: Iterable[str]) -> None:
    """Put tokens on nodes of a scope; without any it finishes at its turn."""
    nodes = scope.task_spec.graph.nodes
    for element in elements:
        machine.token(nodes[element], scope)
    machine.mark(scope)


class Scope(Activity):
    """An embedded sub-process, transaction or event sub-process (13.3.4)."""

    element: SubProcess
    is_scope = True
    inside: Inside

    def begin(self, machine: Machine, task: Token) -> Variables | None:
        notes = task.internal_data
        guard(machine, task)
        if "into" in notes:
            enter_path(machine, task, notes.pop("into"))
        elif "by" in notes:
            start = self.graph.nodes[notes.pop("by")]
            carried = {"at": "end", "res": notes.pop("res", {}), "tell": notes.pop("tell", {})}
            machine.token(start, task, notes=carried)
        else:
            populate(machine, task, self.inside.default)
        return None

    def check(self, machine: Machine, task: Token) -> None:
        if "n" not in task.internal_data and not has_tokens(machine, task):
            machine.awake(task, "end")


#: what Camunda 8 calls the list of what an ad-hoc sub-process can begin
_ELEMENTS = "adHocSubProcessElements"


def _described(element: FlowNode) -> Variables:
    """Return what whoever chooses among activities may know of one."""
    return {
        "elementId": element.id,
        "elementName": element.name,
        "documentation": element.documentation or None,
        "properties": dict(element.properties),
    }


class AdHoc(Scope):
    """An ad-hoc sub-process (13.3.5): its activities run in any order until its condition holds."""

    is_ad_hoc = True
    waits_outside = True

    def begin(self, machine: Machine, task: Token) -> Variables | None:
        guard(machine, task)
        notes = task.internal_data
        if self.element.output_collection:
            scopes.put_local(machine, task, self.element.output_collection, [])
        if "into" in notes:
            enter_path(machine, task, notes.pop("into"))
            return None
        chosen: Sequence[str] = self.inside.sources
        if self.element.active_elements is not None:
            chosen = self._listed(machine, task)
        elif self.graph.ad_hoc_waits_to_be_told:
            return None
        self.choose(machine, task, chosen)
        if not chosen and not self.graph.ad_hoc_waits_to_be_told:
            machine.mark(task)  # the completion condition is asked when an activity has completed, not before
        return None

    def shown(self, task: Token, name: str) -> Any:
        if name != _ELEMENTS or not self.graph.shows_what_is_gathered or "n" in task.internal_data:
            return super().shown(task, name)
        return [_described(self.graph.nodes[one].element) for one in self.inside.sources]

    def _listed(self, machine: Machine, task: Token) -> list[str]:
        assert self.element.active_elements is not None
        names = expressions.value(machine, task, self.element.active_elements)
        if not isinstance(names, list):
            raise Incident("not_a_list", f"The active elements of {label(self)} are not a list.")
        unknown = [str(name) for name in names if name not in self.inside.sources]
        if unknown:
            raise Incident("unknown_element", f"{label(self)} has no activity {', '.join(unknown)} to begin with.")
        return [str(name) for name in names]

    def choose(self, machine: Machine, task: Token, elements: Sequence[str]) -> None:
        """Begin activities: all at once, or one after the other."""
        nodes, notes = self.graph.nodes, task.internal_data
        if self.element.sequential:
            waiting = [*notes.get("items", ()), *elements]
            if waiting and not has_tokens(machine, task):
                machine.token(nodes[waiting.pop(0)], task, data=self._own())
            notes["items"] = waiting
        else:
            for element in elements:
                machine.token(nodes[element], task, data=self._own())

    def _own(self) -> Variables:
        """Return the variables that each activity has for itself because the output element reads them."""
        return dict.fromkeys(loops.own_names(self.element.output_element))

    def gather(self, machine: Machine, scope: Token, ended: Token) -> None:
        """Keep what an activity, or the last one of those that follow each other, has made."""
        name, output = self.element.output_collection, self.element.output_element
        if name and output is not None and "n" not in scope.internal_data:
            made = expressions.value(machine, ended, output)
            scopes.put_local(machine, scope, name, [*scope.data[name], made])

    def close(self, machine: Machine, task: Token, result: Variables) -> bool:
        name = self.element.output_collection
        if name:
            scopes.put_path(machine, task.parent, name, task.data[name])
        return super().close(machine, task, result)

    def check(self, machine: Machine, task: Token) -> None:
        if "n" not in task.internal_data:
            machine.awake(task, "look")

    def resume(self, machine: Machine, task: Token, at: str) -> bool:
        if at != "look":
            return super().resume(machine, task, at)
        notes = task.internal_data
        condition = self.element.completion_condition
        if condition is not None and expressions.holds(machine, task, condition):
            notes["closing"] = 1
            notes.pop("items", None)
            if self.element.cancel_remaining:
                machine.clear(task, keep_guards=True)
        if has_tokens(machine, task):
            return False
        if notes.get("items"):
            self.choose(machine, task, ())
            return False
        if condition is None or "closing" in notes:
            notes["at"] = "end"
            return self.close(machine, task, {})
        return False


class ProcessNode(Node):
    """The scope of a started or called process."""

    is_process = True
    is_scope = True
    inside: Inside

    def enter(self, machine: Machine, task: Token) -> bool:
        """Let its event sub-processes listen and put tokens where it starts."""
        self._fill_in(machine, task)
        guard(machine, task)
        notes = task.internal_data
        populate(machine, task, notes["start"])
        if "arrived" in notes:
            carried = {"at": "end", "res": notes.pop("brought", {})}
            machine.token(self.graph.nodes[notes.pop("arrived")], task, notes=carried)
        return False

    def _fill_in(self, machine: Machine, task: Token) -> None:
        """Give the variables that nobody gave the values of their data objects."""
        missing = [one for one in self.graph.process.defaults if one.target not in task.data]
        values = {one.target: expressions.value(machine, task, one.source) for one in missing}
        if values:
            task.data.update(values)
            machine.record_at(self, task, Happened.WROTE, wrote=values)

    def check(self, machine: Machine, task: Token) -> None:
        if not has_tokens(machine, task):
            machine.clear(task)
            machine.awake(task, "end")

    def flows(self, machine: Machine, task: Token) -> tuple[SequenceFlow, ...]:
        return ()

    def _on_complete_hook(self, my_task: Token) -> None:
        """Stay in the tree: the caller, or whoever asks for the result, reads the variables."""
        caller = my_task.parent
        if caller is not None:
            my_task.workflow.awake(caller, "end")


class Call(Activity):
    """A call activity: a process in a scope of its own, with what is passed in and handed back (13.3.6)."""

    element: CallActivity

    def begin(self, machine: Machine, task: Token) -> Variables | None:
        called = self._called(machine, task)
        inside = called.root.inside
        if not inside.default and inside.starts:
            raise Incident("no_none_start", f'The called process "{called.name}" has no none start event.')
        passed = _only(called.process.takes, self._passed_in(machine, task))
        machine.told["called"] = called.ref
        machine.token(called.root, task, notes={"start": list(inside.default)}, data=passed)
        return None

    def _called(self, machine: Machine, task: Token) -> Graph:
        element = self.element
        key = expressions.text(machine, task, element.called_element)
        if not key:
            raise Incident("called_process_missing", f"{label(self)} names no process to call.")
        if call_depth(task) > machine.budget.depth:
            raise Incident(
                "call_depth_exceeded", f"More than {machine.budget.depth} calls are nested at {label(self)}."
            )
        version = expressions.text(machine, task, element.version)
        ref = machine.host.resolve(key=key, binding=element.binding, version=version, caller=self.graph.ref)
        if ref is None:
            raise Incident(
                "called_process_missing",
                f'There is no process "{key}" that {label(self)} could call.',
                {"called": key, "binding": element.binding, "version": version},
            )
        return machine.graph(ref)

    def _passed_in(self, machine: Machine, task: Token) -> Variables:
        passing = self.element.passing
        passed = scopes.visible(task) if passing is Passing.ALL else {}
        if passing is Passing.LOCAL:
            passed = scopes.local(task)
        for mapping in self.element.passed_in:
            _assign(passed, mapping.target, expressions.value(machine, task, mapping.source))
        return passed

    def close(self, machine: Machine, task: Token, result: Variables) -> bool:
        element = self.element
        for name, value in self._given(machine, task, element.kept_out, whole=element.all_kept).items():
            scopes.put_local(machine, task, name, value)
        return super().close(machine, task, self.handed_back(machine, task))

    def handed_back(self, machine: Machine, task: Token) -> Variables:
        """Return what the called process hands back."""
        return self._given(machine, task, self.element.passed_out, whole=self.element.all_out)

    def _given(self, machine: Machine, task: Token, mapped: Iterable[Assignment], *, whole: bool) -> Variables:
        called = next(child for child in machine.children(task) if child.task_spec.is_process)
        handed = _only(called.task_spec.graph.process.gives, called.data) if whole else {}
        result = {name: value for name, value in handed.items() if not scopes.is_counter(task, name)}
        for mapping in mapped:
            _assign(result, mapping.target, expressions.value(machine, called, mapping.source))
        return result


def _only(names: Collection[str], variables: Variables) -> Variables:
    """Return the variables of these names, all when there are none."""
    return {name: value for name, value in variables.items() if name in names} if names else variables


def _assign(variables: Variables, path: str, value: Any) -> None:
    name, _, rest = path.partition(".")
    variables[name] = scopes.nested(variables.get(name), rest, value) if rest else value


def call_depth(task: Token) -> int:
    """Return how many calls are around a token."""
    depth, at = 0, task
    while at is not None:
        depth += at.task_spec.is_process
        at = at.parent
    return depth


def enter_path(machine: Machine, scope: Token, path: list[str]) -> None:
    """Go down to a node inside a scope that was opened only for it (modification of an instance)."""
    node = scope.task_spec.graph.nodes[path[0]]
    machine.token(node, scope, notes={"into": path[1:]} if path[1:] else None)


def finish_root(machine: Machine, root: Token) -> None:
    """End the instance at once, whatever still lives in it."""
    machine.clear(root)
    root._set_state(CANCELLED)
