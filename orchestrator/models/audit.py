"""Rows of who did what to the installation; append-only, each chained to the one before."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One administrative act. `digest` is SHA-256 over `previous` and the entry's canonical JSON."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True, default="")
    act = models.CharField(max_length=64)
    subject = models.CharField(max_length=255)
    detail = models.JSONField(default=dict)
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32, unique=True)

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"


class Heartbeat(models.Model):
    """When each part of the installation last said that it is up."""

    part = models.CharField(max_length=100, primary_key=True)  # web | worker:<name> | beat
    at = models.DateTimeField()


class Deployment(models.Model):
    """One upload: what files it had and what came of them."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    files = models.JSONField(default=list)
    definitions = models.JSONField(default=list)
    problems = models.JSONField(default=list)

    class Meta:
        permissions = [("deploy", "Can upload drawings, tables and forms")]
