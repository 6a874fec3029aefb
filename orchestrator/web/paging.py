"""Keyset paging of lists: the address says after which row a page begins, so new rows shift nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.timezone import is_naive

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


def page(rows: QuerySet[Row], *, newest_by: str, cursor: str = "", size: int = SIZE) -> Page[Row]:
    """Return one page of `rows`, ordered by a moment and the primary key, newest first.

    A cursor that is not one of ours begins at the newest row: addresses get cut and edited.
    """
    ordered = rows.order_by(f"-{newest_by}", "-pk")
    after = _read(cursor, rows.model)
    if after:
        at, pk = after
        ordered = ordered.filter(Q(**{f"{newest_by}__lt": at}) | Q(**{newest_by: at, "pk__lt": pk}))
    found = list(ordered[: size + 1])
    following = _write(getattr(found[size - 1], newest_by), found[size - 1].pk) if len(found) > size else ""
    return Page(rows=found[:size], next=following, has_previous=after is not None)


def _write(at: datetime, pk: object) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()} {pk}".encode()).decode().rstrip("=")


def _read(cursor: str, model: type[Model]) -> tuple[datetime, Any] | None:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, pk = text.partition(" ")
        moment, key = datetime.fromisoformat(at), model._meta.pk.to_python(pk)
    except (ValueError, binascii.Error, ValidationError):
        return None
    return None if is_naive(moment) else (moment, key)
