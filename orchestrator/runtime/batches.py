"""One operation on many instances: each in a transaction of its own, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from bpmn import engine
from orchestrator import errors
from orchestrator.models import OPEN_STATES, Incident
from orchestrator.runtime import incidents, instances, migration, modification, selectors, suspension
from orchestrator.runtime.modification import Modification

#: Instances that one batch takes at most: somebody waits for its answer.
MOST = 1000


class Operation(StrEnum):
    """What a batch can do to instances."""

    SUSPEND = "suspend"
    RESUME = "resume"
    RETRY = "retry"
    MIGRATE = "migrate"
    MODIFY = "modify"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What the operations need to know; each reads its own."""

    reason: str = ""  #: cancel, suspend
    version_id: UUID | None = None  #: migrate
    mapping: Mapping[str, str] = field(default_factory=dict)  #: migrate
    change: Modification = field(default_factory=Modification)  #: modify


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one instance."""

    id: UUID
    is_done: bool
    code: str = "done"  #: "done", or the code of what stood in the way
    message: str = ""
    #: migrate: every token that cannot move
    problems: Sequence[Mapping[str, Any]] = ()


_Act = Callable[[UUID, Arguments, AbstractUser, datetime], None]


class _NotMeant(Exception):
    """Takes a dry run back."""


def run(
    *, operation: Operation, instance_ids: Sequence[UUID], arguments: Arguments, actor: AbstractUser,
    now: datetime, is_dry: bool = False,
) -> list[Result]:  # fmt: skip
    """Do one thing to many instances and return what came of each, in the order given.

    Args:
        instance_ids: one named twice is taken once.
        is_dry: everything is tried and taken back.
    Raises:
        BadInput: there are more than `MOST`, or the operation lacks an argument.
    """
    meant = list(dict.fromkeys(instance_ids))
    if len(meant) > MOST:
        raise errors.BadInput(f"One batch takes at most {MOST} instances; these are {len(meant)}.", "instances")
    if operation is Operation.MIGRATE and arguments.version_id is None:
        raise errors.BadInput("Say to which version.", "arguments.version")
    if operation is Operation.MODIFY and arguments.change.is_empty:
        raise errors.BadInput("Say what to cancel, what to start or which variables to set.", "arguments")
    act = _ACTS[operation]
    return [_one(act, id, arguments, actor, now, is_dry) for id in meant]


def matching(
    actor: AbstractUser, *, text: str = "", process: str = "", states: Sequence[str] = ()
) -> tuple[list[UUID], int]:
    """Return the ids of the oldest open instances that fit a filter, at most `MOST`, and how many fit in all."""
    still = [state for state in OPEN_STATES if not states or state in states]
    found = selectors.find(actor, text=text, process=process, states=OPEN_STATES).filter(state__in=still)
    return list(found.order_by("started_at", "id").values_list("id", flat=True)[:MOST]), found.count()


def _one(
    act: _Act, instance_id: UUID, arguments: Arguments, actor: AbstractUser, now: datetime, is_dry: bool
) -> Result:
    if not selectors.visible(actor).filter(id=instance_id).exists():
        return Result(id=instance_id, is_done=False, code="not_found", message="There is no such instance.")
    try:
        with suppress(_NotMeant), transaction.atomic():
            act(instance_id, arguments, actor, now)
            if is_dry:
                raise _NotMeant
    except errors.OrchestratorError as refused:
        problems = getattr(refused, "problems", ())
        return Result(id=instance_id, is_done=False, code=refused.code, message=str(refused), problems=problems)
    except engine.EngineError as broken:
        return Result(id=instance_id, is_done=False, code="engine_error", message=str(broken))
    return Result(id=instance_id, is_done=True)


def _suspend(instance_id: UUID, arguments: Arguments, actor: AbstractUser, now: datetime) -> None:
    suspension.suspend(instance_id=instance_id, actor=actor, now=now, reason=arguments.reason)


def _resume(instance_id: UUID, arguments: Arguments, actor: AbstractUser, now: datetime) -> None:
    suspension.resume(instance_id=instance_id, actor=actor, now=now)


def _cancel(instance_id: UUID, arguments: Arguments, actor: AbstractUser, now: datetime) -> None:
    instances.cancel(instance_id=instance_id, actor=actor, now=now, reason=arguments.reason)


def _modify(instance_id: UUID, arguments: Arguments, actor: AbstractUser, now: datetime) -> None:
    modification.modify(instance_id=instance_id, change=arguments.change, actor=actor, now=now)


def _migrate(instance_id: UUID, arguments: Arguments, actor: AbstractUser, now: datetime) -> None:
    assert arguments.version_id is not None
    migration.migrate(
        instance_id=instance_id, version_id=arguments.version_id, mapping=arguments.mapping, actor=actor, now=now
    )  # fmt: skip


def _retry(instance_id: UUID, arguments: Arguments, actor: AbstractUser, now: datetime) -> None:
    retried = [incidents.retry(incident_id=id, actor=actor, now=now) for id in _open_incidents(instance_id)]
    if not retried:
        raise errors.AlreadyDone("No incident is open here.")


def _open_incidents(instance_id: UUID) -> Iterator[UUID]:
    rows = Incident.objects.filter(instance_id=instance_id, resolved_at__isnull=True)
    yield from list(rows.order_by("created_at").values_list("id", flat=True))


_ACTS: Mapping[Operation, _Act] = {
    Operation.SUSPEND: _suspend,
    Operation.RESUME: _resume,
    Operation.RETRY: _retry,
    Operation.MIGRATE: _migrate,
    Operation.MODIFY: _modify,
    Operation.CANCEL: _cancel,
}
