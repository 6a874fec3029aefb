"""The PostgreSQL writer: one statement for the whole change, every part hanging on the instance's revision.

A command costs by its statements far more than by its rows, so the parts are data-modifying CTEs of one
statement that reads `moved`: when somebody else was first, `moved` is empty and nothing is written.
Rows travel as one JSON document a part (`jsonb_to_recordset`): few shapes of statement exist, all of them stay
prepared, and PostgreSQL expects as many rows of a document it does not know as of one it knows, so that it
keeps the plan it has. Of arrays (`unnest`) it counts the items, finds the plan for one item cheaper, and plans anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from bpmn.language.process import Variables
from decisions.edge.canonical import encode
from orchestrator import errors
from orchestrator.runtime import large
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
    """Take jobs that are still leased; one of them by its key, which PostgreSQL looks up without reading the others."""
    if not change.finished_jobs:
        return
    given, which = ", jsonb_to_recordset(%s::jsonb) AS f(id uuid, lease int)", "j.id = f.id AND j.lease = f.lease"
    jobs: list[Any] = [_rows({"id": job_id, "lease": lease} for job_id, lease in change.finished_jobs)]
    if len(change.finished_jobs) == 1:
        given, which, jobs = "", "j.id = %s AND j.lease = %s", [*change.finished_jobs[0]]
    statement.add(
        "finished",
        f"UPDATE orchestrator_job AS j SET state = 'done', ended_at = %s, leased_until = NULL FROM moved{given}"
        f" WHERE {which} AND j.state IN ('running', 'awaiting') RETURNING j.id",
        change.now, *jobs,
    )  # fmt: skip


def _rows(rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows as `jsonb_to_recordset` reads them."""
    return encode(list(rows)).decode()


def _history(statement: _Statement, change: Change) -> None:
    if not change.history:
        return
    apart = change.dump.apart
    rows = (
        {"seq": e.seq, "token": e.token, "parent": e.parent, "element": e.element, "kind": e.kind,
         "happened": e.happened, "version": e.process, "via": e.via, "detail": dict(e.detail) or None,
         "wrote": small or None, "large": hashes or None}
        for e in change.history for small, hashes in (apart(e.wrote),)
    )  # fmt: skip
    statement.add(
        "history",
        "INSERT INTO orchestrator_activity (instance_id, at, actor_id, seq, token, parent, element, kind, happened,"
        " version_id, via, detail, wrote, large)"
        " SELECT moved.id, %s, %s, h.* FROM moved, jsonb_to_recordset(%s::jsonb) AS h(seq int, token int, parent int,"
        " element text, kind text, happened text, version uuid, via text, detail jsonb, wrote jsonb, large jsonb)",
        change.now, change.actor_id, _rows(rows),
    )  # fmt: skip


def _jobs(statement: _Statement, change: Change) -> None:
    if not change.jobs:
        return
    apart = [change.dump.apart(job.effect.variables) for job in change.jobs]
    shared = _shared([small for small, _ in apart])
    rows = (
        {"id": job.id, "token": e.token, "element": e.element, "name": e.name, "kind": e.kind, "type": e.type,
         "version": e.process, "headers": dict(e.headers), "state": "running" if lease else "ready",
         "leased": 1 if lease else 0, "until": lease.until if lease else None, "worker": lease.worker if lease else "",
         "max_attempts": job.max_attempts, "is_external": job.is_external, "large": hashes or None,
         "variables": {name: value for name, value in small.items() if name not in shared}}
        for job, (small, hashes) in zip(change.jobs, apart, strict=True) for e, lease in ((job.effect, job.lease),)
    )  # fmt: skip
    statement.add(
        "jobs",
        "INSERT INTO orchestrator_job (instance_id, due_at, sent_at, created_at, error, id, token, element, name, kind,"
        " type, version_id, headers, state, attempts, lease, leased_until, worker, max_attempts, is_external, large,"
        " variables)"
        " SELECT moved.id, %s, %s, %s, '', j.id, j.token, j.element, j.name, j.kind, j.type, j.version, j.headers,"
        " j.state, j.leased, j.leased, j.until, j.worker, j.max_attempts, j.is_external, j.large,"
        " %s::jsonb || j.variables FROM moved, jsonb_to_recordset(%s::jsonb) AS j(id uuid, token int, element text,"
        " name text, kind text, type text, version uuid, headers jsonb, state text, leased int, until timestamptz,"
        " worker text, max_attempts int, is_external bool, large jsonb, variables jsonb)",
        change.now, change.now, change.now, encode(shared).decode(), _rows(rows),
    )  # fmt: skip


def _shared(of_jobs: Sequence[Variables]) -> Variables:
    """Return the variables that several jobs have alike: all instances of a loop see those of the process."""
    first, *others = of_jobs
    if not others:
        return {}
    return {name: value for name, value in first.items() if all(name in one and one[name] is value for one in others)}


def _timers(statement: _Statement, change: Change) -> None:
    if not change.timers:
        return
    statement.add(
        "timers",
        "INSERT INTO orchestrator_timer (instance_id, token, element, due_at)"
        " SELECT moved.id, t.* FROM moved, jsonb_to_recordset(%s::jsonb) AS t(token int, element text, due timestamptz)"
        " ON CONFLICT (instance_id, token) DO UPDATE SET due_at = EXCLUDED.due_at",
        _rows({"token": t.token, "element": t.element, "due": t.due_at} for t in change.timers),
    )


def _subscriptions(statement: _Statement, change: Change) -> None:
    if not change.subscriptions:
        return
    rows = (
        {"token": s.token, "element": s.element, "kind": s.kind, "name": s.name, "key": s.correlation_key,
         "path": s.message_path}
        for s in change.subscriptions
    )  # fmt: skip
    statement.add(
        "subscriptions",
        "INSERT INTO orchestrator_subscription (instance_id, created_at, token, element, kind, name,"
        " correlation_key, message_path)"
        " SELECT moved.id, %s, s.* FROM moved, jsonb_to_recordset(%s::jsonb)"
        " AS s(token int, element text, kind text, name text, key text, path text)",
        change.now, _rows(rows),
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
    rows = _rows({"token": m.token, "element": m.element, "version": m.process} for m in found)
    for table, also, which in (
        ("orchestrator_job", ", version_id = m.version", " AND r.ended_at IS NULL"),
        ("orchestrator_timer", "", ""),
        ("orchestrator_subscription", "", ""),
        ("orchestrator_incident", "", " AND r.resolved_at IS NULL"),
    ):
        statement.add(
            f"moved_{table}",
            f"UPDATE {table} AS r SET element = m.element{also} FROM moved,"
            " jsonb_to_recordset(%s::jsonb) AS m(token int, element text, version uuid)"
            f" WHERE r.instance_id = moved.id AND r.token = m.token{which}",
            rows,
        )


def _incidents(statement: _Statement, change: Change) -> None:
    if not change.raised:
        return
    rows = (
        {"id": incident, "token": e.token, "element": e.element, "code": e.code, "message": e.message,
         "detail": dict(e.detail)}
        for incident, e in change.raised
    )  # fmt: skip
    statement.add(
        "incidents",
        "INSERT INTO orchestrator_incident (instance_id, created_at, id, token, element, code, message, detail)"
        " SELECT moved.id, %s, i.* FROM moved, jsonb_to_recordset(%s::jsonb)"
        " AS i(id uuid, token int, element text, code text, message text, detail jsonb)",
        change.now, _rows(rows),
    )  # fmt: skip


def _outbox(statement: _Statement, change: Change) -> None:
    if not change.thrown:
        return
    statement.add(
        "outbox",
        "INSERT INTO orchestrator_outbox (created_at, instance_id, kind, element, body)"
        " SELECT %s, moved.id, o.* FROM moved, jsonb_to_recordset(%s::jsonb) AS o(kind text, element text, body jsonb)",
        change.now,
        _rows({"kind": change.kind_of(t), "element": t.element, "body": change.body_of(t)} for t in change.thrown),
    )
