"""What callers of the API see of rows: one function each, plain dictionaries."""

from __future__ import annotations

from typing import Any

from orchestrator.models import Activity, Incident, Instance, Job


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


def history_line(row: Activity) -> dict[str, Any]:
    """Return a line of history."""
    return {
        "seq": row.seq, "at": row.at, "element": row.element, "kind": row.kind, "happened": row.happened,
        "via": row.via, "wrote": row.wrote or {}, "detail": row.detail or {}, "actor": row.actor_id,
    }  # fmt: skip


def job(row: Job) -> dict[str, Any]:
    """Return a job as lists show it."""
    return {
        "id": row.id, "instance": row.instance_id, "element": row.element, "type": row.type,
        "state": row.state, "attempts": row.attempts, "max_attempts": row.max_attempts, "due_at": row.due_at,
        "error": row.error, "external": row.is_external, "created_at": row.created_at, "ended_at": row.ended_at,
    }  # fmt: skip


def leased_job(row: Job) -> dict[str, Any]:
    """Return a job as the outside worker that has just leased it needs it."""
    return {
        **job(row), "headers": row.headers, "variables": row.variables, "lease": row.lease,
        "leased_until": row.leased_until, "process": row.instance.process_key,
        "business_key": row.instance.business_key, "idempotency_key": row.id,
    }  # fmt: skip
