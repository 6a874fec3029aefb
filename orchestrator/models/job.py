"""Rows of work that an instance waits for and that somebody outside the engine does."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from decisions.edge.ids import new_id
from orchestrator.models.instance import Instance


class JobState(models.TextChoices):
    """What can be said of a job."""

    READY = "ready", "Ready: waits for a worker (after `due_at`)"
    RUNNING = "running", "Running: leased to a worker until `leased_until`"
    AWAITING = "awaiting", "Awaiting authorization: a person has the decision"
    DONE = "done", "Done: its result is in, and the instance has gone on"
    FAILED = "failed", "Failed: no attempt is left, an incident is open"
    CANCELLED = "cancelled", "Cancelled: its token is gone"


class Job(models.Model):
    """A job; its id is the idempotency key of the attempt group handed to the outside."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instance = models.ForeignKey(
        # The statement that opens a job has just written its instance (docs/adr/0008).
        Instance, on_delete=models.CASCADE, related_name="jobs", db_index=False, db_constraint=False
    )  # fmt: skip
    token = models.IntegerField()
    element = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True, default="")
    kind = models.CharField(max_length=40)
    type = models.CharField(max_length=255)
    version_id = models.UUIDField()
    headers = models.JSONField(default=dict)
    variables = models.JSONField(default=dict)
    #: name -> hash of those variables that are large; runtime/large.py puts the two together
    large = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.READY)
    attempts = models.SmallIntegerField(default=0)
    max_attempts = models.SmallIntegerField(default=4)
    due_at = models.DateTimeField()
    #: When its id was last sent to the broker; a sweeper sends it again when nobody took it.
    sent_at = models.DateTimeField(null=True)
    #: Nobody in this installation performs this type: an outside worker takes it over REST.
    is_external = models.BooleanField(default=False)
    #: Fencing token: counts the leases; a worker may only complete with the current one.
    lease = models.IntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True, default="")
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        permissions = [("work_jobs", "Can do jobs as an outside worker")]
        indexes = [
            # Not unique: work that ended with an uncaught error has a second job when somebody tries it again.
            models.Index(fields=["instance", "token"], name="job_by_token"),
            models.Index(fields=["due_at"], name="job_ready", condition=Q(state="ready")),
            models.Index(fields=["leased_until"], name="job_leased", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.type} at {self.element}"
