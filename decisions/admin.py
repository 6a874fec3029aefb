"""The admin pages of decisions: definitions, tables, predictors, policies with their history, records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from guardian.admin import GuardedModelAdminMixin
from unfold.admin import ModelAdmin, TabularInline

from decisions import permissions, policies, selectors, versions
from decisions.errors import DecisionsError
from decisions.models import (
    DecisionDefinition,
    DecisionRecord,
    DmnVersion,
    Outcome,
    PolicyVersion,
    Predictor,
    PredictorVersion,
)
from decisions.rules import Rule


class _ReadOnly:
    """Rows that verbs write: staff may look, nobody edits."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PolicyInline(_ReadOnly, TabularInline):
    """The policies of a decision, the one in force first."""

    model = PolicyVersion
    fields = ("version", "auto_at", "suggest_at", "is_certified", "valid_until", "note", "created_at", "created_by")
    readonly_fields = fields
    ordering = ("-version",)
    extra = 0
    tab = True

    @admin.display(boolean=True, description="Certified")
    def is_certified(self, row: PolicyVersion) -> bool:
        """Return whether the thresholds come from a certificate."""
        return row.is_certified


class DmnInline(_ReadOnly, TabularInline):
    """The versions of a DMN decision, newest first."""

    model = DmnVersion
    fields = ("version", "version_tag", "model", "sha256", "created_at", "created_by")
    readonly_fields = fields
    ordering = ("-version",)
    extra = 0
    tab = True


class DefinitionForm(forms.ModelForm):
    """A decision's words for people."""

    class Meta:
        model = DecisionDefinition
        fields = ("name", "question", "result_variable", "labels")
        help_texts = {"labels": 'The answers in the order people see them: a list of {"value": ..., "text": ...}.'}

    def clean_labels(self) -> list[dict[str, str]]:
        """Refuse answers that no page could show and no case could be given."""
        labels = self.cleaned_data["labels"] or []
        if not isinstance(labels, list) or not all(isinstance(each, dict) for each in labels):
            raise forms.ValidationError('This is no list of {"value": ..., "text": ...}.')
        values = [each.get("value") for each in labels]
        texts = [each.get("text", "") for each in labels]
        if not all(isinstance(text, str) for text in [*values, *texts]) or not all(values):
            raise forms.ValidationError("The value of an answer is a text that is not empty, and so is its text.")
        if len(set(values)) < len(values):
            raise forms.ValidationError("An answer stands there twice.")
        return labels


@admin.register(DecisionDefinition)
class DecisionDefinitionAdmin(GuardedModelAdminMixin, ModelAdmin):
    """Decisions: their words for people, and who may do what with each."""

    form = DefinitionForm
    list_display = ("key", "name", "kind", "predictor", "is_automatic", "open_page")
    list_filter = ("kind", "is_automatic")
    search_fields = ("key", "name")
    readonly_fields = (
        "key", "kind", "predictor", "is_automatic", "automatic_since", "automatic_reason", "created_at"
    )  # fmt: skip
    inlines = (PolicyInline, DmnInline)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: a decision comes with a table or a model."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: records speak of it."""
        return False

    @admin.display(description="Page")
    def open_page(self, row: DecisionDefinition) -> SafeString:
        """Return a link to the decision's page."""
        return format_html('<a href="/decisions/{}/">Open</a>', row.key)


class VersionInline(_ReadOnly, TabularInline):
    """The versions of a predictor, newest first."""

    model = PredictorVersion
    fields = ("version", "kind", "state", "state_note", "created_at", "activated_at")
    readonly_fields = fields
    ordering = ("-version",)
    extra = 0
    show_change_link = True


@admin.register(Predictor)
class PredictorAdmin(_ReadOnly, ModelAdmin):
    """Predictors and their versions."""

    list_display = ("key", "name", "created_at")
    search_fields = ("key", "name")
    inlines = (VersionInline,)


@admin.register(PredictorVersion)
class PredictorVersionAdmin(_ReadOnly, ModelAdmin):
    """Predictor versions: read, taken out of use, or put back; loading one is a worker's part."""

    list_display = ("__str__", "state", "kind", "accuracy", "created_at", "created_by", "activated_at")
    list_filter = ("state", "kind", "predictor")
    exclude = ("golden",)
    actions = ("put_back", "take_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PredictorVersion]:
        """Leave the golden rows in the table."""
        found: QuerySet[PredictorVersion] = super().get_queryset(request)
        return found.select_related("predictor").defer("golden")

    @admin.display(description="Right on unseen rows")
    def accuracy(self, row: PredictorVersion) -> str:
        """Return the accuracy on held-out rows."""
        found = row.metrics.get("accuracy")
        return f"{found:.1%}" if isinstance(found, float) else "–"

    @admin.action(description="Put into use (a version that was validated before)")
    def put_back(self, request: HttpRequest, queryset: QuerySet[PredictorVersion]) -> None:
        """Let a validated or retired version answer cases again."""
        self._each(request, queryset, versions.switch, "answers cases from now on")

    @admin.action(description="Take out of use")
    def take_out(self, request: HttpRequest, queryset: QuerySet[PredictorVersion]) -> None:
        """Retire versions; without one in use every case goes to a person."""
        self._each(request, queryset, versions.retire, "is out of use")

    def _each(self, request: HttpRequest, queryset: QuerySet[PredictorVersion], verb: Any, done: str) -> None:
        for row in queryset:
            try:
                verb(version_id=row.id, actor=request.user, now=timezone.now())
            except DecisionsError as error:
                self.message_user(request, f"{row}: nothing was changed. {error}", messages.ERROR)
            else:
                self.message_user(request, f"{row} {done}.")


#: What a field of JSON means when nothing is typed into it.
_WHEN_EMPTY: Mapping[str, Callable[[], Any]] = {"hard_rules": list, "never_alone": list, "critical": dict}


class PolicyForm(forms.ModelForm):
    """A new policy version."""

    class Meta:
        model = PolicyVersion
        fields = ("definition", "auto_at", "suggest_at", "hard_rules", "never_alone", "critical", "audit_rate",
                  "time_limit_ms", "valid_until", "note")  # fmt: skip
        help_texts = {
            "hard_rules": 'A list of {"code", "text", "expression" (FEEL) or "decision" (a DMN key), '
            '"effect": "always_human" or "at_most_suggest"}.',
            "never_alone": "Answers that a person always confirms.",
            "critical": "{answer: its highest probability at which another answer may act alone}",
        }

    def clean(self) -> dict[str, Any]:
        """Say everything that is wrong with the policy at once."""
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        values |= {name: values[name] or kind() for name, kind in _WHEN_EMPTY.items()}
        try:
            rules = [Rule.from_json(each) for each in values["hard_rules"]]
        except (KeyError, TypeError, ValueError) as error:
            raise forms.ValidationError(f"A hard rule cannot be read: {error}.") from error
        said = {name: value for name, value in values.items() if name != "definition"}
        terms = policies.Terms(**{**said, "hard_rules": rules})
        wrong = terms.problems(values["definition"])
        if wrong:
            raise forms.ValidationError(wrong)
        return {**values, "terms": terms}


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ModelAdmin):
    """Policies with their history: a new version is published, none is ever changed."""

    form = PolicyForm
    list_display = ("__str__", "auto_at", "suggest_at", "certified", "valid_until", "created_at", "created_by")
    list_filter = ("definition",)
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may publish policies at all; the verb looks at the decision too."""
        return permissions.allows(request.user, permissions.PUBLISH_POLICY)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: records refer to what a policy said."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False: records refer to it."""
        return False

    @admin.display(boolean=True, description="Certified")
    def certified(self, row: PolicyVersion) -> bool:
        """Return whether the thresholds come from a certificate."""
        return row.is_certified

    def save_model(self, request: HttpRequest, obj: PolicyVersion, form: Any, change: bool) -> None:
        """Publish the policy by its verb; a threshold typed here is never certified."""
        asked = form.cleaned_data
        published = policies.publish(
            key=asked["definition"].key, terms=asked["terms"], actor=request.user, now=timezone.now()
        )
        obj.__dict__.update(published.__dict__)


#: What of a row tells the model's answer: what views seal, and what they do not hold or hold in part.
_TELLING = (*selectors.TELLING, "raw_probabilities", "novelty", "conditions")


class OutcomeInline(_ReadOnly, TabularInline):
    """What people said about a record."""

    model = Outcome
    fields = ("label", "source", "agrees", "actor", "saw_suggestion", "seconds_spent", "comment", "at")
    readonly_fields = fields
    extra = 0


@admin.register(DecisionRecord)
class DecisionRecordAdmin(_ReadOnly, ModelAdmin):
    """Decision records: written once by the engine, read here."""

    list_display = ("business_key", "decision_key", "route", "answer", "sureness", "model_name", "decided_at", "page")
    list_filter = ("route", "is_certified", "is_audit", "definition")
    search_fields = ("=business_key", "=id", "=instance_id", "=idempotency_key")
    date_hierarchy = "decided_at"
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    inlines = (OutcomeInline,)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return whether the person may read records."""
        return permissions.allows(request.user, permissions.SEE_RECORDS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DecisionRecord]:
        """Return the records with what tells whether each is sealed."""
        found: QuerySet[DecisionRecord] = super().get_queryset(request)
        return found.prefetch_related("outcomes")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return whether the address may narrow the list so: by what is sealed, it would tell the answer."""
        return lookup.partition("__")[0] in {*self.list_filter, self.date_hierarchy, "id"}

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Leave out what the model answered while a person decides without it, whoever asks."""
        return _TELLING if obj is not None and obj.is_sealed else ()

    @admin.display(description="Answer")
    def answer(self, row: DecisionRecord) -> str | None:
        """Return what was answered."""
        return "sealed" if row.is_sealed else row.label

    @admin.display(description="Confidence")
    def sureness(self, row: DecisionRecord) -> str:
        """Return how sure the model was."""
        return "–" if row.is_sealed or row.confidence is None else f"{row.confidence:.3f}"

    @admin.display(description="Page")
    def page(self, row: DecisionRecord) -> SafeString:
        """Return a link to the record's page."""
        return format_html('<a href="/decisions/records/{}/">Open</a>', row.id)


@admin.register(Outcome)
class OutcomeAdmin(_ReadOnly, ModelAdmin):
    """Outcomes: written once, read here."""

    list_display = ("label", "source", "agrees", "actor", "saw_suggestion", "at")
    list_filter = ("source", "agrees", "saw_suggestion")
    date_hierarchy = "at"
    list_select_related = ("actor",)
    show_full_result_count = False
    raw_id_fields = ("record",)
