"""Large values: kept once as blobs, told by their hash in history and jobs, dropped when nothing refers to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connection
from django.utils import timezone

from bpmn import engine
from bpmn.language.process import JSON, Variables
from orchestrator.models import Activity, Blob, Instance, Job
from orchestrator.runtime.loading import fetch_blobs

#: How long a blob stays after it was written or asked for again, whether something refers to it or not.
GRACE = timedelta(hours=24)
_BATCH = 200

#: The small values of a row, and name -> hash of its large ones.
Parted = tuple[Variables | None, Mapping[str, str] | None]
_T = TypeVar("_T")


def keep(blobs: Mapping[str, bytes]) -> None:
    """Write blobs that are not there yet, inside the transaction that refers to them.

    One that is there already and old is made young again: until this transaction ends nobody drops it.
    """
    now = timezone.now()
    young = connection.ops.adapt_datetimefield_value(now)
    old = connection.ops.adapt_datetimefield_value(now - GRACE / 2)
    with connection.cursor() as cursor:
        for some in _batches(sorted(blobs.items())):  # sorted: two writers of the same blobs wait in one order
            rows = ", ".join(["(%s, %s, %s)"] * len(some))
            given = [value for sha, data in some for value in (bytes.fromhex(sha), data, young)]
            cursor.execute(
                f"INSERT INTO orchestrator_blob (sha256, data, created_at) VALUES {rows} ON CONFLICT (sha256)"
                " DO UPDATE SET created_at = EXCLUDED.created_at WHERE orchestrator_blob.created_at < %s",
                [*given, old],
            )


def whole(parted: Sequence[Parted]) -> list[Variables]:
    """Return the variables of rows with their large values, all read at once."""
    hashes = {sha for _, large in parted for sha in (large or {}).values()}
    values: dict[str, JSON] = engine.codec.values(hashes, fetch_blobs) if hashes else {}
    return [{**(small or {}), **{name: values[sha] for name, sha in (large or {}).items()}} for small, large in parted]


def given(rows: Sequence[Job]) -> list[Variables]:
    """Return the variables that jobs were opened with."""
    return whole([(job.variables, job.large) for job in rows])


def drop_unused(*, now: datetime) -> int:
    """Drop the blobs that nothing has referred to for a day; returns how many.

    Instances are read before jobs and history: a value leaves a state for a line of history, never the other
    way, so that it is seen at one of the two places. What refers to a blob anew makes it young (`keep`).
    """
    old = Blob.objects.filter(created_at__lt=now - GRACE)
    unused = {bytes(sha).hex() for sha in old.values_list("sha256", flat=True).iterator()}
    unused -= _behind(set(_referred()))
    dropped = 0
    for some in _batches(sorted(unused)):
        dropped += old.filter(sha256__in=[bytes.fromhex(sha) for sha in some]).delete()[0]
    return dropped


def _referred() -> Iterator[str]:
    """Return the hashes that states, jobs and history refer to."""
    for data in Instance.objects.values_list("data", flat=True).iterator():
        yield from engine.codec.references(bytes(data))
    for model in (Job, Activity):
        for large in model._default_manager.filter(large__isnull=False).values_list("large", flat=True).iterator():
            yield from (large or {}).values()


def _behind(roots: set[str]) -> set[str]:
    """Return hashes with those that their blobs refer to."""
    found: set[str] = set()
    while roots:
        found |= roots
        inner: set[str] = set()
        for some in _batches(sorted(roots)):
            for blob in fetch_blobs(some).values():
                inner |= engine.codec.inner(blob)
        roots = inner - found
    return found


def _batches(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (values[at : at + _BATCH] for at in range(0, len(values), _BATCH))
