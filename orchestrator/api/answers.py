"""The bodies of answers as the API promises them; tests hold every answer they get against these.

They describe and are never made when a request comes: views answer with plain dictionaries.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from decisions.confidence.routing import Route
from humantasks.briefing import Status
from humantasks.models import TaskKind, TaskState
from orchestrator.models import InstanceState, JobState

Time = Annotated[datetime, msgspec.Meta(tz=True)]
Variables = dict[str, Any]


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """What an answer may hold, all of it."""


class Page(Answer):
    """One page of a list."""

    next: Annotated[str | None, msgspec.Meta(description="The `cursor` of the page that follows; null: this is all.")]


class FieldProblem(Answer):
    """What is wrong with one field of a request."""

    field: str
    message: str


class FileProblem(Answer):
    """What is wrong at one place of an uploaded file; an error keeps it from running."""

    severity: Literal["error", "warning", "info"]
    file: str | None
    element: str | None
    line: Annotated[int, msgspec.Meta(ge=1)] | None
    code: str
    message: str


class TokenProblem(Answer):
    """A token that cannot move to the other version."""

    token: int
    element: str
    code: str
    message: str


class Problem(Answer):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    code: Annotated[str, msgspec.Meta(description="Stable; the same as at the end of `type`.")]
    detail: str
    errors: list[FieldProblem] | UnsetType = UNSET
    problems: Annotated[
        list[Any] | UnsetType, msgspec.Meta(description="Those of files at an upload, of tokens at a migration.")
    ] = UNSET


class Deployed(Answer):
    """What an upload made."""

    id: UUID
    definitions: list[DeployedDefinition]
    problems: list[FileProblem]


class DeployedDefinition(Answer):
    """One process or decision of an upload, in its new version."""

    id: UUID
    key: str
    version: int
    executable: bool
    why_not: str | None


class Definition(Answer):
    """A process definition in its newest version."""

    key: str
    name: str
    version: int
    id: UUID
    executable: bool
    why_not: str | None


class Definitions(Answer):
    """The process definitions, all on one page."""

    results: list[Definition]
    next: None


class Drawing(Answer):
    """The file a version was drawn in."""

    file: str
    xml: str


class Stands(Answer):
    """Where an instance stands after a command."""

    id: UUID
    state: InstanceState


class VariablesSet(Stands):
    """Where an instance stands, and all its variables."""

    variables: Variables


class Changed(Stands):
    """Where an instance stands after a change in flight."""

    version: UUID
    suspended: bool


class Migrated(Changed):
    """Where an instance stands after a migration, or what one would meet."""

    mapping: dict[str, str]
    missing: list[str]
    problems: list[TokenProblem]


class BatchResult(Answer):
    """What came of one instance of a batch."""

    id: UUID
    ok: bool
    code: str
    message: str
    problems: list[TokenProblem] | UnsetType = UNSET


class BatchDone(Answer):
    """What came of a batch."""

    results: list[BatchResult]
    done: int
    failed: int
    left: Annotated[int, msgspec.Meta(description="Instances that fit the filter and were too many for one batch.")]
    dry_run: bool


class Instance(Answer):
    """An instance as lists show it."""

    id: UUID
    process: str
    version: UUID
    business_key: str
    state: InstanceState
    started_at: Time
    ended_at: Time | None
    suspended: bool


class Instances(Page):
    """One page of instances."""

    results: list[Instance]


class Incident(Answer):
    """A token that cannot go on without help."""

    id: UUID
    instance: UUID
    element: str
    code: str
    message: str
    detail: Variables
    job: UUID | None
    created_at: Time
    resolved_at: Time | None


class Incidents(Page):
    """One page of incidents."""

    results: list[Incident]


class WholeInstance(Instance):
    """An instance with its variables and open incidents."""

    variables: Variables
    incidents: list[Incident]


class HistoryLine(Answer):
    """One thing that happened."""

    seq: int
    at: Time
    element: str
    kind: str
    happened: str
    via: str | None
    wrote: Variables
    detail: Variables
    actor: int | None


class History(Page):
    """One page of what happened."""

    results: list[HistoryLine]


class BriefingItem(Answer):
    """One fact, with where it comes from and of when it is."""

    name: str
    label: str
    value: Any
    source: str
    as_of: Time
    status: Status
    error: str


class Briefing(Answer):
    """The context a person is given to read, frozen with the task."""

    items: list[BriefingItem]
    gathered_at: Time


class Condition(msgspec.Struct):
    """Why a person decides: one condition, with the values it was judged by unless they are sealed."""

    code: str
    text: str
    expected: str | UnsetType = UNSET
    actual: str | UnsetType = UNSET
    met: bool | UnsetType = UNSET
    is_sealed: bool | UnsetType = UNSET


class Suggestion(msgspec.Struct):
    """What the model suggests."""

    label: str
    confidence: float | None | UnsetType = UNSET
    band: list[float] | None | UnsetType = UNSET
    model: str | None | UnsetType = UNSET
    policy: str | None | UnsetType = UNSET
    certified: bool | UnsetType = UNSET
    reasons: list[Any] | UnsetType = UNSET
    route: Route | UnsetType = UNSET


class Task(Answer):
    """A task, with everything a person is shown; what is sealed is null."""

    id: UUID
    instance: UUID
    element: str
    name: str
    kind: TaskKind
    state: TaskState
    assignee: str | None
    queue: str | None
    process: str
    business_key: str
    priority: int
    created_at: Time
    due_at: Time | None
    follow_up_at: Time | None
    variables: Variables
    briefing: Briefing | None
    route: Route | None
    suggestion: Suggestion | None
    conditions: list[Condition]
    form: Variables | None
    fingerprint: str
    answer: str | None
    outcome: Variables | None
    closed_by: str | None
    closed_at: Time | None


class Tasks(Page):
    """One page of tasks."""

    results: list[Task]


class TaskDone(Answer):
    """A task that was answered."""

    id: UUID
    state: Literal["completed"]
    instance: UUID


class Published(Answer):
    """What became of a message."""

    id: UUID
    instance: Annotated[UUID | None, msgspec.Meta(description="Who took it; null: it waits.")]
    repeated: bool


class Reached(Answer):
    """How many took a signal."""

    reached: int


class Begun(Answer):
    """An instance that a true condition started, and the start event that waited for it."""

    instance: UUID
    process: str
    element: str


class Began(Answer):
    """What conditions that are true have started."""

    started: list[Begun]


class Job(Answer):
    """A job as lists show it."""

    id: UUID
    instance: UUID
    element: str
    type: str
    state: JobState
    attempts: int
    max_attempts: int
    due_at: Time
    error: str
    external: bool
    created_at: Time
    ended_at: Time | None


class Jobs(Page):
    """One page of jobs."""

    results: list[Job]


class LeasedJob(Job):
    """A job with all that the worker who leased it needs."""

    headers: Variables
    variables: Variables
    lease: Annotated[int, msgspec.Meta(description="Goes back with the result; an older one is refused.")]
    leased_until: Time
    process: str
    business_key: str
    idempotency_key: UUID


class LeasedJobs(Answer):
    """The jobs that were leased; empty when none is ready."""

    results: list[LeasedJob]


class JobDone(Answer):
    """Where the instance of a job stands."""

    instance: UUID
    state: InstanceState


class JobFailed(Answer):
    """Whether a job is tried again; if not, it is an incident."""

    again: bool


class DecisionRecord(Answer):
    """One evaluation of a decision; what the model answered is null while sealed."""

    id: UUID
    decision: str
    instance: UUID | None
    process: str
    element: str
    business_key: str
    route: Route
    label: str | None
    confidence: float | None
    result: Any
    sealed: bool
    model: str
    error: str | None
    inputs: Any
    decided_at: Time


class DecisionRecords(Page):
    """One page of decision records."""

    results: list[DecisionRecord]


class Evaluated(Answer):
    """What a decision gives."""

    value: Any
    error: str | None
    evidence: Variables


class FeelMessage(Answer):
    """One sentence about an evaluation."""

    severity: Literal["error", "warn", "info"]
    code: str
    text: str
    position: Annotated[int | None, msgspec.Meta(description="Of the character to blame, counted from 1.")]


class FeelTried(Answer):
    """What an expression gives."""

    value: Any
    type: str | None
    messages: list[FeelMessage]
    names: list[str]
