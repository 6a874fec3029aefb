"""Rows of the outside: named connections, their secrets, and the keys of those who call us."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from decisions.edge.ids import new_id


class Connection(models.Model):
    """A named outside system; drawings say the name, never the address's secrets."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.SlugField(max_length=100, unique=True)
    connector = models.CharField(max_length=50)
    settings = models.JSONField(default=dict, blank=True)
    #: header or field name -> name of a secret
    secrets = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class Secret(models.Model):
    """A secret by name: kept encrypted here, or read from the environment variable of that name."""

    name = models.SlugField(max_length=100, unique=True)
    sealed = models.BinaryField(blank=True, default=b"")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """An API token; only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.user} {self.name}"


class IdempotentAnswer(models.Model):
    """The first answer given to an `Idempotency-Key`, replayed to its repetitions."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=255)
    #: method, path and SHA-256 of the body: the same key with another request is an error
    request = models.CharField(max_length=400)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    #: the header `Location` of an answer that made something
    location = models.CharField(max_length=255, db_default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
