"""Activities: mappings, boundary events and loops around work that somebody does (BPMN 2.0.2, 13.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bpmn.engine import compensation, decisions, events, expressions, loops, propagation, scopes
from bpmn.engine.effects import Happened, JobOpened, JobRenewed, UserTaskOpened
from bpmn.engine.errors import Incident
from bpmn.engine.graph import Graph
from bpmn.engine.nodes import Node, label
from bpmn.engine.propagation import Thrown
from bpmn.engine.states import WAITING
from bpmn.language.process import Activity as ActivityElement
from bpmn.language.process import EventDefinition, JobSpec, SequenceFlow, Task, UserTaskSpec, Variables
from bpmn.language.vocabulary import LIMIT_PERSON, LIMIT_TEXT

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


class Activity(Node):
    """What tasks, sub-processes and call activities share."""

    element: ActivityElement
    passes_at_once = False  #: no event can reach it, so nothing is armed
    compensation_start: Node | None = None  #: start event of its compensation event sub-process

    def __init__(self, graph: Graph, element: ActivityElement, *, kind: str) -> None:
        super().__init__(graph, element, kind=kind)
        if element.loop is not None and not element.loop.multi:
            self.loop_kind = "standardLoop"

    def enter(self, machine: Machine, task: Token) -> bool:
        if self.element.start_quantity > 1 and not self._gathers(machine, task):
            return False
        if self.element.loop is not None and "k" not in task.internal_data:
            return loops.enter(machine, task, self)
        skip = self.element.skip
        if skip is not None and scopes.may_skip(task) and expressions.holds(machine, task, skip):
            return True
        for mapping in self.element.inputs:
            scopes.put_local(machine, task, mapping.target, expressions.value(machine, task, mapping.source))
        if not self.passes_at_once and "k" not in task.internal_data:
            self.arm(machine, task)
        result = self.begin(machine, task)
        if result is None:
            machine.entered(task)
            return False
        return self.close(machine, task, result)

    def _gathers(self, machine: Machine, task: Token) -> bool:
        """Take the tokens that are needed to begin into one; False while there are too few (startQuantity)."""
        notes = task.internal_data
        if "via" not in notes or "all" in notes:
            return True
        here = [one for one in machine.children(task.parent) if one.task_spec is self and "few" in one.internal_data]
        missing = self.element.start_quantity - 1
        if len(here) < missing:
            notes["few"] = 1
            machine.entered(task)
            task._set_state(WAITING)
            return False
        for other in here[:missing]:
            machine.record(other, Happened.COMPLETED)
            machine.remove(other, cancelled=False)
        notes["all"] = 1
        return True

    def flows(self, machine: Machine, task: Token) -> tuple[SequenceFlow, ...]:
        return super().flows(machine, task) * self.element.completion_quantity

    def arm(self, machine: Machine, task: Token) -> None:
        """Let the boundary events listen."""
        for boundary in self.boundaries:
            events.subscribe(machine, task, boundary)

    def begin(self, machine: Machine, task: Token) -> Variables | None:
        """Start the work; its result when it is done at once, else None."""
        return {}

    def resume(self, machine: Machine, task: Token, at: str) -> bool:
        if "n" in task.internal_data:
            return loops.proceed(machine, task, self)
        return self.close(machine, task, task.internal_data.get("res") or {})

    def shown(self, task: Token, name: str) -> Any:
        loop = self.element.loop
        if self.graph.shows_what_is_gathered and loop is not None and "n" in task.internal_data:
            return loops.gathered(task) if name == loop.output_collection else scopes.MISSING
        return scopes.MISSING

    def close(self, machine: Machine, task: Token, result: Variables) -> bool:
        """Take in the result and leave."""
        self.accept(machine, task, result)
        loop = self.element.loop
        if loop is not None and loop.output_element is not None:
            task.internal_data["out"] = expressions.value(machine, task, loop.output_element)
        compensation.remember(task)
        return True


class PassTask(Activity):
    """A task without work for the engine: task, manual task."""

    passes_at_once = True


class Script(Activity):
    """A script task: a FEEL expression; without a result variable its context becomes variables."""

    element: Task
    passes_at_once = True

    def begin(self, machine: Machine, task: Token) -> Variables:
        if self.element.script is None:
            return {}
        found = expressions.value(machine, task, self.element.script)
        if self.element.script_result:
            return {self.element.script_result: found}
        return found if isinstance(found, dict) else {}


class Rule(Activity):
    """A business rule task that asks a DMN decision inside the command."""

    element: Task
    passes_at_once = True

    def begin(self, machine: Machine, task: Token) -> Variables:
        assert self.element.decision is not None
        return decisions.decide(machine, task, self.element.decision)


class Job(Activity):
    """Work that a worker outside does: service task, send task, business rule task."""

    element: Task
    waits_outside = True

    def begin(self, machine: Machine, task: Token) -> Variables | None:
        open_job(machine, task, self, self.element.job)
        return None

    def resume(self, machine: Machine, task: Token, at: str) -> bool:
        if at == "end" and "n" not in task.internal_data and self._throws(machine, task):
            return False
        return super().resume(machine, task, at)

    def _throws(self, machine: Machine, task: Token) -> bool:
        """Throw the first error whose condition holds over what the worker handed in."""
        result = task.internal_data.get("res") or {}
        for error in self.element.job.errors if self.element.job is not None else ():
            if expressions.holds(machine, task, error.condition, {"externalTask": {}, **result}):
                code = expressions.text(machine, task, error.code) or ""
                propagation.throw_error(machine, task, Thrown(code=code, variables=result))
                return True
        return False


class Send(Activity):
    """A send task that names a message and nobody who sends it: the engine does."""

    element: Task
    passes_at_once = True

    def begin(self, machine: Machine, task: Token) -> Variables:
        events.send(machine, task, cast(EventDefinition, self.element.message))
        return {}


class Receive(Activity):
    """A receive task: waits for its message, or for anybody when it names none."""

    element: Task
    waits_outside = True

    @property
    def awaited(self) -> tuple[EventDefinition, ...]:
        """What it waits for."""
        return (self.element.message,) if self.element.message is not None else ()

    def begin(self, machine: Machine, task: Token) -> Variables | None:
        events.arm(machine, task, self.awaited, trigger=not self.awaited)
        return None

    def fired(self, machine: Machine, task: Token, variables: Variables) -> None:
        events.caught(machine, task, variables)


class Human(Activity):
    """A user task."""

    element: Task
    waits_outside = True

    def begin(self, machine: Machine, task: Token) -> Variables | None:
        spec = self.element.user or UserTaskSpec()
        form = spec.form
        effect = UserTaskOpened(
            token=task.id,
            element=self.element_id,
            name=self.element.name,
            assignee=expressions.short(machine, task, spec.assignee, "assignee", LIMIT_PERSON) or None,
            candidate_users=expressions.texts(machine, task, spec.candidate_users, spec.owner_users),
            candidate_groups=expressions.texts(machine, task, spec.candidate_groups, spec.owner_groups),
            due_at=expressions.moment(machine, task, spec.due, "due date"),
            follow_up_at=expressions.moment(machine, task, spec.follow_up, "follow-up date"),
            priority=expressions.small(machine, task, spec.priority, "priority"),
            form=form,
            form_key=expressions.text(machine, task, form.key) if form else None,
            variables=seen(task, self),
            lane=self.element.lane,
            process=self.graph.ref,
        )
        machine.open_outside(task, effect)
        return None


def open_job(machine: Machine, task: Token, node: Node, job: JobSpec | None) -> None:
    """Ask a worker outside; a task that names no implementation is work of a type called like it."""
    machine.open_outside(task, asked(machine, task, node, job))


def renew_job(machine: Machine, task: Token, node: Node) -> None:
    """Reckon the inputs of an open job again from the variables as they are now."""
    for mapping in node.element.inputs:
        scopes.put_local(machine, task, mapping.target, expressions.value(machine, task, mapping.source))
    job = asked(machine, task, node, getattr(node.element, "job", None))
    renewed = JobRenewed(token=task.id, type=job.type, variables=job.variables, headers=job.headers)
    machine.effects.append(renewed)


def asked(machine: Machine, task: Token, node: Node, job: JobSpec | None) -> JobOpened:
    """Return what a worker is asked for."""
    kind = expressions.short(machine, task, job.type, "job type") if job else node.element_id
    if not kind:
        raise Incident("job_without_type", f"{label(node)} names no type for its job.")
    return JobOpened(
        token=task.id,
        element=node.element_id,
        name=node.bpmn_name[:LIMIT_TEXT],
        kind=node.kind,
        type=kind,
        variables=seen(task, node),
        headers=job.headers if job else {},
        retries=expressions.small(machine, task, job.retries, "number of retries") if job else None,
        process=node.graph.ref,
        result_variable=job.result_variable if job else None,
    )


def seen(task: Token, node: Node) -> Variables:
    """Return the mapped inputs of a node, or everything visible when it maps none."""
    return dict(task.data) if node.element.inputs else scopes.visible(task)
