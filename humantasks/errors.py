"""Errors of the app `humantasks`: one class for each thing a caller may treat apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID


class HumanTasksError(Exception):
    """Something about a person's work went wrong."""

    code = "human_tasks_error"
    retryable = False

    def __str__(self) -> str:
        return self.__class__.__doc__ or self.code


class TaskNotFound(HumanTasksError):
    """There is no such task, or it is not this person's to see; the two look alike from outside."""

    code = "task_not_found"

    def __init__(self, task_id: UUID) -> None:
        super().__init__(task_id)
        self.task_id = task_id

    def __str__(self) -> str:
        return f"There is no task {self.task_id}."


class TaskClosed(HumanTasksError):
    """The task is answered or cancelled; nothing was changed."""

    code = "task_closed"

    def __init__(self, task_id: UUID, state: str, by: str, at: datetime | None, reason: str = "") -> None:
        super().__init__(task_id, state, by, at, reason)
        self.task_id, self.state, self.by, self.at, self.reason = task_id, state, by, at, reason

    def __str__(self) -> str:
        when = f" at {self.at:%Y-%m-%d %H:%M} UTC" if self.at else ""
        if self.state == "completed":
            return f"{self.by or 'Somebody'} answered this task{when}. Nothing was changed."
        return f"This task was closed{when}. {self.reason or 'The case went on without it.'}".strip()


class CaseWentOn(HumanTasksError):
    """The case has gone on without this answer. Nothing was changed."""

    code = "case_went_on"


class TaskNotReady(HumanTasksError):
    """The context of this task is still being gathered; it opens in a moment."""

    code = "not_ready"
    retryable = True


class TaskClaimedByOther(HumanTasksError):
    """Somebody else has claimed the task."""

    code = "task_claimed_by_other"

    def __init__(self, task_id: UUID, by: str) -> None:
        super().__init__(task_id, by)
        self.task_id, self.by = task_id, by

    def __str__(self) -> str:
        return f"{self.by} has claimed this task. Nothing was changed."


class NotPermitted(HumanTasksError):
    """The person may not do this."""

    code = "not_permitted"

    def __init__(self, who: str, what: str) -> None:
        super().__init__(who, what)
        self.who, self.what = who, what

    def __str__(self) -> str:
        return f"{self.who} may not {self.what}; an administrator can allow it."


class AnswerInvalid(HumanTasksError):
    """The answer does not fit the form; `fields` says what is wrong, field by field."""

    code = "answer_invalid"

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(dict(fields))
        self.fields = dict(fields)

    def __str__(self) -> str:
        return "The answer does not fit the form: " + "; ".join(
            f"{name}: {message}" for name, message in self.fields.items()
        )


class ShownDataChanged(HumanTasksError):
    """The case changed since it was shown; nothing was submitted."""

    code = "shown_data_changed"

    def __init__(self, task_id: UUID, fingerprint: str) -> None:
        super().__init__(task_id, fingerprint)
        self.task_id, self.fingerprint = task_id, fingerprint

    def __str__(self) -> str:
        return f"The case changed since it was shown; nothing was submitted. It is now {self.fingerprint}."


class UnknownPerson(HumanTasksError):
    """There is no active user or group of that name."""

    code = "bad_input"
    field = "to"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f'There is no active user and no group "{self.name}".'
