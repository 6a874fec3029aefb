"""The admin pages of processes and their versions; permissions are granted process by process."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from guardian.admin import GuardedModelAdminMixin
from unfold.admin import ModelAdmin

from bpmn.models import ProcessDefinition, ProcessVersion


@admin.register(ProcessDefinition)
class ProcessDefinitionAdmin(GuardedModelAdminMixin, ModelAdmin):
    """Processes by key: uploads make them, here people are let in."""

    list_display = ("key", "name", "created_at")
    search_fields = ("key", "name")
    readonly_fields = ("key", "name", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: an upload adds a process."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: what has run keeps its process."""
        return False


@admin.register(ProcessVersion)
class ProcessVersionAdmin(ModelAdmin):
    """Versions as they were uploaded and judged."""

    list_display = ("definition", "version", "state", "created_at", "created_by")
    list_filter = ("state",)
    search_fields = ("definition__key", "definition__name")
    list_select_related = ("definition", "created_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: an upload adds a version."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: a version never changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: what has run keeps its version."""
        return False
