"""What callers of the API see of rows: plain dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpmn.language.process import Variables
from orchestrator.models import Activity, Incident, Instance, Job
from orchestrator.runtime import large


def incident(row: Incident) -> dict[str, Any]:
    """Return an incident as the API shows it."""
    return {
        "id": row.id, "instance": row.instance_id, "element": row.element, "code": row.code,
        "message": row.message, "detail": row.detail, "job": row.job_id, "created_at": row.created_at,
        "resolved_at": row.resolved_at,
    }  # fmt: skip


def instance_line(row: Instance) -> dict[str, Any]:
    """Return an instance as lists show it."""
    return {
        "id": row.id, "process": row.process_key, "version": row.version_id, "business_key": row.business_key,
        "state": row.state, "started_at": row.started_at, "ended_at": row.ended_at,
        "suspended": row.is_suspended,
    }  # fmt: skip


def history(rows: Sequence[Activity]) -> list[dict[str, Any]]:
    """Return lines of history with the values they tell, the large ones read at once."""
    wrote = large.whole([(row.wrote, row.large) for row in rows])
    return [_history_line(row, values) for row, values in zip(rows, wrote, strict=True)]


def _history_line(row: Activity, wrote: Variables) -> dict[str, Any]:
    return {
        "seq": row.seq, "at": row.at, "element": row.element, "kind": row.kind, "happened": row.happened,
        "via": row.via, "wrote": wrote, "detail": row.detail or {}, "actor": row.actor_id,
    }  # fmt: skip


def job(row: Job) -> dict[str, Any]:
    """Return a job as lists show it."""
    return {
        "id": row.id, "instance": row.instance_id, "element": row.element, "type": row.type,
        "state": row.state, "attempts": row.attempts, "max_attempts": row.max_attempts, "due_at": row.due_at,
        "error": row.error, "external": row.is_external, "created_at": row.created_at, "ended_at": row.ended_at,
    }  # fmt: skip


def leased_jobs(rows: Sequence[Job]) -> list[dict[str, Any]]:
    """Return jobs as the outside worker that has just leased them needs them."""
    return [_leased_job(row, variables) for row, variables in zip(rows, large.given(rows), strict=True)]


def _leased_job(row: Job, variables: Variables) -> dict[str, Any]:
    return {
        **job(row), "headers": row.headers, "variables": variables, "lease": row.lease,
        "leased_until": row.leased_until, "process": row.instance.process_key,
        "business_key": row.instance.business_key, "idempotency_key": row.id,
    }  # fmt: skip
