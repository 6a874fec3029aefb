"""Rows of what will become due."""

from __future__ import annotations

from django.db import models

from orchestrator.models.instance import Instance


class Timer(models.Model):
    """A timer that a token of an instance waits for."""

    id = models.BigAutoField(primary_key=True)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="timers", db_index=False)
    token = models.PositiveIntegerField()
    element = models.CharField(max_length=255)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "token"], name="timer_once_per_token")]


class StartTimer(models.Model):
    """A timer start event of the newest ready version of a process."""

    id = models.BigAutoField(primary_key=True)
    version_id = models.UUIDField()
    process_key = models.CharField(max_length=255, db_index=True)
    element = models.CharField(max_length=255)
    due_at = models.DateTimeField(db_index=True)
    #: ISO duration or cron line to reckon the next due time from this one; empty: it fires once
    every = models.CharField(max_length=255, blank=True, default="")
    #: how often it fires after this; empty: without end
    left = models.IntegerField(null=True)
    until = models.DateTimeField(null=True)
