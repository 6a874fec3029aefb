"""The admin pages of people's work: inboxes and who works in them, profiles, forms and tasks to look at."""

from __future__ import annotations

import json

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from guardian.admin import GuardedModelAdminMixin
from unfold.admin import ModelAdmin

from humantasks import selectors
from humantasks.models import Form, HumanTask, Inbox, WorkProfile


class _ReadOnly:
    """Rows that verbs write: staff may look, nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class InboxForm(forms.ModelForm):
    """An inbox, with the strategies there are to choose from."""

    strategy = forms.ChoiceField(
        choices=lambda: [(name, name) for name in settings.HANDOFF_ASSIGNMENT], initial="pool",
        help_text="How tasks find a person: pool leaves them to be claimed.",
    )  # fmt: skip

    class Meta:
        model = Inbox
        fields = ("key", "name", "strategy", "skill_variable")


class ProfileForm(forms.ModelForm):
    """What assignment knows of a person."""

    class Meta:
        model = WorkProfile
        fields = ("user", "skills", "is_away")
        help_texts = {"skills": 'A list of texts: ["french", "mortgages"].'}

    def clean_skills(self) -> list[str]:
        """Refuse what is no list of texts."""
        skills = self.cleaned_data["skills"] or []
        if not isinstance(skills, list) or not all(isinstance(skill, str) for skill in skills):
            raise forms.ValidationError('Skills are a list of texts: ["french", "mortgages"].')
        return skills


@admin.register(Inbox)
class InboxAdmin(GuardedModelAdminMixin, ModelAdmin):
    """Inboxes: how tasks find a person, and by object permission who may see, do and supervise them."""

    form = InboxForm
    list_display = ("key", "name", "strategy")
    list_filter = ("strategy",)
    search_fields = ("key", "name")


@admin.register(WorkProfile)
class WorkProfileAdmin(ModelAdmin):
    """What assignment knows of people: their skills, and whether they are away."""

    form = ProfileForm
    list_display = ("user", "is_away", "skills")
    list_filter = ("is_away",)
    search_fields = ("user__username", "user__first_name", "user__last_name")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)


@admin.register(Form)
class FormAdmin(_ReadOnly, ModelAdmin):
    """Deployed forms, version by version."""

    list_display = ("key", "version", "name", "created_at", "created_by")
    search_fields = ("key", "name")
    list_select_related = ("created_by",)
    exclude = ("schema",)
    readonly_fields = ("as_uploaded",)

    @admin.display(description="Form")
    def as_uploaded(self, row: Form) -> SafeString:
        """Return the form as indented JSON."""
        return format_html("<pre>{}</pre>", json.dumps(row.schema, indent=2, ensure_ascii=False))


@admin.register(HumanTask)
class HumanTaskAdmin(_ReadOnly, ModelAdmin):
    """Tasks, open and closed; what is sealed from reviewers is sealed here too until they have answered."""

    list_display = ("name", "business_key", "state", "assignee", "queue", "process_key", "due_at", "closed_by")
    list_filter = ("state", "kind", "queue", "process_key")
    search_fields = ("name", "business_key", "title", "assignee", "closed_by")
    date_hierarchy = "created_at"
    show_full_result_count = False
    exclude = ("suggestion", "conditions", "draft", "form", "briefing", "variables", "outcome")
    readonly_fields = ("as_shown", "as_answered")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return whether the address may narrow the list so: by what is sealed, it would tell the suggestion."""
        return lookup.partition("__")[0] in {*self.list_filter, self.date_hierarchy, "id"}

    @admin.display(description="Shown")
    def as_shown(self, row: HumanTask) -> SafeString:
        """Return what the task shows, as indented JSON."""
        return format_html("<pre>{}</pre>", json.dumps(selectors.shown(row).as_json(), indent=2, default=str))

    @admin.display(description="Answered")
    def as_answered(self, row: HumanTask) -> SafeString:
        """Return what the answer wrote."""
        return format_html("<pre>{}</pre>", json.dumps(row.outcome, indent=2, ensure_ascii=False))
