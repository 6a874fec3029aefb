"""The cases that tasks belong to: an answer is written together with what its case does next.

The inbox knows no cases. Whoever runs them connects how a task is held under lock together with its case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from humantasks.facts import TaskCompleted
from humantasks.models import HumanTask
from humantasks.rows import Rows, Update

TASKS = Rows(HumanTask, "t")


class Case(Protocol):
    """A task and the case that waits for it, both locked until the transaction ends."""

    @property
    def task(self) -> HumanTask:
        """The task."""
        ...

    def go_on(self, fact: TaskCompleted, answer: Update) -> None:
        """Write the answer to the task and go on with the case; what this raises refuses both."""
        ...


class Alone:
    """A task that no case waits for."""

    def __init__(self, task: HumanTask) -> None:
        self.task = task

    def go_on(self, fact: TaskCompleted, answer: Update) -> None:
        """Write the answer."""
        answer.save()


Hold = Callable[[UUID], Case | None]


def hold_alone(task_id: UUID) -> Case | None:
    """Lock a task, if there is one."""
    task = TASKS.get(task_id, locked=True)
    return Alone(task) if task else None


_hold: Hold = hold_alone


def hold(task_id: UUID) -> Case | None:
    """Lock a task and its case, if there is such a task."""
    return _hold(task_id)


def connect(how: Hold) -> None:
    """Say how tasks are held from now on."""
    global _hold
    _hold = how
