"""The admin pages of the orchestrator's rows, and of users, groups and tokens."""

from __future__ import annotations

import json
from typing import Any

from axes.models import AccessAttempt
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminPasswordWidget

from orchestrator.connectors import connections
from orchestrator.governance.admin_base import AuditedAdmin, ReadOnlyAdmin
from orchestrator.models import (
    ApiToken,
    AuditEntry,
    Connection,
    Deployment,
    Incident,
    Instance,
    Job,
    Message,
    Secret,
    Timer,
)  # fmt: skip
from orchestrator.runtime import large

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(Instance)
class InstanceAdmin(ReadOnlyAdmin):
    """Instances; acts are on their page."""

    list_display = ("id", "process_key", "business_key", "state", "started_at", "ended_at", "open_page")
    list_filter = ("state", "process_key")
    search_fields = ("=id", "business_key")
    ordering = ("-id",)
    exclude = ("data",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave the engine's state in the table."""
        return super().get_queryset(request).defer("data")

    @admin.display(description="Page")
    def open_page(self, row: Instance) -> SafeString:
        """Return a link to the instance's page."""
        return format_html('<a href="/instances/{}/">Open</a>', row.id)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs."""

    exclude = ("variables", "large")
    readonly_fields = ("given",)
    list_display = ("id", "element", "type", "state", "attempts", "max_attempts", "due_at", "worker")
    list_filter = ("state", "type")
    search_fields = ("=id", "=instance__id", "element")
    ordering = ("-id",)
    raw_id_fields = ("instance",)

    @admin.display(description="Variables")
    def given(self, row: Job) -> SafeString:
        """Return what the job was opened with, its large values too."""
        return format_html("<pre>{}</pre>", json.dumps(large.given([row])[0], indent=2, ensure_ascii=False))


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Incidents; retry is on the instance's page."""

    list_display = ("created_at", "element", "code", "message", "resolved_at")
    list_filter = ("code", ("resolved_at", admin.EmptyFieldListFilter))
    search_fields = ("=instance__id", "element", "code")
    ordering = ("-created_at",)
    raw_id_fields = ("instance",)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages from outside."""

    list_display = ("created_at", "name", "correlation_key", "message_id", "delivered_at", "expires_at")
    list_filter = ("name",)
    search_fields = ("name", "correlation_key", "=message_id")
    ordering = ("-created_at",)


@admin.register(Timer)
class TimerAdmin(ReadOnlyAdmin):
    """Timers that wait."""

    list_display = ("due_at", "element", "instance_id")
    search_fields = ("=instance__id", "element")
    ordering = ("due_at",)
    raw_id_fields = ("instance",)


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    """Uploads and what came of them."""

    list_display = ("at", "id", "actor_id")
    ordering = ("-at",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Administrative acts, chained."""

    list_display = ("id", "at", "actor_name", "act", "subject")
    list_filter = ("act",)
    search_fields = ("actor_name", "subject", "act")
    ordering = ("-id",)
    fields = ("id", "at", "actor_name", "act", "subject", "detail", "previous_hex", "digest_hex")

    @admin.display(description="Digest before")
    def previous_hex(self, row: AuditEntry) -> str:
        """Return the digest of the entry before."""
        return bytes(row.previous).hex()

    @admin.display(description="Digest")
    def digest_hex(self, row: AuditEntry) -> str:
        """Return the entry's own digest."""
        return bytes(row.digest).hex()


class ConnectionForm(forms.ModelForm):
    """A named outside system: what is known of it, and which secrets belong to it."""

    class Meta:
        model = Connection
        fields = ("name", "connector", "settings", "secrets")
        help_texts = {
            "settings": '{"base_url": "https://bank.example/v2"}; what a connection knows goes to this host only.',
            "secrets": 'Field and name of a secret: {"bearer_token": "bank-token"}.',
        }

    def clean_settings(self) -> dict[str, Any]:
        """Refuse what is no JSON object."""
        settings = self.cleaned_data["settings"] or {}
        if not isinstance(settings, dict):
            raise forms.ValidationError('Settings are names and values: {"base_url": "https://bank.example/v2"}.')
        return settings

    def clean_secrets(self) -> dict[str, str]:
        """Refuse what does not name secrets."""
        secrets = self.cleaned_data["secrets"] or {}
        if not isinstance(secrets, dict) or not all(isinstance(name, str) for name in secrets.values()):
            raise forms.ValidationError('Secrets are fields and names: {"bearer_token": "bank-token"}.')
        return secrets


@admin.register(Connection)
class ConnectionAdmin(AuditedAdmin):
    """Named outside systems."""

    form = ConnectionForm
    list_display = ("name", "connector")
    list_filter = ("connector",)
    search_fields = ("name",)


class SecretForm(forms.ModelForm):
    """A secret's name and, write-only, its value."""

    value = forms.CharField(
        required=False, strip=False, widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="Stored encrypted and never shown again. Leave it empty to keep the value there is.",
    )  # fmt: skip

    class Meta:
        model = Secret
        fields = ("name",)

    def clean(self) -> dict[str, Any]:
        """Ask for a value when the secret is new."""
        said = super().clean() or self.cleaned_data
        if not self.instance.pk and not said.get("value"):
            self.add_error("value", "A new secret needs a value.")
        return said


@admin.register(Secret)
class SecretAdmin(AuditedAdmin):
    """Secrets by name; values go in and never come out."""

    form = SecretForm
    fields = ("name", "value")
    list_display = ("name", "changed_at")
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Secret, form: Any, change: bool) -> None:
        """Seal the value that was typed."""
        if value := form.cleaned_data.get("value"):
            obj.sealed = connections.seal(value)
        super().save_model(request, obj, form, change)


@admin.register(ApiToken)
class ApiTokenAdmin(AuditedAdmin):
    """API tokens: they are made by `manage.py create_token`, here they can be deleted."""

    list_display = ("user", "name", "created_at", "expires_at")
    search_fields = ("user__username", "name")
    readonly_fields = ("user", "name", "created_at", "expires_at")
    exclude = ("digest",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: the token is shown once, where it is made."""
        return False


@admin.register(AccessAttempt)
class AccessAttemptAdmin(AuditedAdmin):
    """Wrong passwords of the last minutes by name and address; deleting a row ends its lock."""

    fields = readonly_fields = ("username", "ip_address", "user_agent", "failures_since_start", "attempt_time")
    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    ordering = ("-attempt_time",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: rows come from the sign-in."""
        return False


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):
    """Users: only a superuser gives single permissions or makes superusers; nobody edits their own roles."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Close the fields through which staff could raise themselves."""
        known = tuple(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return known
        closed: tuple[str, ...] = ("is_superuser", "user_permissions")
        if obj is not None and obj.pk == request.user.pk:
            closed += ("groups", "is_staff", "is_active")
        return known + closed

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may edit the user; a superuser is edited by superusers only."""
        return not _is_above(obj, request) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether this person may delete the user; a superuser is deleted by superusers only."""
        return not _is_above(obj, request) and bool(super().has_delete_permission(request, obj))


def _is_above(row: Model | None, request: HttpRequest) -> bool:
    return isinstance(row, User) and row.is_superuser and not request.user.is_superuser


@admin.register(Group)
class GroupAdmin(AuditedAdmin, DjangoGroupAdmin):
    """Groups and roles. Nobody but a superuser changes a group they belong to."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether this person may edit the group."""
        if obj is not None and not request.user.is_superuser:
            mine = request.user.groups.filter(pk=obj.pk).exists()
            return not mine and bool(super().has_change_permission(request, obj))
        return bool(super().has_change_permission(request, obj))
