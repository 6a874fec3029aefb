"""The PostgreSQL writer: one statement for the whole change, every part hanging on the instance's revision.

A command costs by its statements far more than by its rows, so the parts are data-modifying CTEs of one
statement that reads `moved`: when somebody else was first, `moved` is empty and nothing is written.
Lists travel as arrays (`unnest`), so that few shapes of statement exist and all of them stay prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from decisions.edge.canonical import encode
from orchestrator import errors
from orchestrator.runtime import arrays, large
from orchestrator.runtime.change import Change


@dataclass(slots=True)
class _Statement:
    """Parts of the statement and their parameters, in the order of writing."""

    parts: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, name: str, sql: str, *parameters: Any) -> None:
        """Add the CTE `name`."""
        self.parts.append(f"{name} AS ({sql})")
        self.parameters.extend(parameters)


def write(change: Change) -> None:
    """Write a change inside the caller's transaction; same contract as `writer.write`."""
    if change.dump.blobs:
        large.keep(change.dump.blobs)
    statement = _Statement()
    _instance(statement, change)
    for part in (_finished, _history, _jobs, _timers, _subscriptions, _closed, _moved, _incidents, _outbox):
        part(statement, change)
    for number, rows in enumerate(change.others):
        sql, parameters = rows.statement("moved")
        statement.add(f"others_{number}", sql, *parameters)
    finished = "(SELECT count(*) FROM finished)" if change.finished_jobs else "0"
    sql = f"WITH {', '.join(statement.parts)} SELECT (SELECT count(*) FROM moved), {finished}"
    with connection.cursor() as cursor:
        cursor.execute(sql, statement.parameters)
        moved, done = cursor.fetchone()
    if not moved:
        raise errors.ConcurrentChange
    if done != len(change.finished_jobs):
        raise errors.LeaseLost


def _instance(statement: _Statement, change: Change) -> None:
    head = change.head
    values = (change.seq, change.dump.data, str(change.state), change.is_resting,
              change.now if change.ended else None, head.version_id)  # fmt: skip
    if head.rev < 0:
        statement.add(
            "moved",
            "INSERT INTO orchestrator_instance (seq, data, state, is_resting, ended_at, version_id, id, tenant,"
            " process_key, business_key, rev, parent_id, started_at, started_by_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, '', %s, %s, 0, %s, %s, %s) RETURNING id",
            *values, head.id, head.process_key, head.business_key, change.parent_id, head.started_at,
            change.actor_id,
        )  # fmt: skip
    else:
        statement.add(
            "moved",
            "UPDATE orchestrator_instance SET seq = %s, data = %s, state = %s, is_resting = %s, ended_at = %s,"
            " version_id = %s, rev = rev + 1 WHERE id = %s AND rev = %s RETURNING id",
            *values, head.id, head.rev,
        )  # fmt: skip


def _finished(statement: _Statement, change: Change) -> None:
    if not change.finished_jobs:
        return
    statement.add(
        "finished",
        "UPDATE orchestrator_job AS j SET state = 'done', ended_at = %s, leased_until = NULL"
        " FROM moved, unnest(%s::uuid[], %s::int[]) AS f(id, lease)"
        " WHERE j.id = f.id AND j.lease = f.lease AND j.state IN ('running', 'awaiting') RETURNING j.id",
        change.now, *_columns(change.finished_jobs, lambda f: f[0], lambda f: f[1]),
    )  # fmt: skip


def _columns(rows: Sequence[Any], *read: Callable[[Any], Any]) -> list[str]:
    return [arrays.literal([column(row) for row in rows]) for column in read]


def _json(value: Any) -> str | None:
    return encode(value).decode() if value else None


def _history(statement: _Statement, change: Change) -> None:
    if not change.history:
        return
    apart = [change.dump.apart(entry.wrote) for entry in change.history]
    statement.add(
        "history",
        "INSERT INTO orchestrator_activity (instance_id, at, actor_id, seq, token, parent, element, kind, happened,"
        " version_id, via, detail, wrote, large)"
        " SELECT moved.id, %s, %s, h.seq, h.token, h.parent, h.element, h.kind, h.happened, h.version_id, h.via,"
        " h.detail::jsonb, h.wrote::jsonb, h.large::jsonb"
        " FROM moved, unnest(%s::int[], %s::int[], %s::int[], %s::text[], %s::text[],"
        " %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " AS h(seq, token, parent, element, kind, happened, version_id, via, detail, wrote, large)",
        change.now, change.actor_id,
        *_columns(change.history, lambda e: e.seq, lambda e: e.token, lambda e: e.parent, lambda e: e.element,
                  lambda e: e.kind, lambda e: str(e.happened), lambda e: e.process, lambda e: e.via,
                  lambda e: _json(e.detail)),
        *_columns(apart, lambda a: _json(a[0]), lambda a: _json(a[1])),
    )  # fmt: skip


def _jobs(statement: _Statement, change: Change) -> None:
    if not change.jobs:
        return
    apart = [change.dump.apart(job.effect.variables) for job in change.jobs]
    statement.add(
        "jobs",
        "INSERT INTO orchestrator_job (instance_id, due_at, sent_at, created_at, ended_at, error, id, token, element,"
        " name, kind, type, version_id, headers, state, attempts, lease, leased_until, worker, max_attempts,"
        " is_external, variables, large)"
        " SELECT moved.id, %s, %s, %s, NULL, '', j.id, j.token, j.element, j.name, j.kind, j.type, j.version_id,"
        " j.headers::jsonb, j.state, j.leased, j.leased, j.leased_until, j.worker, j.max_attempts, j.is_external,"
        " j.variables::jsonb, j.large::jsonb"
        " FROM moved, unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::uuid[],"
        " %s::text[], %s::text[], %s::int[], %s::timestamptz[], %s::text[], %s::int[], %s::bool[], %s::text[],"
        " %s::text[])"
        " AS j(id, token, element, name, kind, type, version_id, headers, state, leased, leased_until, worker,"
        " max_attempts, is_external, variables, large)",
        change.now, change.now, change.now,
        *_columns(change.jobs, lambda j: j.id, lambda j: j.effect.token, lambda j: j.effect.element,
                  lambda j: j.effect.name, lambda j: j.effect.kind, lambda j: j.effect.type,
                  lambda j: j.effect.process, lambda j: _json(dict(j.effect.headers)) or "{}",
                  lambda j: "running" if j.lease else "ready",
                  lambda j: 1 if j.lease else 0, lambda j: j.lease.until if j.lease else None,
                  lambda j: j.lease.worker if j.lease else "", lambda j: j.max_attempts,
                  lambda j: j.is_external),
        *_columns(apart, lambda a: _json(a[0]) or "{}", lambda a: _json(a[1])),
    )  # fmt: skip


def _timers(statement: _Statement, change: Change) -> None:
    if not change.timers:
        return
    statement.add(
        "timers",
        "INSERT INTO orchestrator_timer (instance_id, token, element, due_at)"
        " SELECT moved.id, t.token, t.element, t.due_at"
        " FROM moved, unnest(%s::int[], %s::text[], %s::timestamptz[]) AS t(token, element, due_at)"
        " ON CONFLICT (instance_id, token) DO UPDATE SET due_at = EXCLUDED.due_at",
        *_columns(change.timers, lambda t: t.token, lambda t: t.element, lambda t: t.due_at),
    )


def _subscriptions(statement: _Statement, change: Change) -> None:
    if not change.subscriptions:
        return
    statement.add(
        "subscriptions",
        "INSERT INTO orchestrator_subscription (instance_id, created_at, token, element, kind, name,"
        " correlation_key, message_path)"
        " SELECT moved.id, %s, s.token, s.element, s.kind, s.name, s.correlation_key, s.message_path FROM moved,"
        " unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " AS s(token, element, kind, name, correlation_key, message_path)",
        change.now,
        *_columns(change.subscriptions, lambda s: s.token, lambda s: s.element, lambda s: s.kind,
                  lambda s: s.name, lambda s: s.correlation_key, lambda s: s.message_path),
    )  # fmt: skip


def _closed(statement: _Statement, change: Change) -> None:
    jobs = [c.token for c in change.closed if c.what == "job" and c.cancelled]
    if jobs:
        statement.add(
            "cancelled",
            "UPDATE orchestrator_job AS j SET state = 'cancelled', ended_at = %s, lease = j.lease + 1,"
            " leased_until = NULL FROM moved WHERE j.instance_id = moved.id AND j.token = ANY(%s::int[])"
            " AND j.state NOT IN ('done', 'cancelled')",
            change.now, jobs,
        )  # fmt: skip
    for what, table in (("timer", "orchestrator_timer"), ("subscription", "orchestrator_subscription")):
        if tokens := [c.token for c in change.closed if c.what == what]:
            statement.add(
                f"closed_{what}",
                f"DELETE FROM {table} AS c USING moved WHERE c.instance_id = moved.id AND c.token = ANY(%s::int[])",
                tokens,
            )
    if over := [*change.resolved_tokens, *jobs]:
        statement.add(
            "resolved",
            "UPDATE orchestrator_incident AS i SET resolved_at = %s, resolved_by_id = %s FROM moved"
            " WHERE i.instance_id = moved.id AND i.token = ANY(%s::int[]) AND i.resolved_at IS NULL",
            change.now, change.actor_id, over,
        )  # fmt: skip


def _moved(statement: _Statement, change: Change) -> None:
    """Rename what waits; a row that this change closes too is updated once only, by whichever part."""
    gone = {closed.token for closed in change.closed}
    found = [moved for moved in change.moved if moved.token not in gone]
    if not found:
        return
    columns = _columns(found, lambda m: m.token, lambda m: m.element, lambda m: m.process)
    for table, also, which in (
        ("orchestrator_job", ", version_id = m.version_id", " AND r.ended_at IS NULL"),
        ("orchestrator_timer", "", ""),
        ("orchestrator_subscription", "", ""),
        ("orchestrator_incident", "", " AND r.resolved_at IS NULL"),
    ):
        statement.add(
            f"moved_{table}",
            f"UPDATE {table} AS r SET element = m.element{also} FROM moved,"
            " unnest(%s::int[], %s::text[], %s::uuid[]) AS m(token, element, version_id)"
            f" WHERE r.instance_id = moved.id AND r.token = m.token{which}",
            *columns,
        )


def _incidents(statement: _Statement, change: Change) -> None:
    if not change.raised:
        return
    statement.add(
        "incidents",
        "INSERT INTO orchestrator_incident (instance_id, created_at, id, token, element, code, message, detail)"
        " SELECT moved.id, %s, i.id, i.token, i.element, i.code, i.message, i.detail::jsonb FROM moved,"
        " unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " AS i(id, token, element, code, message, detail)",
        change.now,
        *_columns(change.raised, lambda i: i[0], lambda i: i[1].token, lambda i: i[1].element,
                  lambda i: i[1].code, lambda i: i[1].message, lambda i: _json(dict(i[1].detail)) or "{}"),
    )  # fmt: skip


def _outbox(statement: _Statement, change: Change) -> None:
    if not change.thrown:
        return
    statement.add(
        "outbox",
        "INSERT INTO orchestrator_outbox (kind, instance_id, element, body, created_at)"
        " SELECT o.kind, moved.id, o.element, o.body::jsonb, %s FROM moved,"
        " unnest(%s::text[], %s::text[], %s::text[]) AS o(kind, element, body)",
        change.now,
        *_columns(change.thrown, lambda t: change.kind_of(t), lambda t: t.element,
                  lambda t: _json(change.body_of(t))),
    )  # fmt: skip
