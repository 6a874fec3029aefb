"""Rows of decisions: definitions, DMN versions, predictors, policies, records and their outcomes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from decisions.confidence.routing import Route
from decisions.edge.ids import new_id


class DecisionKind(models.TextChoices):
    """What answers a decision."""

    DMN = "dmn", "DMN: a decision table or expression"
    PREDICTOR = "predictor", "Predictor: a model, under a policy"


class DecisionDefinition(models.Model):
    """A question that processes ask by its key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=10, choices=DecisionKind.choices)
    name = models.CharField(max_length=255, blank=True, default="")
    question = models.TextField(blank=True, default="", help_text="What a person is asked when they decide.")
    result_variable = models.CharField(max_length=255, blank=True, default="")
    #: possible answers in the order people see them: [{"value": ..., "text": ...}]
    labels = models.JSONField(default=list, blank=True)
    predictor = models.ForeignKey("Predictor", null=True, blank=True, on_delete=models.PROTECT)
    is_automatic = models.BooleanField(
        default=True, help_text="Off: every case goes to a person, whatever the policy says."
    )
    automatic_since = models.DateTimeField(null=True, blank=True)
    automatic_reason = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["key"]
        permissions = [
            ("decide", "Can evaluate the decision"),
            ("publish_policy", "Can publish policies and stop automatic decisions"),
            ("activate_version", "Can register, activate and retire predictor versions"),
            ("see_records", "Can read decision records and outcomes"),
            ("manage_permissions", "Can grant permissions on the decision"),
        ]

    def __str__(self) -> str:
        return self.name or self.key


class DmnModel(models.Model):
    """The bytes of one DMN file, kept once per content."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=255)
    data = models.BinaryField()
    #: sha256 of the files it imports, as they came with it
    imports = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class DmnVersion(models.Model):
    """One content of a DMN decision; the same content deployed again is the same version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(DecisionDefinition, on_delete=models.PROTECT, related_name="dmn_versions")
    version = models.PositiveIntegerField()
    version_tag = models.CharField(max_length=255, blank=True, default="")
    model = models.ForeignKey(DmnModel, on_delete=models.PROTECT, related_name="versions")
    #: digest over the file and what it imports
    sha256 = models.CharField(max_length=64)
    deployment_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["definition", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["definition", "version"], name="dmn_version_once"),
            models.UniqueConstraint(fields=["definition", "sha256"], name="dmn_content_once"),
        ]

    def __str__(self) -> str:
        return f"{self.definition} {self.version}"


class DmnDeployment(models.Model):
    """Which version of a decision a deployment brought, also when its content was known already."""

    id = models.BigAutoField(primary_key=True)
    deployment_id = models.UUIDField()
    definition = models.ForeignKey(DecisionDefinition, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(DmnVersion, on_delete=models.PROTECT, related_name="deployments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployment_id", "definition"], name="dmn_deployment_once"),
        ]


class Predictor(models.Model):
    """A model that gets better by versions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name or self.key


class Artefact(models.Model):
    """The bytes of a model file, under their own hash."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]


class VersionState(models.TextChoices):
    """How far a predictor version has come."""

    DRAFT = "draft", "Draft: registered, its golden rows were not replayed yet"
    VALIDATED = "validated", "Validated: golden rows replayed, not in use"
    ACTIVE = "active", "Active: answers cases"
    RETIRED = "retired", "Retired: kept for replay and for going back"
    QUARANTINED = "quarantined", "Quarantined: refused, never loaded again"


class PredictorVersion(models.Model):
    """One trained model: immutable but for its state."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    predictor = models.ForeignKey(Predictor, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=40, default="sklearn", help_text="A name in HANDOFF_PREDICTORS.")
    artefact = models.ForeignKey(Artefact, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    state_note = models.TextField(blank=True, default="")
    #: input fields: see predictors/schema.py
    schema = models.JSONField()
    #: how a row becomes numbers: see predictors/encoding.py
    encoding = models.JSONField(default=dict, blank=True)
    labels = models.JSONField(default=list)
    #: see confidence/calibration.py
    calibration = models.JSONField(default=dict, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    #: [{"features": {...}, "probabilities": {...}}], at least 50, replayed at activation
    golden = models.JSONField(default=list, blank=True)
    #: versions of python, scikit-learn, numpy and skops at training
    environment = models.JSONField(default=dict, blank=True)
    #: data file and its hash, label, seed, rows, algorithm
    training = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["predictor", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["predictor", "version"], name="predictor_version_once"),
            models.UniqueConstraint(fields=["predictor"], condition=Q(state="active"), name="predictor_one_active"),
        ]

    def __str__(self) -> str:
        return f"{self.predictor.key} {self.version}"


class _AppendOnly(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row; a second save is a programming error."""
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: retention removes rows in bulk, and says so in the audit."""
        raise TypeError(f"{type(self).__name__} is append-only")


class PolicyVersion(_AppendOnly):
    """The rules by which a decision may act alone; the newest version is in force."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(DecisionDefinition, on_delete=models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField()
    auto_at = models.FloatField()
    suggest_at = models.FloatField()
    #: [{"code", "text", "kind": "feel"|"dmn", "expression"|"decision", "effect"}]
    hard_rules = models.JSONField(default=list, blank=True)
    never_alone = models.JSONField(default=list, blank=True)
    #: {critical label: highest probability at which another answer may act alone}
    critical = models.JSONField(default=dict, blank=True)
    #: {} when thresholds were typed by hand; else alpha, delta, n, errors, upper_bound, model ...
    certificate = models.JSONField(default=dict, blank=True)
    audit_rate = models.FloatField(default=0.05, help_text="Share of automatic decisions audited blind.")
    time_limit_ms = models.PositiveIntegerField(default=2000)
    valid_until = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["definition", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["definition", "version"], name="policy_version_once"),
            models.CheckConstraint(
                condition=Q(suggest_at__gte=0, auto_at__lte=1, suggest_at__lte=models.F("auto_at")),
                name="policy_thresholds_in_order",
            ),
            models.CheckConstraint(
                condition=Q(audit_rate__gte=0, audit_rate__lte=1), name="policy_audit_rate_is_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition.key} {self.version}"

    @property
    def is_certified(self) -> bool:
        """True when the thresholds come from a certificate and were not typed by hand."""
        return bool(self.certificate)


class DecisionRecord(_AppendOnly):
    """One evaluation with everything needed to do it again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    idempotency_key = models.CharField(max_length=255, unique=True)
    definition = models.ForeignKey(
        DecisionDefinition, null=True, on_delete=models.PROTECT, related_name="records", db_index=False
    )
    decision_key = models.CharField(max_length=255)
    decided_at = models.DateTimeField()
    # Where it was asked
    instance_id = models.UUIDField(null=True, blank=True, db_index=True)
    process_key = models.CharField(max_length=255, blank=True, default="")
    element = models.CharField(max_length=255, blank=True, default="")
    business_key = models.CharField(max_length=255, blank=True, default="")
    # What was known
    inputs = models.JSONField()
    inputs_sha256 = models.CharField(max_length=64)
    input_problems = models.JSONField(default=list, blank=True)
    # Who answered
    predictor_version = models.ForeignKey(
        PredictorVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dmn_version = models.ForeignKey(DmnVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64, blank=True, default="")
    model_name = models.CharField(max_length=255, blank=True, default="")
    runtime = models.JSONField(default=dict, blank=True)
    # What it said
    label = models.CharField(max_length=255, null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    raw_confidence = models.FloatField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    band = models.JSONField(null=True, blank=True)
    raw_probabilities = models.JSONField(null=True, blank=True)
    probabilities = models.JSONField(null=True, blank=True)
    novelty = models.FloatField(null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    # How it went on
    policy = models.ForeignKey(PolicyVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    route = models.CharField(max_length=8)
    conditions = models.JSONField(default=list, blank=True)
    is_certified = models.BooleanField(default=False)
    is_audit = models.BooleanField(default=False)
    audit_rate = models.FloatField(null=True, blank=True)
    error = models.TextField(null=True, blank=True)
    latency_ms = models.JSONField(default=dict, blank=True)
    # The chain of evidence is closed afterwards, so that writers need not queue
    previous_hash = models.CharField(max_length=64, null=True, blank=True)
    hash = models.CharField(max_length=64, null=True, blank=True)

    class Meta:
        ordering = ["-decided_at"]
        indexes = [
            # The figures of a time are counted in this index alone.
            models.Index(fields=["definition", "-decided_at", "route", "process_key"], name="record_by_time"),
            models.Index(fields=["definition", "-decided_at"], name="record_failed", condition=Q(error__isnull=False)),
            models.Index(fields=["policy"], name="record_drawn", condition=Q(is_audit=True)),
        ]

    def __str__(self) -> str:
        return f"{self.decision_key} {self.business_key or self.id}"

    @property
    def is_sealed(self) -> bool:
        """True while a person is to answer without the model's answer, whoever asks."""
        return (self.route == Route.ESCALATE or self.is_audit) and not self.outcomes.all()


class OutcomeSource(models.TextChoices):
    """Who or what said the right answer."""

    HUMAN = "human", "A person who decided the case"
    AUDIT = "audit", "A person who did not see the answer"
    CORRECTION = "correction", "A person who changed an earlier answer"
    APPEAL = "appeal", "A review after a complaint"
    TRUTH = "truth", "What really happened later"


class Outcome(_AppendOnly):
    """An answer that came after the evaluation; the newest one counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="outcomes")
    source = models.CharField(max_length=12, choices=OutcomeSource.choices, default=OutcomeSource.HUMAN)
    label = models.CharField(max_length=255)
    agrees = models.BooleanField(null=True, help_text="With the model's answer; empty when it gave none.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    saw_suggestion = models.BooleanField(default=False)
    seconds_spent = models.PositiveIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["record", "-at"], name="outcome_by_record")]

    def __str__(self) -> str:
        return f"{self.label} ({self.get_source_display()})"
