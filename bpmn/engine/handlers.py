"""What each command does to the tree before the tokens move on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from bpmn.engine import activities, commands, containers, events, migration, modification, propagation, scopes, signals
from bpmn.engine.commands import Command
from bpmn.engine.effects import Happened, IncidentClosed
from bpmn.engine.errors import CommandRefused, Incident
from bpmn.engine.machine import Machine, Token
from bpmn.engine.nodes import label
from bpmn.engine.propagation import Thrown
from bpmn.engine.states import ERROR, STARTED, WAITING
from bpmn.language.process import Trigger, Variables


def apply(machine: Machine, command: Command) -> None:
    """Do what a command says.

    Raises:
        CommandRefused: it does not fit the state; the machine must then be thrown away.
    """
    if machine.task_tree._state not in (STARTED, ERROR) and not isinstance(command, commands.Resume):
        raise CommandRefused("not_active", "The instance has ended.")
    try:
        _HANDLERS[type(command)](machine, command)
    except Incident as incident:
        task = machine.tasks.get(getattr(command, "token", None) or 0)
        if task is None:
            raise CommandRefused(incident.code, incident.message) from incident
        machine.fail(task, incident)


def token_of(machine: Machine, number: int) -> Token:
    """Return a live task by its id."""
    task = machine.tasks.get(number)
    if task is None:
        raise CommandRefused("unknown_token", f"Nothing waits here any more (token {number}).")
    return task


def _open(machine: Machine, number: int, letters: str, what: str) -> Token:
    task = token_of(machine, number)
    if task._state != STARTED or not set(task.internal_data.get("o", "")) & set(letters):
        raise CommandRefused("not_waiting", f"{label(task.task_spec)} does not wait for {what}.")
    return task


def _finish(machine: Machine, task: Token, variables: Variables) -> None:
    machine.close_outside(task, cancelled=False)
    task.internal_data["res"] = dict(variables)
    machine.awake(task, "end")


def complete_task(machine: Machine, command: commands.CompleteTask) -> None:
    """A person is done."""
    _finish(machine, _open(machine, command.token, "u", "a person"), command.variables)


def complete_job(machine: Machine, command: commands.CompleteJob) -> None:
    """A worker is done."""
    _finish(machine, _open(machine, command.token, "j", "a worker"), command.variables)


def throw_error(machine: Machine, command: commands.ThrowError) -> None:
    """The work ended with a BPMN error: it goes to the nearest catcher, or is an incident."""
    task = _open(machine, command.token, "ju", "a worker or a person")
    catcher = propagation.find(machine, task, Trigger.ERROR, command.code)
    if catcher is not None:
        thrown = Thrown(code=command.code, message=command.message, variables=command.variables)
        propagation.catch(machine, catcher, task, thrown)
        return
    machine.close_outside(task, cancelled=True)
    text = f'The error "{command.code}" of {label(task.task_spec)} is caught nowhere.'
    if command.message:
        text += f" It says: {command.message}"
    machine.fail(task, Incident("uncaught_error", text, {"error": command.code}))


def throw_escalation(machine: Machine, command: commands.ThrowEscalation) -> None:
    """The work raised an escalation; nobody has to catch it."""
    task = _open(machine, command.token, "ju", "a worker or a person")
    catcher = propagation.find(machine, task, Trigger.ESCALATION, command.code)
    if catcher is not None:
        thrown = Thrown(code=command.code, variables=command.variables)
        propagation.catch(machine, catcher, task, thrown)


def _listening(machine: Machine, number: int, kind: str, name: str | None = None) -> tuple[Token, list[Any]]:
    task = token_of(machine, number)
    if task._state == WAITING:
        for entry in _by_due(task.internal_data.get("on", ())):
            if entry[1] == kind and (name is None or entry[2] == name):
                return task, entry
    raise CommandRefused("not_waiting", f"{label(task.task_spec)} does not wait for a {kind}.")


def _by_due(on: Any) -> list[list[Any]]:
    return sorted(on, key=lambda entry: entry[2] if entry[1] == "timer" else 0)


def deliver_message(machine: Machine, command: commands.DeliverMessage) -> None:
    """The awaited message has come."""
    task, entry = _listening(machine, command.token, "message", command.name)
    events.fire(machine, task, entry, dict(command.variables))


def deliver_signal(machine: Machine, command: commands.DeliverSignal) -> None:
    """A signal reached the instance."""
    signals.broadcast(machine, command.name, command.variables, outside=True)


def fire_timer(machine: Machine, command: commands.FireTimer) -> None:
    """The timer that is due first has come."""
    task, entry = _listening(machine, command.token, "timer")
    events.fire(machine, task, entry, {})


def trigger_receive(machine: Machine, command: commands.TriggerReceive) -> None:
    """Somebody goes on with a receive task without a message."""
    task, entry = _listening(machine, command.token, "trigger")
    events.fire(machine, task, entry, dict(command.variables))


def retry(machine: Machine, command: commands.RetryIncident) -> None:
    """Try again; what had begun only half is taken back first."""
    task = token_of(machine, command.token)
    if task._state != ERROR:
        raise CommandRefused("no_incident", f"{label(task.task_spec)} has no incident.")
    del task.internal_data["inc"]
    machine.effects.append(IncidentClosed(token=task.id))
    if "at" not in task.internal_data:
        machine.clear(task)
        if "o" in task.internal_data:
            machine.close_outside(task, cancelled=True)
    machine.awake(task)


def renew_job(machine: Machine, command: commands.RenewJob) -> None:
    """Give an open job its inputs anew; one whose inputs cannot be reckoned stays as it is."""
    task = _open(machine, command.token, "j", "a worker")
    try:
        activities.renew_job(machine, task, task.task_spec)
    except Incident as incident:
        raise CommandRefused(incident.code, incident.message) from incident


def note(machine: Machine, command: commands.Note) -> None:
    """Tell history, and move nothing."""
    root = machine.task_tree
    machine.record_at(root.task_spec, root, command.happened, detail=command.detail)


def set_variables(machine: Machine, command: commands.SetVariables) -> None:
    """Write variables of the root scope, or as seen from a token."""
    task = machine.task_tree if command.token is None else token_of(machine, command.token)
    for name, value in command.variables.items():
        scopes.put(machine, task, name, value)
    machine.record_at(task.task_spec, task, Happened.WROTE, wrote=dict(command.variables))
    machine.wrote = {}


def cancel(machine: Machine, command: commands.CancelInstance) -> None:
    """End everything; nothing is compensated."""
    containers.finish_root(machine, machine.task_tree)


def choose(machine: Machine, command: commands.ChooseActivities) -> None:
    """Begin activities of an ad-hoc sub-process."""
    task = token_of(machine, command.token)
    node = task.task_spec
    if not isinstance(node, containers.AdHoc) or task._state != STARTED or "n" in task.internal_data:
        raise CommandRefused("not_waiting", f"{label(node)} is no open ad-hoc sub-process.")
    for element in command.elements:
        if element not in node.inside.sources:
            raise CommandRefused("unknown_element", f'{label(node)} has no activity "{element}" to begin with.')
    node.choose(machine, task, command.elements)


def resume(machine: Machine, command: commands.Resume) -> None:
    """Do nothing more than to go on."""


_HANDLERS: Mapping[type, Callable[[Machine, Any], None]] = cast(
    "Mapping[type, Callable[[Machine, Any], None]]",
    {
        commands.CompleteTask: complete_task,
        commands.CompleteJob: complete_job,
        commands.ThrowError: throw_error,
        commands.ThrowEscalation: throw_escalation,
        commands.DeliverMessage: deliver_message,
        commands.DeliverSignal: deliver_signal,
        commands.FireTimer: fire_timer,
        commands.TriggerReceive: trigger_receive,
        commands.RetryIncident: retry,
        commands.RenewJob: renew_job,
        commands.Note: note,
        commands.SetVariables: set_variables,
        commands.CancelInstance: cancel,
        commands.Resume: resume,
        commands.ChooseActivities: choose,
        commands.Modify: modification.modify,
        commands.Migrate: migration.migrate,
    },
)
