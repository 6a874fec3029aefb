"""Rows of processes: drawings as uploaded, definitions by key, and their versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from decisions.edge.ids import new_id


class Drawing(models.Model):
    """The bytes of one BPMN file, kept once per content and name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.CharField(max_length=255, help_text="The name under which it was uploaded.")
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "file"], name="drawing_content_once"),
        ]

    def __str__(self) -> str:
        return self.file


class ProcessDefinition(models.Model):
    """A process by its key: the id that its drawings give it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=4000, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["key"]
        permissions = [
            ("start_processdefinition", "Can start the process"),
            ("operate_processdefinition", "Can operate instances: retry, cancel, change"),
            ("manage_permissions", "Can grant permissions on the process"),
        ]

    def __str__(self) -> str:
        return self.name or self.key


class VersionState(models.TextChoices):
    """Whether a version can be started."""

    DRAFT = "draft", "Draft: kept, not runnable; its report says why"
    READY = "ready", "Ready: can be started"
    RETIRED = "retired", "Retired: not started any more; running instances stay on it"


class ProcessVersion(models.Model):
    """One process of one drawing, judged; immutable but for its state."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(ProcessDefinition, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    drawing = models.ForeignKey(Drawing, on_delete=models.PROTECT, related_name="versions")
    #: sha256 over everything that was uploaded together
    bundle_hash = models.CharField(max_length=64)
    deployment_id = models.UUIDField(db_index=True)
    state = models.CharField(max_length=10, choices=VersionState.choices)
    why_not = models.TextField(blank=True, default="")
    #: the readiness report: severity, file, element, line, code, message
    problems = models.JSONField(default=list, blank=True)
    version_tag = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["definition", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["definition", "version"], name="process_version_once"),
        ]
        indexes = [
            models.Index(fields=["definition", "state", "-version"], name="process_version_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.definition} {self.version}"

    @property
    def executable(self) -> bool:
        """True when instances can be started."""
        return self.state == VersionState.READY

    @property
    def key(self) -> str:
        """The process's key; needs the definition."""
        return self.definition.key
