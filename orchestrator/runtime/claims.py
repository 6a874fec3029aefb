"""Leases ready jobs on PostgreSQL: one statement finds them, takes them, and reads them with their instances."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import connection

from humantasks.rows import Rows
from orchestrator.models import Instance, Job
from orchestrator.runtime import arrays
from orchestrator.runtime.change import Lease
from orchestrator.runtime.loading import INSTANCES

JOBS = Rows(Job, "j")
#: A job that has been due for this long stands in a backlog: its message waits behind others.
BACKLOG_AFTER = timedelta(seconds=0.5)


def lease_ready(*, job_ids: Collection[UUID], lease: Lease, now: datetime, at_most: int) -> list[tuple[Job, Instance]]:
    """Lease the jobs of these ids that are ready, and as many of the backlog as make up `at_most`.

    A job that somebody else is taking at this moment is passed over instead of waited for.
    """
    named = (arrays.literal(job_ids), now)
    backlog = (now - BACKLOG_AFTER, max(0, at_most - len(job_ids)))
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [*named, *backlog, lease.until, lease.worker])
        found = cursor.fetchall()
    return [(JOBS.row(row[: JOBS.width]), INSTANCES.row(row[JOBS.width :])) for row in found]


@cache
def _statement() -> str:
    # Not a join with what is not suspended: PostgreSQL would expect next to none, and read all for each job.
    of_ready = (
        f"FROM {JOBS.table} WHERE j.state = 'ready' AND NOT j.is_external AND NOT EXISTS"
        f" (SELECT FROM {INSTANCES.table} WHERE i.id = j.instance_id AND i.suspended_at IS NOT NULL)"
    )
    passing_over = "FOR UPDATE OF j SKIP LOCKED"
    return (
        f"WITH named AS (SELECT j.id {of_ready} AND j.id = ANY(%s::uuid[]) AND j.due_at <= %s {passing_over}),"
        f" backlog AS (SELECT j.id {of_ready} AND j.due_at <= %s ORDER BY j.due_at LIMIT %s {passing_over}),"
        " mine AS (SELECT id FROM named UNION SELECT id FROM backlog)"
        f" UPDATE {JOBS.table} SET state = 'running', lease = j.lease + 1, attempts = j.attempts + 1,"
        f" leased_until = %s, worker = %s FROM mine, {INSTANCES.table} WHERE j.id = mine.id AND i.id = j.instance_id"
        f" RETURNING {JOBS.columns}, {INSTANCES.columns}"
    )
