"""Rows of people's work: tasks and who else may do them, inboxes, forms, comments and acts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from decisions.edge.ids import new_id


class TaskKind(models.TextChoices):
    """What waits for a person."""

    USER_TASK = "user_task", "User task: work drawn for a person"
    DECISION = "decision", "Decision: a model may not decide this case alone"
    AUDIT = "audit", "Second look: a model has decided this case alone"


class TaskState(models.TextChoices):
    """Where a task stands; whether somebody has claimed it is said by `assignee`."""

    PREPARING = "preparing", "Preparing: its context is being gathered"
    OPEN = "open", "Open: waits for an answer"
    COMPLETED = "completed", "Completed: answered"
    CANCELLED = "cancelled", "Cancelled: the case went on without it"


OPEN_STATES = (TaskState.PREPARING, TaskState.OPEN)


class Inbox(models.Model):
    """A queue that people share; its key is the candidate group that drawings name.

    Members of the Django group of the same name work in it; others are allowed by object permission.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=150, unique=True, help_text="The candidate group that drawings name.")
    name = models.CharField(max_length=150, blank=True, default="")
    strategy = models.CharField(
        max_length=40, default="pool", help_text="How tasks find a person: pool leaves them to be claimed."
    )
    skill_variable = models.CharField(
        max_length=255, blank=True, default="",
        help_text="For the strategy skills: the variable with the skill, or list of skills, a case needs.",
    )  # fmt: skip

    class Meta:
        verbose_name_plural = "inboxes"
        ordering = ["key"]
        permissions = [
            ("work_inbox", "Can do the tasks of the inbox"),
            ("supervise_inbox", "Can pass on anybody's task of the inbox"),
            ("manage_permissions", "Can grant permissions on the inbox"),
        ]

    def __str__(self) -> str:
        return self.name or self.key


class WorkProfile(models.Model):
    """What assignment knows of a person."""

    id = models.BigAutoField(primary_key=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="work_profile")
    skills = models.JSONField(default=list, blank=True)
    is_away = models.BooleanField(default=False, help_text="Tasks are not given to people who are away.")

    def __str__(self) -> str:
        return str(self.user)


class Form(models.Model):
    """One version of a deployed form."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=255)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=255, blank=True, default="")
    sha256 = models.CharField(max_length=64)
    schema = models.JSONField()
    deployment_id = models.UUIDField(null=True, blank=True, db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class HumanTask(models.Model):
    """Work for a person, with everything they were given to read."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: The orchestrator's key of what waits; opaque here.
    reference = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=TaskKind.choices)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    instance_id = models.UUIDField(db_index=True)
    process_key = models.CharField(max_length=255)
    element = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    business_key = models.CharField(max_length=255, blank=True, default="")
    #: One line that tells this case from the next.
    title = models.CharField(max_length=255, blank=True, default="")
    priority = models.PositiveSmallIntegerField(default=50)
    due_at = models.DateTimeField(null=True, blank=True)
    follow_up_at = models.DateTimeField(null=True, blank=True)  #: the goal, before the deadline

    #: User name, because a drawing may name somebody who signs in for the first time tomorrow.
    assignee = models.CharField(max_length=150, blank=True, default="")
    assigned_at = models.DateTimeField(null=True, blank=True)
    #: The first candidate group; further ones stand in `Candidate`.
    queue = models.CharField(max_length=150, blank=True, default="")

    form = models.JSONField(null=True, blank=True)  #: as the orchestrator described it
    form_version = models.ForeignKey(Form, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    variables = models.JSONField(default=dict, blank=True)  #: the case's data, as shown
    briefing = models.JSONField(null=True, blank=True)
    suggestion = models.JSONField(null=True, blank=True)
    #: `suggest` shows the suggestion; `escalate` seals it until the task is answered, as every second look does.
    route = models.CharField(max_length=10, blank=True, default="")
    #: why a person: [{code, text, expected, actual, met}]
    conditions = models.JSONField(default=list, blank=True)
    record_id = models.UUIDField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64)  #: SHA-256 of what is shown

    draft = models.JSONField(null=True, blank=True)
    draft_by = models.CharField(max_length=150, blank=True, default="")
    draft_at = models.DateTimeField(null=True, blank=True)

    answer = models.CharField(max_length=10, blank=True, default="")
    outcome = models.JSONField(null=True, blank=True)  #: the variables that the answer wrote
    reason = models.TextField(blank=True, default="")
    closed_by = models.CharField(max_length=150, blank=True, default="")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], name="task_open_once_per_reference",
                condition=Q(state__in=["preparing", "open"]),
            ),
            models.CheckConstraint(condition=Q(priority__lte=100), name="task_priority_0_to_100"),
        ]  # fmt: skip
        indexes = [
            # The inbox is listed in its order and counted in it alone.
            models.Index(
                fields=["due_at", "created_at", "id", "queue", "assignee", "process_key"],
                name="task_open_by_due",
                condition=Q(state="open"),
            ),
            models.Index(fields=["assignee", "due_at"], name="task_open_by_person", condition=Q(state="open")),
            models.Index(fields=["closed_by", "closed_at"], name="task_answered_by"),
            models.Index(fields=["created_at"], name="task_by_age"),
        ]
        permissions = [("supervise", "Can pass on anybody's task"), ("work_any", "Can do any task")]

    def __str__(self) -> str:
        return f"{self.name} · {self.business_key or self.id}"

    @property
    def is_open(self) -> bool:
        """True while the task waits for an answer."""
        return self.state in OPEN_STATES

    @property
    def is_sealed(self) -> bool:
        """True while the machine's answer is kept from the person, so that it does not lead theirs."""
        return self.is_open and (self.route == "escalate" or self.is_audit)

    @property
    def is_audit(self) -> bool:
        """True for a second look: the case has been decided and waits for no answer."""
        return self.kind == TaskKind.AUDIT


class Candidate(models.Model):
    """A person or a further group, beside the queue, who may do a task; or a colleague who was asked."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(HumanTask, on_delete=models.CASCADE, related_name="candidates")
    user = models.CharField(max_length=150, blank=True, default="")
    group = models.CharField(max_length=150, blank=True, default="")
    #: Asked for advice: may read and comment, not answer.
    is_advisor = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["user"], name="candidate_user", condition=~Q(user="")),
            models.Index(fields=["group"], name="candidate_group", condition=~Q(group="")),
        ]

    def __str__(self) -> str:
        return self.user or self.group


class Snapshot(models.Model):
    """What a task showed before it changed, so that the difference can be told."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(HumanTask, on_delete=models.CASCADE, related_name="snapshots")
    fingerprint = models.CharField(max_length=64)
    shown = models.JSONField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "fingerprint"], name="snapshot_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.fingerprint[:8]}"


class Comment(models.Model):
    """What somebody wrote to a task."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(HumanTask, on_delete=models.CASCADE, related_name="comments")
    author = models.CharField(max_length=150)
    text = models.TextField()
    asked = models.CharField(max_length=150, blank=True, default="")  #: whose advice it asks for
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:60]


class Act(models.Model):
    """Something a person did to a task that the task's row does not keep: released, passed on, corrected."""

    class Verb(models.TextChoices):
        """The acts."""

        RELEASED = "released", "gave it back"
        PASSED_ON = "passed_on", "passed it on"
        CORRECTED = "corrected", "corrected the answer"
        CHANGED = "changed", "the case's data changed"

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(HumanTask, on_delete=models.CASCADE, related_name="acts")
    verb = models.CharField(max_length=10, choices=Verb.choices)
    actor = models.CharField(max_length=150, blank=True, default="")
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor}"
