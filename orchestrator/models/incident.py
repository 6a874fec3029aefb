"""Rows of what needs help."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from decisions.edge.ids import new_id
from orchestrator.models.instance import Instance


class Incident(models.Model):
    """A token that cannot go on: a failed job, or a step the engine could not take."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="incidents")
    job_id = models.UUIDField(null=True)
    token = models.PositiveIntegerField()
    element = models.CharField(max_length=255)
    code = models.CharField(max_length=64)
    message = models.TextField()
    detail = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "token"], condition=Q(resolved_at__isnull=True), name="one_open_incident_per_token"
            )
        ]
        indexes = [models.Index(fields=["-created_at"], condition=Q(resolved_at__isnull=True), name="incident_open")]

    def __str__(self) -> str:
        return f"{self.code} at {self.element}"
