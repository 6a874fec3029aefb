"""What callers narrow lists by: known names, ids and fixed words; what is none of them is refused by name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from rest_framework.request import Request

from decisions.confidence.routing import Route
from humantasks.models import TaskState
from orchestrator import errors
from orchestrator.api.paging import LIMIT, MOST
from orchestrator.models import InstanceState, JobState


class Paging(msgspec.Struct):
    """What every list takes."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST, description="How many at most.")] = LIMIT
    cursor: Annotated[str, msgspec.Meta(description="`next` of the page before; none: from the beginning.")] = ""


class Instances(Paging):
    """GET /instances."""

    process: Annotated[str, msgspec.Meta(description="Key of its process definition.")] = ""
    state: InstanceState | UnsetType = UNSET
    business_key: str = ""
    q: Annotated[str, msgspec.Meta(description="A part of the business key or of the process's key.")] = ""


class Tasks(Paging):
    """GET /tasks."""

    instance: UUID | UnsetType = UNSET
    state: TaskState | UnsetType = UNSET
    assignee: Annotated[str, msgspec.Meta(description="A user name.")] = ""
    process: Annotated[str, msgspec.Meta(description="Key of its process definition.")] = ""
    element: Annotated[str, msgspec.Meta(description="Id of the user task in the drawing.")] = ""


class Jobs(Paging):
    """GET /jobs."""

    instance: UUID | UnsetType = UNSET
    state: JobState | UnsetType = UNSET
    type: str = ""


class Incidents(Paging):
    """GET /incidents."""

    instance: UUID | UnsetType = UNSET
    state: Literal["open", "resolved"] | UnsetType = UNSET


class DecisionRecords(Paging):
    """GET /decisions."""

    instance: UUID | UnsetType = UNSET
    decision: Annotated[str, msgspec.Meta(description="Key of the decision.")] = ""
    route: Route | UnsetType = UNSET


def only(request: Request, known: type[Paging] = Paging) -> None:
    """Refuse what this list cannot be narrowed by: a name typed wrong would silently show everything.

    Raises:
        BadInput: the address gives another name; says which there are.
    """
    for field in request.query_params:
        if field not in known.__struct_fields__:
            names = ", ".join(known.__struct_fields__)
            raise errors.BadInput(f'This list knows no "{field[:60]}"; it knows {names}.', field=field[:60])


def id(request: Request, field: str) -> UUID | None:
    """Return the id that the address gives for a field, None when it gives none.

    Raises:
        BadInput: it is no id; names the field.
    """
    text = request.query_params.get(field, "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as wrong:
        raise errors.BadInput(f'"{text[:60]}" is not an id.', field=field) from wrong


def word(request: Request, field: str, *, among: Collection[str]) -> str:
    """Return the word that the address gives for a field, empty when it gives none.

    Raises:
        BadInput: it is none of `among`; names the field and them.
    """
    text = request.query_params.get(field, "")
    if text and text not in among:
        raise errors.BadInput(f'"{text[:60]}" is none of {", ".join(among)}.', field=field)
    return text
