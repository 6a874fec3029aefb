"""What our admin pages have in common: rows that staff only read, and rows whose edits are audited."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from orchestrator.governance import audit


class ReadOnlyAdmin(ModelAdmin):
    """Rows that the product writes: staff may look, nobody edits."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: rows come from verbs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: rows change by verbs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: retention removes rows, and says so in the audit."""
        return False


class AuditedAdmin(ModelAdmin):
    """Rows that staff may edit; every edit is kept in the audit, with the names of what changed."""

    #: fields whose values never reach the audit
    secret_fields: tuple[str, ...] = ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the row and record who did it."""
        super().save_model(request, obj, form, change)
        self._keep(request, obj, "changed" if change else "added", {"fields": sorted(form.changed_data)})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the row and record who did it."""
        self._keep(request, obj, "deleted", {})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete each row by itself, so that each is recorded."""
        for obj in queryset:
            self.delete_model(request, obj)

    def _keep(self, request: HttpRequest, obj: Model, verb: str, detail: dict[str, Any]) -> None:
        audit.record(
            act=f"{obj._meta.model_name}.{verb}", subject=f"{obj._meta.label_lower} {obj}",
            actor=request.user,  # type: ignore[arg-type]
            detail={"id": str(obj.pk), **detail}, now=timezone.now(),
        )  # fmt: skip
