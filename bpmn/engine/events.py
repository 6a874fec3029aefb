"""Events: what a token or a scope waits for, and what happens when it comes (BPMN 2.0.2, 10.5 and 13.5).

A subscription notes under `on` one list per event definition: its index, its kind and what tells it:
message [name, key], signal [name], timer [due, every, left, until], conditional [was], trigger [].
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bpmn.engine import expressions, scopes, timers
from bpmn.engine.effects import Closed, Happened, MessageThrown, Subscribed, TimerSet
from bpmn.engine.errors import Incident
from bpmn.engine.nodes import Node, label
from bpmn.engine.states import WAITING
from bpmn.language.process import EventDefinition, Trigger, Variables
from bpmn.language.vocabulary import LIMIT_TEXT

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token

#: triggers that come from outside the flow and need somebody who listens
AWAITED = {Trigger.MESSAGE, Trigger.SIGNAL, Trigger.TIMER, Trigger.CONDITIONAL}
#: the variable under which an event carries one value that is no context of variables
CONTENT = "payload"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """Return a moment as microseconds since 1970, UTC."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def at(micros_since: int) -> datetime:
    """Return the moment of `micros`."""
    return _EPOCH + timedelta(microseconds=micros_since)


# -- listening -----------------------------------------------------------------------------------


def subscribe(machine: Machine, holder: Token, node: Node, via: str | None = None) -> None:
    """Put a subscription for the events of `node` below an activity, a scope or an event gateway."""
    awaited = node.awaited
    trigger = not awaited and node.kind == "receiveTask"
    if not awaited and not trigger:
        return
    task = machine.leaf(node, holder)
    if via is not None:
        task.internal_data["via"] = via
    arm(machine, task, awaited, trigger=trigger)


def arm(machine: Machine, task: Token, definitions: Iterable[EventDefinition], *, trigger: bool = False) -> None:
    """Let a task wait for events; names, keys and times are worked out now."""
    on: list[list[Any]] = []
    for index, definition in enumerate(definitions):
        if definition.trigger is Trigger.MESSAGE:
            on.append([index, "message", *_message(machine, task, definition)])
        elif definition.trigger is Trigger.SIGNAL:
            on.append([index, "signal", named(machine, task, definition)])
        elif definition.trigger is Trigger.TIMER:
            on.append([index, "timer", *_noted(_due(machine, task, definition))])
        elif definition.trigger is Trigger.CONDITIONAL:
            on.append([index, "conditional", None])
            machine.conditional.add(task.id)
    if trigger:
        on.append([0, "trigger"])
    task.internal_data["on"] = on
    task._set_state(WAITING)
    tell(machine, task, on, definitions)


def tell(machine: Machine, task: Token, on: list[list[Any]], definitions: Iterable[EventDefinition]) -> None:
    """Tell the outside what a task waits for."""
    definitions = tuple(definitions)
    due = [entry[2] for entry in on if entry[1] == "timer"]
    opened = "t" if due else ""
    if due:
        machine.effects.append(TimerSet(token=task.id, element=task.element, due_at=at(min(due))))
    for entry in on:
        if entry[1] == "timer":
            continue
        name, key, path = "", None, None
        if entry[1] == "message":
            name, key, path = entry[2], entry[3], definitions[entry[0]].message_path
        elif entry[1] == "signal":
            if definitions[entry[0]].within_instance:
                continue
            name = entry[2]
        elif entry[1] == "conditional":
            condition = definitions[entry[0]].condition
            name = condition.text[:LIMIT_TEXT] if condition else ""
        machine.effects.append(
            Subscribed(
                token=task.id,
                element=task.element,
                kind=entry[1],
                name=name,
                correlation_key=key,
                message_path=path.text if path else None,
            )
        )
        opened = opened if "s" in opened else opened + "s"
    if opened:
        task.internal_data["o"] = opened


def _message(machine: Machine, task: Token, definition: EventDefinition) -> tuple[str, str | None]:
    return named(machine, task, definition), _key(machine, task, definition)


def _key(machine: Machine, task: Token, definition: EventDefinition) -> str | None:
    """Return the key of a message; what an earlier one of the conversation brought may stand with a caller (8.4.2)."""
    key = expressions.key(machine, task, definition.correlation_key)
    if definition.message_path is not None and definition.correlation_key is definition.message_path:
        caller = scopes.process_of(task).parent
        while key is None and caller is not None:
            key = expressions.key(machine, caller, definition.correlation_key)
            caller = scopes.process_of(caller).parent
    return key


def named(machine: Machine, task: Token, definition: EventDefinition) -> str:
    """Return the name of a message or signal.

    Raises:
        Incident: `event_without_name`.
    """
    name = expressions.short(machine, task, definition.name, "name of the event")
    if not name:
        raise Incident("event_without_name", f"The {definition.trigger.value} of {label(task.task_spec)} has no name.")
    return name


def _due(machine: Machine, task: Token, definition: EventDefinition) -> timers.Schedule:
    text = expressions.text(machine, task, definition.timer)
    if definition.timer_kind is None or not text:
        raise Incident("timer_unreadable", f"The timer of {label(task.task_spec)} has no time.")
    try:
        return timers.schedule(definition.timer_kind, text, machine.now)
    except timers.TimerUnreadable as error:
        raise Incident("timer_unreadable", f"The timer of {label(task.task_spec)}: {error}.") from None


def _noted(armed: timers.Schedule) -> list[Any]:
    return [
        micros(armed.due_at),
        armed.every,
        armed.left,
        None if armed.until is None else micros(armed.until),
    ]


def _armed(entry: list[Any]) -> timers.Schedule:
    _, _, due, every, left, until = entry
    return timers.Schedule(due_at=at(due), every=every, left=left, until=None if until is None else at(until))


# -- hearing -------------------------------------------------------------------------------------


def fire(machine: Machine, task: Token, entry: list[Any], variables: Variables) -> None:
    """Give an event to the task that waits for it."""
    node = task.task_spec
    if entry[1] in ("message", "signal"):
        variables = received(node.awaited[entry[0]], variables)
    if getattr(node.element, "parallel_multiple", False):
        variables = {**task.internal_data.get("got", {}), **variables}
        if _waits_for_more(machine, task, entry, variables):
            return
    if task.parent is not None and task.parent.task_spec.kind == "eventBasedGateway":
        _choose(machine, task, variables)
    else:
        node.fired(machine, task, variables)
        if machine.alive(task) and node.subscribes:
            if task.internal_data.pop("got", None) is not None:
                arm(machine, task, node.awaited)
            else:
                rearm(machine, task, entry)


def _waits_for_more(machine: Machine, task: Token, entry: list[Any], got: Variables) -> bool:
    """Keep one event of a parallel multiple event, which no longer listens for it (10.5.4)."""
    rest = [other for other in task.internal_data["on"] if other[0] != entry[0]]
    machine.close_outside(task, cancelled=False)
    task.internal_data.update(got=got, on=rest)
    if rest:
        tell(machine, task, rest, task.task_spec.awaited)
    return bool(rest)


def rearm(machine: Machine, task: Token, entry: list[Any]) -> None:
    """Go on listening after a non-interrupting event; a timer counts from when it was due."""
    if entry[1] == "conditional":
        return
    if entry[1] != "timer":
        return
    following = timers.following(_armed(entry))
    on = [other for other in task.internal_data["on"] if other is not entry]
    if following is not None:
        on.append([entry[0], "timer", *_noted(following)])
        on.sort(key=lambda other: other[0])
        machine.effects.append(
            TimerSet(token=task.id, element=task.element, due_at=at(min(o[2] for o in on if o[1] == "timer")))
        )
    elif on:
        task.internal_data["o"] = task.internal_data["o"].replace("t", "")
        machine.effects.append(Closed(token=task.id, element=task.element, cancelled=False, what="timer"))
    task.internal_data["on"] = on
    if not on:
        machine.remove(task, cancelled=False)


def caught(machine: Machine, task: Token, variables: Variables) -> None:
    """Let the token that waited go on."""
    task.internal_data.pop("on", None)
    task.internal_data.pop("got", None)
    machine.conditional.discard(task.id)
    task.internal_data["res"] = variables
    machine.awake(task, "end")


def _choose(machine: Machine, task: Token, variables: Variables) -> None:
    """Leave an event-based gateway by the first event that comes (13.4.4)."""
    gateway = task.parent
    scope, node, via = gateway.parent, task.task_spec, task.internal_data.get("via")
    machine.remove(task, cancelled=False)
    machine.record(gateway, Happened.COMPLETED)
    machine.remove(gateway, cancelled=False)
    machine.token(node, scope, via=via, notes={"at": "end", "res": variables}, limited=False)


def carried(machine: Machine, task: Token, definition: EventDefinition) -> Variables:
    """Return what an event that is thrown carries: its content, else what is mapped into its node."""
    if definition.content is None:
        return dict(task.data)
    content = expressions.value(machine, task, definition.content)
    return content if isinstance(content, dict) else {CONTENT: content}


def received(definition: EventDefinition | None, variables: Variables) -> Variables:
    """Return the variables that a caught event brings: what it carries, or the one variable that takes all."""
    if definition is None or definition.into is None:
        return variables
    return {definition.into: variables[CONTENT] if variables.keys() == {CONTENT} else dict(variables)}


def send(machine: Machine, task: Token, definition: EventDefinition) -> None:
    """Throw a message; it carries what is mapped into the node that throws it."""
    machine.effects.append(
        MessageThrown(
            token=task.id,
            element=task.element,
            name=named(machine, task, definition),
            correlation_key=_key(machine, task, definition),
            variables=carried(machine, task, definition),
        )
    )
