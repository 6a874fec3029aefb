"""Compensation: what is done stays known, and is undone in reverse order (BPMN 2.0.2, 10.7 and 13.5.5).

A scope notes under `comp` one record per completed activity that can be compensated:
act: the activity, h: its handler or es: its compensation event sub-process, data: its local variables,
sub: the records of what was completed inside it, body: the parallel loop it was an instance of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bpmn.engine.effects import Happened
from bpmn.engine.errors import Incident
from bpmn.engine.nodes import label
from bpmn.engine.states import STARTED
from bpmn.language.process import Activity as ActivityElement
from bpmn.language.process import SubProcess, SubProcessKind, Task, TaskKind

if TYPE_CHECKING:
    from bpmn.engine.event_nodes import Boundary
    from bpmn.engine.graph import Graph
    from bpmn.engine.machine import Machine, Token

Record = dict[str, Any]


def remember(task: Token) -> None:
    """Note, in the scope around it, that an activity is completed and how it can be undone."""
    element, notes = task.task_spec.element, task.internal_data
    if not isinstance(element, ActivityElement) or element.for_compensation or "for" in notes:
        return
    if isinstance(element, SubProcess) and element.kind is SubProcessKind.EVENT:
        hand_up(task)
        return
    if element.compensated_by is not None and "k" in notes and _counts_once(task):
        return
    record: Record = {"act": element.id}
    inside, start = notes.get("comp", []), task.task_spec.compensation_start
    if element.compensated_by is not None:
        record["h"] = element.compensated_by
    elif start is not None:
        record.update(es=start.level.element_id, by=start.element_id, sub=inside)
    elif inside:
        record["sub"] = inside
    else:
        return
    if task.data:
        record["data"] = dict(task.data)
    if "k" in notes and element.loop is not None and element.loop.multi and not element.loop.sequential:
        record["body"] = task.parent.id
    _add(task.parent, [record])


def remember_loop(body: Token) -> None:
    """Hand up what the rounds of a loop noted or, where the whole counts once, note that."""
    element = body.task_spec.element
    if not (isinstance(element, ActivityElement) and element.compensated_by is not None and _counts_once(body)):
        hand_up(body)
    elif body.internal_data["done"]:
        _add(body.parent, [{"act": element.id, "h": element.compensated_by}])


def _counts_once(task: Token) -> bool:
    return task.task_spec.graph.compensates_loops_once and task.task_spec.loop_kind == "multiInstance"


def hand_up(task: Token) -> None:
    """Give the records of a loop body or event sub-process to the scope around it."""
    _add(task.parent, task.internal_data.get("comp", []))


def _add(holder: Token, records: list[Record]) -> None:
    if records:
        holder.internal_data["comp"] = [*holder.internal_data.get("comp", []), *records]


def throw(machine: Machine, task: Token, activity: str | None, *, wait: bool) -> bool:
    """Compensate one activity or all that is completed in the scope; True when nothing has to run."""
    queue = [item for scope in _scopes(task) for item in _take(scope, activity)]
    if not queue:
        return True
    if not wait:
        holder = machine.leaf(task.task_spec, task.parent)
        holder.internal_data.update(queue=queue, quiet=1)
        machine.awake(holder, "undo")
        return True
    task.internal_data["queue"] = queue
    return proceed(machine, task)


def _scopes(task: Token) -> Iterator[Token]:
    """Return where a throw looks: its scope and, out of an event sub-process, the scope around that."""
    scope = task.parent
    while scope is not None:
        yield scope
        element = scope.task_spec.element
        inside_event = isinstance(element, SubProcess) and element.kind is SubProcessKind.EVENT
        if not inside_event or "undo" in scope.internal_data:
            return
        scope = scope.parent


def _take(scope: Token, activity: str | None) -> list[Record]:
    """Take the records of a scope that are meant, and return what must run, last completed first."""
    records = scope.internal_data.get("comp", [])
    meant = [record for record in records if activity in (None, record["act"])]
    if meant:
        scope.internal_data["comp"] = [record for record in records if record not in meant]
    return list(_plan(meant, {}))


def _plan(records: list[Record], around: dict[str, Any]) -> Iterator[Record]:
    for record in reversed(records):
        data = {**around, **record.get("data", {})}
        item = {"act": record["act"], "data": data, "body": record.get("body")}
        if "es" in record:
            yield {**item, "node": record["es"], "by": record["by"], "sub": record["sub"]}
        elif "h" in record:
            yield {**item, "node": record["h"]}
        else:
            yield from _plan(record["sub"], data)


def proceed(machine: Machine, task: Token) -> bool:
    """Begin the next handlers; True when all have run."""
    notes = task.internal_data
    queue = notes.get("queue", [])
    if not queue:
        return True
    count = _begun_together(task.task_spec.graph, queue)
    for item in queue[:count]:
        _undo(machine, task, item)
    notes.update(queue=queue[count:], busy=count)
    if "quiet" not in notes:
        machine.entered(task)
    return False


def _begun_together(graph: Graph, queue: list[Record]) -> int:
    """Count the handlers that do not wait for one before them: those of a parallel loop, and what vendors let begin."""
    if graph.compensates_at_once:
        return len(queue)
    count = 1
    while count < len(queue):
        is_of_same_loop = queue[0]["body"] is not None and queue[count]["body"] == queue[0]["body"]
        if not is_of_same_loop and not (graph.compensates_past_waits and _waits(graph, queue[count - 1])):
            break
        count += 1
    return count


def _waits(graph: Graph, item: Record) -> bool:
    element = graph.nodes[item["node"]].element
    return isinstance(element, Task) and element.kind in (TaskKind.USER, TaskKind.RECEIVE)


def _undo(machine: Machine, task: Token, item: Record) -> None:
    carried: Record = {"for": task.id, "act": item["act"]}
    if "by" in item:
        carried.update(undo=1, by=item["by"], comp=item["sub"])
    machine.token(task.task_spec.graph.nodes[item["node"]], task.parent, notes=carried, data=item["data"])


def handled(machine: Machine, task: Token) -> None:
    """Write that the activity of a handler is undone, and let the thrower go on."""
    activity = task.task_spec.graph.nodes.get(task.internal_data["act"])
    if activity is not None:
        machine.record_at(activity, task, Happened.COMPENSATED)
    machine.task_tree.internal_data["undone"] = 1
    let_go(machine, task)


def let_go(machine: Machine, task: Token) -> None:
    """Tell the thrower that it need not wait for this handler any more."""
    thrower = machine.tasks.get(task.internal_data["for"])
    if thrower is None:
        return
    thrower.internal_data["busy"] -= 1
    if thrower.internal_data["busy"] == 0 and thrower._state == STARTED:
        machine.awake(thrower, "undo")


def cancel(machine: Machine, task: Token) -> bool:
    """Cancel the transaction around a cancel end event: end the rest, undo what is done, then leave it.

    Raises:
        Incident: `no_transaction`.
    """
    transaction = _transaction(task)
    if transaction is None:
        raise Incident("no_transaction", f"{label(task.task_spec)} stands in no transaction.")
    if task.parent is not transaction:
        task = machine.token(task.task_spec, transaction)
        task.internal_data["at"] = "undo"
    for child in list(machine.children(transaction)):
        if child is not task and not child.task_spec.guards_host:
            machine.remove(child)
    transaction.internal_data["int"] = 1
    task.internal_data["queue"] = _take(transaction, None) + _of_other_instances(machine, transaction)
    if not machine.alive(task) or task.internal_data.get("at") == "undo":
        return False
    return cancelled(machine, task) if proceed(machine, task) else False


def _of_other_instances(machine: Machine, transaction: Token) -> list[Record]:
    """End the other instances of a transaction that is a loop; return what undoes them, ended ones too."""
    body = _host(transaction)
    if body is transaction:
        return []
    queue: list[Record] = []
    for instance in [*machine.children(body)][::-1]:
        if instance is not transaction and not instance.task_spec.guards_host:
            queue += _plan(instance.internal_data.get("comp", []), instance.data)
            machine.remove(instance)
    return queue + _take(body, None)


def cancelled(machine: Machine, task: Token) -> bool:
    """Leave a transaction, whose work is undone, by its cancel boundary event.

    Raises:
        Incident: `uncaught_cancel`.
    """
    transaction = _transaction(task)
    assert transaction is not None
    boundary: Boundary | None = next(
        (
            one
            for one in transaction.task_spec.boundaries
            if any(definition.trigger.value == "cancel" for definition in one.element.definitions)
        ),
        None,
    )
    if boundary is None:
        raise Incident("uncaught_cancel", f"{label(transaction.task_spec)} is cancelled, and nothing catches that.")
    machine.record(task, task.task_spec.passed_as)
    task.internal_data.pop("e", None)
    boundary.leave_host(machine, _host(transaction), {}, interrupting=True)
    return False


def _transaction(task: Token) -> Token | None:
    at = task.parent
    while at is not None:
        if at.task_spec.kind == SubProcessKind.TRANSACTION.value:
            return at
        at = at.parent
    return None


def _host(task: Token) -> Token:
    """Return what boundary events are attached to: the loop body of an instance, else the task itself."""
    return task.parent if "k" in task.internal_data else task
