"""Rows only: what the orchestrator stores. Verbs live in `orchestrator.runtime`."""

from orchestrator.models.audit import AuditEntry, Deployment, Heartbeat
from orchestrator.models.connection import ApiToken, Connection, IdempotentAnswer, Secret
from orchestrator.models.incident import Incident
from orchestrator.models.instance import OPEN_STATES, Activity, Blob, Instance, InstanceState
from orchestrator.models.job import Job, JobState
from orchestrator.models.message import Message, Outbox, StartSubscription, Subscription
from orchestrator.models.timer import StartTimer, Timer

__all__ = [
    "OPEN_STATES",
    "Activity",
    "ApiToken",
    "AuditEntry",
    "Blob",
    "Connection",
    "Deployment",
    "Heartbeat",
    "IdempotentAnswer",
    "Incident",
    "Instance",
    "InstanceState",
    "Job",
    "JobState",
    "Message",
    "Outbox",
    "Secret",
    "StartSubscription",
    "StartTimer",
    "Subscription",
    "Timer",
]
