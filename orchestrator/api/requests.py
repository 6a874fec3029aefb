"""The bodies of requests, checked by shape; msgspec says what is wrong and at which field."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from django.contrib.auth.models import User
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from orchestrator import errors
from orchestrator.playground import LONGEST_EXPRESSION, Language
from orchestrator.runtime.batches import Operation

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Key = Annotated[str, msgspec.Meta(max_length=255)]
#: A file in a multipart body; only ever described.
File = Annotated[str, msgspec.Meta(extra_json_schema={"format": "binary"})]
Variables = dict[str, Any]
_Body = TypeVar("_Body", bound=msgspec.Struct)


class Upload(msgspec.Struct):
    """POST /deployments, as multipart: drawings, tables, forms and scenarios of one bundle."""

    files: Annotated[list[File], msgspec.Meta(min_length=1)]


class Start(msgspec.Struct, forbid_unknown_fields=True):
    """POST /definitions/{key}/start."""

    variables: Variables = {}
    business_key: Key = ""


class Completion(msgspec.Struct, forbid_unknown_fields=True):
    """POST /tasks/{id}/complete and the like."""

    variables: Variables = {}
    comment: str = ""
    fingerprint: str | None = None


class Publication(msgspec.Struct, forbid_unknown_fields=True):
    """POST /messages."""

    name: Name
    correlation_key: Key | None = None
    variables: Variables = {}
    ttl_seconds: Annotated[int, msgspec.Meta(ge=0, le=365 * 86400)] = 0
    message_id: Key | None = None


class Broadcast(msgspec.Struct, forbid_unknown_fields=True):
    """POST /signals."""

    name: Name
    variables: Variables = {}


class Conditions(msgspec.Struct, forbid_unknown_fields=True):
    """POST /conditions/evaluate."""

    variables: Variables = {}
    business_key: Key = ""
    process: Key | None = None


class Cancellation(msgspec.Struct, forbid_unknown_fields=True):
    """POST /instances/{id}/cancel."""

    reason: str = ""


class Suspension(msgspec.Struct, forbid_unknown_fields=True):
    """POST /instances/{id}/suspend."""

    reason: str = ""


class Modification(msgspec.Struct, forbid_unknown_fields=True):
    """POST /instances/{id}/modify."""

    cancel: list[Name] = []
    cancel_tokens: list[int] = []
    activate: list[Name] = []
    variables: Variables = {}


class Restart(msgspec.Struct, forbid_unknown_fields=True):
    """POST /instances/{id}/restart."""

    element: Name


class Migration(msgspec.Struct, forbid_unknown_fields=True):
    """POST /instances/{id}/migrate."""

    version: UUID
    mapping: dict[Name, Name] = {}
    dry_run: bool = False


class BatchFilter(msgspec.Struct, forbid_unknown_fields=True):
    """Which instances a batch means, as the list of instances narrows them."""

    process: Key = ""
    state: Key = ""
    q: Key = ""


class BatchArguments(msgspec.Struct, forbid_unknown_fields=True):
    """What the operations of a batch need to know."""

    reason: str = ""
    version: UUID | None = None
    mapping: dict[Name, Name] = {}
    cancel: list[Name] = []
    activate: list[Name] = []
    variables: Variables = {}


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """POST /batches."""

    operation: Operation
    instances: list[UUID] | None = None
    filter: BatchFilter | None = None
    arguments: BatchArguments = msgspec.field(default_factory=BatchArguments)
    dry_run: bool = False


class VariablesChange(msgspec.Struct, forbid_unknown_fields=True):
    """POST /instances/{id}/variables and /decisions/{key}/evaluate."""

    variables: Variables = {}


class FeelTrial(msgspec.Struct, forbid_unknown_fields=True):
    """POST /feel/evaluate."""

    expression: Annotated[str, msgspec.Meta(max_length=LONGEST_EXPRESSION)]
    context: Variables = {}
    syntax: Language = Language.FEEL


class Activation(msgspec.Struct, forbid_unknown_fields=True):
    """POST /jobs/activate."""

    type: Name
    worker: Name
    max_jobs: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    lease_seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60


class JobResult(msgspec.Struct, forbid_unknown_fields=True):
    """POST /jobs/{id}/complete, /fail and /error by an outside worker."""

    lease: int
    variables: Variables = {}
    message: str = ""
    code: str = "worker_failed"
    retryable: bool = True


def caller(request: Request) -> User:
    """Return who calls; every view but the schema asks for somebody known.

    Raises:
        NotAuthenticated: nobody.
    """
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def body(request: Request, shape: type[_Body]) -> _Body:
    """Return the request's body as `shape`.

    Raises:
        BadInput: it does not fit; names the field.
    """
    data = request.data
    try:
        return msgspec.convert(data, shape, strict=True)
    except msgspec.ValidationError as wrong:
        said, _, where = str(wrong).partition(" - at `")
        path = where.rstrip("`").removeprefix("$").removeprefix(".")
        named = re.search(r"(?:unknown|required) field `([^`]+)`", said)
        field = ".".join(part for part in (path, named[1] if named else "") if part)
        raise errors.BadInput(said, field=field) from wrong


def same_key(variables: Variables) -> Variables:
    """Return variables after checking their names: text, not empty, at most 255 signs."""
    for name in variables:
        if not name or len(name) > 255:
            raise errors.BadInput("A variable's name has 1 to 255 signs.", field=f"variables.{name[:40]}")
    return variables
