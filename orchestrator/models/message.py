"""Rows of messages and signals: who waits, what came early, what goes out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from decisions.edge.ids import new_id
from orchestrator.models.instance import Instance


class Subscription(models.Model):
    """A token of an instance that waits for a message, a signal, a condition or a trigger."""

    id = models.BigAutoField(primary_key=True)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="subscriptions")
    token = models.PositiveIntegerField()
    element = models.CharField(max_length=255)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=255)
    correlation_key = models.CharField(max_length=255, null=True)
    # Where a message's payload has the key, by the receiver's drawing (BPMN 2.0.2 section 8.4.2)
    message_path = models.TextField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        # A token waits for several events at once where one flow node names several (BPMN 2.0.2 section 10.5.5).
        constraints = [models.UniqueConstraint(fields=["instance", "token", "kind", "name"], name="subscription_once")]
        indexes = [
            models.Index(fields=["kind", "name", "correlation_key"], name="subscription_match"),
            models.Index(fields=["name"], name="subscription_with_path", condition=Q(message_path__isnull=False)),
        ]


class StartSubscription(models.Model):
    """A message or signal start event of the newest ready version of a process."""

    id = models.BigAutoField(primary_key=True)
    version_id = models.UUIDField()
    process_key = models.CharField(max_length=255, db_index=True)
    element = models.CharField(max_length=255)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=255, db_index=True)


class Message(models.Model):
    """A message from outside: kept until it is delivered or its time to live is over."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=255)
    correlation_key = models.CharField(max_length=255, null=True)
    variables = models.JSONField(default=dict)
    message_id = models.CharField(max_length=255, null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    instance_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "message_id"], condition=Q(message_id__isnull=False), name="message_id_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["name", "correlation_key"], condition=Q(delivered_at__isnull=True), name="message_waiting"
            )
        ]
        permissions = [("send_message", "Can send messages and signals")]


class Outbox(models.Model):
    """Something the outside must be told, written with the step that caused it and sent after the commit."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)  # message | signal
    instance_id = models.UUIDField(null=True)
    element = models.CharField(max_length=255)
    body = models.JSONField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(sent_at__isnull=True), name="outbox_unsent")]
