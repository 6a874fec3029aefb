"""The base of every node spec, and the nodes that a token passes without waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec

from bpmn.engine import expressions, scopes
from bpmn.engine.effects import Happened
from bpmn.engine.errors import Incident
from bpmn.language.process import JSON, FlowNode, SequenceFlow, Variables

if TYPE_CHECKING:
    from bpmn.engine.graph import Graph
    from bpmn.engine.machine import Machine, Token


class Node(BpmnTaskSpec):
    """A flow node: what happens when a token enters it, and by which flows it leaves.

    Node specs are shared by all instances: what one of them notes about itself stands in its token.
    """

    is_process = False  #: the scope of a started or called process
    is_ad_hoc = False
    is_scope = False  #: tokens can live below
    subscribes = False  #: its WAITING tasks are subscriptions, not tokens
    guards_host = False  #: it is attached to an activity
    joins_lazily = False  #: fires only when nothing else can move
    waits_outside = False  #: its token waits for the world
    passed_as = Happened.PASSED
    loop_kind = "multiInstance"

    def __init__(self, graph: Graph, element: FlowNode, *, kind: str, name: str | None = None) -> None:
        super().__init__(
            graph,
            element.id if name is None else name,
            lane=element.lane,
            documentation=element.documentation,
        )
        self.graph = graph
        self.element = element
        self.element_id = self.bpmn_id = element.id
        self.bpmn_name = element.name
        self.kind = kind
        self.first_counter = graph.first_counter
        self.level: Node | None = None  #: the sub-process or process it is drawn in
        self.outgoing: tuple[SequenceFlow, ...] = ()
        self.default: SequenceFlow | None = None
        self.boundaries: tuple[Any, ...] = ()  #: events attached to it, without compensation
        self.guards: tuple[Any, ...] = ()  #: start events of event sub-processes inside it

    # -- SpiffWorkflow's hooks -------------------------------------------------------------------

    def test(self) -> None:
        """Accept every shape: the lint has judged the drawing."""

    def _on_ready_hook(self, my_task: Token) -> None:
        """Do nothing: there is no prediction to make."""

    def _predict_hook(self, my_task: Token) -> None:
        """Do nothing: tokens are made when they exist."""

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _on_error_hook(self, my_task: Token) -> None:
        """Do nothing: the machine writes the incident."""

    def _run_hook(self, my_task: Token) -> bool:
        machine, at = my_task.workflow, my_task.internal_data.get("at")
        if at != "go":
            done = self.enter(machine, my_task) if at is None else self.resume(machine, my_task, at)
            if not done:
                return False
            my_task.internal_data["at"] = "go"
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        machine = my_task.workflow
        machine.leave(my_task, self.flows(machine, my_task))

    # -- what a kind of node says ----------------------------------------------------------------

    def enter(self, machine: Machine, task: Token) -> bool:
        """Begin; True when the token can leave at once."""
        return True

    def resume(self, machine: Machine, task: Token, at: str) -> bool:
        """Go on where the token waited; True when it can leave."""
        return True

    def check(self, machine: Machine, task: Token) -> None:
        """Look whether this scope is finished."""

    def gather(self, machine: Machine, scope: Token, ended: Token) -> None:
        """Keep what a token has made that ends in this scope."""

    def shown(self, task: Token, name: str) -> Any:
        """Return what expressions can read here though it is no variable, else `scopes.MISSING`."""
        return scopes.MISSING

    def fired(self, machine: Machine, task: Token, variables: Variables) -> None:
        """Take the event that this subscription waited for."""
        raise NotImplementedError

    def flows(self, machine: Machine, task: Token) -> tuple[SequenceFlow, ...]:
        """Return the sequence flows that get a token (13.3: all without a condition, and all that are true).

        Raises:
            Incident: `condition_failed`, or `no_flow_chosen` when every condition is false.
        """
        if not self.outgoing or task.internal_data.keys() & {"k", "for", "quiet"}:
            return ()
        if self.default is None and all(flow.condition is None and flow.skip is None for flow in self.outgoing):
            return self.outgoing
        return chosen(machine, task, self)

    def accept(self, machine: Machine, task: Token, variables: Variables) -> None:
        """Take in variables that came from outside, then apply the output mapping.

        Without a mapping they go where the name lives. With one, Camunda 8 and data outputs keep them local and
        hand on what is mapped; Camunda 7 does both.
        """
        outputs = self.element.outputs
        hides = self.graph.outputs_hide_the_rest or self.element.keeps_rest
        write = scopes.put_local if outputs and hides else scopes.put
        for name, value in variables.items():
            write(machine, task, name, value)
        outer = task.parent or task
        if self.graph.outputs_hide_the_rest and "k" in task.internal_data:
            outer = task  # the variable that its output element reads is its own
        for output in outputs:
            scopes.put_path(machine, outer, output.target, expressions.value(machine, task, output.source))


def chosen(machine: Machine, task: Token, node: Node) -> tuple[SequenceFlow, ...]:
    """Return the flows whose condition is true, else the default flow."""
    extra = task.internal_data.get("see")
    taken = tuple(flow for flow in node.outgoing if flow is not node.default and is_true(machine, task, flow, extra))
    if taken:
        return taken
    if node.default is not None:
        return (node.default,)
    raise Incident("no_flow_chosen", f"No outgoing sequence flow of {label(node)} is true, and none is default.")


def is_true(machine: Machine, task: Token, flow: SequenceFlow, extra: Mapping[str, JSON] | None = None) -> bool:
    """Return whether a flow gets a token: by its condition or, where skipping is switched on, what stands for it."""
    condition = flow.condition
    if flow.skip is not None and scopes.may_skip(task):
        condition = flow.skip if len(task.task_spec.outgoing) > 1 else None
    return condition is None or expressions.holds(machine, task, condition, extra)


def label(node: Node) -> str:
    """Return how people call a node."""
    return f'"{node.bpmn_name}"' if node.bpmn_name else f'"{node.element_id}"'


class Exclusive(Node):
    """An exclusive gateway (13.4.2): the first flow in drawing order that is true, else the default."""

    def flows(self, machine: Machine, task: Token) -> tuple[SequenceFlow, ...]:
        for flow in self.outgoing:
            if flow is self.default:
                continue
            if is_true(machine, task, flow):
                return (flow,)
        if self.default is not None:
            return (self.default,)
        if not self.outgoing:
            return ()
        raise Incident("no_flow_chosen", f"No outgoing sequence flow of {label(self)} is true, and none is default.")
