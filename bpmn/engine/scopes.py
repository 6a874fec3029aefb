"""Variables belong to scopes: the called process, and whatever inside it has variables of its own.

A name is read from the nearest scope that has it, up to the process that was started or called. It is
written where it lives, and when it lives nowhere, to that process (docs/adr/0005).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bpmn.language.process import JSON, Variables

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token

#: runtime attributes of multi-instance bodies (BPMN 2.0.2 table 10.29), and Camunda 8's names for them
COUNTERS = {
    "nrOfInstances": "n",
    "nrOfActiveInstances": "active",
    "nrOfCompletedInstances": "done",
    "numberOfInstances": "n",
    "numberOfActiveInstances": "active",
    "numberOfCompletedInstances": "done",
    "numberOfTerminatedInstances": "ended",
}
SKIP_SWITCHES = ("_FLOWABLE_SKIP_EXPRESSION_ENABLED", "_ACTIVITI_SKIP_EXPRESSION_ENABLED")
_SHOWN = ("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")
MISSING = object()  #: there is no value of that name


def owner(task: Token, name: str) -> Token | None:
    """Return the nearest scope of `task` that holds `name`, or None."""
    at: Token | None = task
    while at is not None:
        if name in at.data:
            return at
        at = None if at.task_spec.is_process else at.parent
    return None


def process_of(task: Token) -> Token:
    """Return the scope of the started or called process that `task` lives in."""
    while not task.task_spec.is_process:
        task = task.parent
    return task


def put(machine: Machine, task: Token, name: str, value: JSON) -> None:
    """Write a variable as seen from `task`: to its owner, else to the process."""
    target = owner(task, name)
    if target is None:
        target = process_of(task)
        machine.created.add(name)
    target.data[name] = value
    machine.wrote[name] = value
    machine.changed.add(name)


def put_path(machine: Machine, task: Token, path: str, value: JSON) -> None:
    """Write a variable or, with a dotted path, one entry of a context variable."""
    name, _, rest = path.partition(".")
    if rest:
        holder = owner(task, name)
        value = nested(holder.data[name] if holder else None, rest, value)
    put(machine, task, name, value)


def put_local(machine: Machine, task: Token, path: str, value: JSON) -> None:
    """Write a variable of `task` itself, whatever the scopes around it hold."""
    name, _, rest = path.partition(".")
    if name not in task.data:
        machine.created.add(name)
    task.data[name] = nested(task.data.get(name), rest, value) if rest else value
    machine.changed.add(name)


def nested(context: JSON, path: str, value: JSON) -> JSON:
    """Return a copy of `context` with `value` at the dotted path; what is no context gives way to one."""
    name, _, rest = path.partition(".")
    copy = dict(context) if isinstance(context, dict) else {}
    copy[name] = nested(copy.get(name), rest, value) if rest else value
    return copy


def visible(task: Token) -> Variables:
    """Return every variable that can be read at `task`."""
    found: Variables = {}
    at: Token | None = task
    while at is not None:
        for name, value in at.data.items():
            found.setdefault(name, value)
        for name in _counters(at):
            found.setdefault(name, computed(at, name))
        at = None if at.task_spec.is_process else at.parent
    return found


def local(task: Token) -> Variables:
    """Return the variables of a token itself, with the number of its instance."""
    return {**{name: computed(task, name) for name in _counters(task)}, **task.data}


class Visible(Mapping[str, JSON]):
    """The variables that can be read at a token, looked up only when somebody asks."""

    __slots__ = ("_extra", "_task")

    def __init__(self, task: Token, extra: Mapping[str, JSON] | None = None) -> None:
        self._task = task
        self._extra = extra

    def __getitem__(self, name: str) -> JSON:
        if self._extra is not None and name in self._extra:
            return self._extra[name]
        at: Token | None = self._task
        while at is not None:
            if name in at.data:
                return at.data[name]
            value = computed(at, name)
            if value is MISSING:
                value = at.task_spec.shown(at, name)
            if value is not MISSING:
                return value
            at = None if at.task_spec.is_process else at.parent
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        seen = dict.fromkeys(self._extra or ())
        at: Token | None = self._task
        while at is not None:
            seen.update(dict.fromkeys([*at.data, *_counters(at)]))
            at = None if at.task_spec.is_process else at.parent
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def may_skip(task: Token) -> bool:
    """Return whether skipping is switched on for an instance, by one of two variables (Flowable, Activiti)."""
    seen = Visible(task)
    return any(seen.get(name) in (True, "true") for name in SKIP_SWITCHES)


def is_counter(task: Token, name: str) -> bool:
    """Return whether a name is a runtime attribute of a loop around a token, which nobody can write."""
    at: Token | None = task
    while at is not None:
        if computed(at, name) is not MISSING:
            return True
        at = None if at.task_spec.is_process else at.parent
    return False


def _counters(task: Token) -> tuple[str, ...]:
    """Return the names of the runtime attributes that everybody below a token is shown."""
    notes = task.internal_data
    return (*(("loopCounter",) if "k" in notes else ()), *(_SHOWN if "n" in notes else ()))


def computed(task: Token, name: str) -> Any:
    """Return a runtime attribute of a multi-instance body or of one of its instances."""
    notes = task.internal_data
    if name == "loopCounter" and "k" in notes:
        return notes["k"] + task.task_spec.first_counter
    key = COUNTERS.get(name)
    if key is None or "n" not in notes:
        return MISSING
    if key == "active":
        loop = getattr(task.task_spec.element, "loop", None)
        if loop is not None and loop.sequential and task.task_spec.graph.sequence_counts_one:
            return 1
        return notes["next"] - notes["done"]
    return notes.get(key, 0)
