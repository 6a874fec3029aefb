"""Keyset paging of lists: the address says after which row a page begins, so new rows shift nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of a list, the newest first."""

    rows: Sequence[Row]
    #: cursor of the page of older rows; empty at the end
    next: str
    #: False for the first page
    has_previous: bool


def page(rows: QuerySet[Row], *, cursor: str = "", size: int = SIZE) -> Page[Row]:
    """Return one page of `rows`, newest first.

    Primary keys grow with time (decisions/edge/ids.py), so that their index is the order: no list is sorted,
    however long it is. A cursor that is not one of ours begins at the newest row: addresses get cut and edited.
    """
    ordered = rows.order_by("-pk")
    after = _read(cursor)
    if after is not None:
        ordered = ordered.filter(pk__lt=after)
    found = list(ordered[: size + 1])
    following = str(found[size - 1].pk) if len(found) > size else ""
    return Page(rows=found[:size], next=following, has_previous=after is not None)


def _read(cursor: str) -> UUID | None:
    try:
        return UUID(cursor)
    except ValueError:
        return None
