"""Reads instances: under lock for a command, alone or with the task that is answered, or only to look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from bpmn import engine
from humantasks.cases import TASKS
from humantasks.models import HumanTask
from humantasks.rows import Rows, first, lock
from orchestrator import errors
from orchestrator.models import Instance
from orchestrator.runtime.change import Head

INSTANCES = Rows(Instance, "i")
_BLOBS = "SELECT sha256, data FROM orchestrator_blob WHERE sha256"


class Held(NamedTuple):
    """An instance as its holder knows it: the columns that every command reads, and the engine's state."""

    head: Head
    state: engine.State


def load(instance_id: UUID) -> Held:
    """Lock an instance and return it with the engine's state."""
    row = INSTANCES.get(instance_id, locked=True)
    if row is None:
        raise errors.NotFound(f"There is no instance {instance_id}.")
    return held(row)


def load_with_task(task_id: UUID) -> tuple[Held, HumanTask] | None:
    """Lock the instance that waits for a human task, then the task, if there is one.

    Whoever moves an instance locks it before its tasks; the other way round two would wait for each other.
    """
    found = first(_with_task(), TASKS.key(task_id))
    if found is None:
        return None
    return held(INSTANCES.row(found[: INSTANCES.width])), TASKS.row(found[INSTANCES.width :])


@cache
def _with_task() -> str:
    return (
        f"SELECT {INSTANCES.columns}, {TASKS.columns} FROM {INSTANCES.table} JOIN {TASKS.table}"
        f" ON t.instance_id = i.id WHERE t.id = %s{lock('i', 't')}"
    )


def held(row: Instance) -> Held:
    """Return what a row that was read in full tells of an instance."""
    head = Head(id=row.id, version_id=row.version_id, process_key=row.process_key, business_key=row.business_key,
                rev=row.rev, state=row.state, started_at=row.started_at, is_suspended=row.is_suspended)  # fmt: skip
    return Held(head=head, state=read(row))


def find(instance_id: UUID) -> Instance | None:
    """Return an instance as it is now, if there is one."""
    return INSTANCES.get(instance_id)


def read(row: Instance) -> engine.State:
    """Return the engine's state of an instance as it is now, to look at and not to change."""
    return engine.codec.load(bytes(row.data), fetch_blobs)


def load_head(instance_id: UUID) -> None:
    """Lock an instance without reading its state: the order of locks is instance, job, timer."""
    if not Instance.objects.select_for_update(of=("self",)).filter(id=instance_id).values_list("rev").first():
        raise errors.NotFound(f"There is no instance {instance_id}.")


def require_running(instance_id: UUID) -> None:
    """Lock an instance; raise Suspended when it takes nothing from outside now."""
    load_head(instance_id)
    if Instance.objects.filter(id=instance_id, suspended_at__isnull=False).exists():
        raise errors.Suspended


def fetch_blobs(hashes: Collection[str]) -> Mapping[str, bytes]:
    """Return large values by the hex of their SHA-256."""
    places = ", ".join(["%s"] * len(hashes))
    with connection.cursor() as cursor:
        cursor.execute(f"{_BLOBS} IN ({places})", [bytes.fromhex(sha) for sha in hashes])
        return {bytes(sha).hex(): bytes(data) for sha, data in cursor.fetchall()}
