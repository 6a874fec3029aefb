"""Rows of running and finished process instances, their history and their large values."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from decisions.edge.ids import new_id


class InstanceState(models.TextChoices):
    """The states a user sees of an instance; derived by the store after every command."""

    PENDING = "pending", "Pending: created, no step has run yet"
    EXECUTING = "executing", "Executing: a job or a step is under way"
    AWAITING_AUTHORIZATION = "awaiting-authorization", "Awaiting authorization: a person must act"
    WAITING = "waiting", "Waiting: for a timer, a message or a signal"
    FAILED = "failed", "Failed: an incident needs help"
    COMPLETED = "completed", "Completed"
    COMPENSATED = "compensated", "Compensated: completed work was undone"
    CANCELLED = "cancelled", "Cancelled"


OPEN_STATES = (
    InstanceState.PENDING,
    InstanceState.EXECUTING,
    InstanceState.AWAITING_AUTHORIZATION,
    InstanceState.WAITING,
    InstanceState.FAILED,
)


class Instance(models.Model):
    """One run of a process version. `data` is the engine's state; only runtime/store.py changes it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.CharField(max_length=64, default="", blank=True)
    version_id = models.UUIDField(db_index=True)  # bpmn.ProcessVersion: opaque here
    process_key = models.CharField(max_length=255)
    business_key = models.CharField(max_length=255, default="", blank=True, db_index=True)
    state = models.CharField(max_length=24, choices=InstanceState.choices, default=InstanceState.PENDING)
    # Counted by us, so no CHECK, which PostgreSQL compiles for each statement that writes (docs/adr/0008)
    rev = models.IntegerField(default=0)
    seq = models.IntegerField(default=0)
    data = models.BinaryField()
    is_resting = models.BooleanField(default=True)
    parent_id = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    started_by_id = models.BigIntegerField(null=True, blank=True)
    #: Since when it takes no work, no answers, no timers and no messages; see runtime/suspension.py.
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["process_key", "state", "-started_at"], name="instance_by_process"),
            models.Index(fields=["state", "-started_at"], name="instance_by_state"),
            # Written once, at the end; how long instances took is read in it alone.
            models.Index(
                fields=["-ended_at", "process_key", "started_at"],
                name="instance_by_end",
                condition=Q(ended_at__isnull=False),
            ),
        ]
        permissions = [("operate_instance", "Can retry, cancel and repair instances")]

    def __str__(self) -> str:
        return f"{self.process_key} {self.business_key or self.id}"

    @property
    def is_suspended(self) -> bool:
        """True while the instance lives and somebody has suspended it."""
        return self.suspended_at is not None and self.ended_at is None


class Blob(models.Model):
    """A large variable value, stored once for all steps and instances that hold it."""

    sha256 = models.BinaryField(primary_key=True, max_length=32)
    data = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)


class Activity(models.Model):
    """One line of history; append-only."""

    id = models.BigAutoField(primary_key=True)
    instance = models.ForeignKey(
        # The statement that writes a line has just written its instance (docs/adr/0008).
        Instance, on_delete=models.CASCADE, related_name="history", db_index=False, db_constraint=False
    )  # fmt: skip
    seq = models.IntegerField()
    token = models.IntegerField()
    parent = models.IntegerField(null=True)
    element = models.CharField(max_length=255)
    kind = models.CharField(max_length=40)
    happened = models.CharField(max_length=12)
    version_id = models.UUIDField()
    via = models.CharField(max_length=255, null=True)
    wrote = models.JSONField(null=True)
    #: name -> hash of what it wrote that is large; runtime/large.py puts the two together
    large = models.JSONField(null=True)
    detail = models.JSONField(null=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "seq"], name="activity_seq_once")]
