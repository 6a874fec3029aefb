"""Cursor paging: `?limit=&cursor=`; the cursor is the last row's place in the order, opaque to callers."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.timezone import is_naive
from rest_framework.request import Request

from orchestrator import errors

LIMIT, MOST = 50, 200
_NOT_OURS = "This cursor is not one of ours."


class Place:
    """Where in a list a request asks for a page, and how long a page.

    Args:
        field: what the list is ordered by; ties are ordered by the primary key.
    """

    def __init__(self, request: Request, model: type[Model], field: str) -> None:
        cursor = request.query_params.get("cursor")
        self.limit = _limit(request)
        #: `field` and primary key of the last row of the page before
        self.after = _decode(cursor, model, field) if cursor else None
        self._field = field

    def page(self, found: Sequence[Model], *, shape: Any = None, shapes: Any = None) -> dict[str, Any]:
        """Return one page.

        Args:
            found: its rows, and one more when there is one.
            shape: row -> what the caller sees of it.
            shapes: the same of all rows at once, in place of `shape`.
        """
        shown, following = found[: self.limit], None
        if len(found) > self.limit:
            following = _encode(getattr(shown[-1], self._field), shown[-1].pk)
        return {"results": shapes(shown) if shapes else [shape(row) for row in shown], "next": following}


def page(request: Request, rows: QuerySet, *, order: str, shape: Any = None, shapes: Any = None) -> dict[str, Any]:
    """Return one page of rows.

    Args:
        order: a field, `-` for newest first; ties are ordered by the primary key. Ids grow with time, so that
            `-id` lists the newest first without sorting what the primary key has in order.
        shape, shapes: as of `Place.page`.
    """
    field, backwards = order.lstrip("-"), order.startswith("-")
    sign, beyond = ("-", "lt") if backwards else ("", "gt")
    place = Place(request, rows.model, field)
    rows = rows.order_by(f"{sign}{field}", f"{sign}pk")
    if place.after:
        value, pk = place.after
        further = Q(**{f"{field}__{beyond}": value})
        rows = rows.filter(further if field == "id" else further | Q(**{field: value, f"pk__{beyond}": pk}))
    return place.page(list(rows[: place.limit + 1]), shape=shape, shapes=shapes)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(LIMIT))
    if not text.isdecimal() or len(text) > len(str(MOST)) or not 1 <= int(text) <= MOST:
        raise errors.BadInput(f"The limit is a number from 1 to {MOST}.", field="limit")
    return int(text)


def _encode(value: Any, pk: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([value, str(pk)], default=str)).decode().rstrip("=")


def _decode(cursor: str, model: type[Model], field: str) -> tuple[Any, Any]:
    """Return the place a cursor names, as values of the columns: cursors come back cut and edited."""
    try:
        value, pk = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = _column(model, field).to_python(value), _column(model, model._meta.pk.name).to_python(pk)
    except (ValueError, TypeError, OverflowError, ValidationError) as wrong:
        raise errors.BadInput(_NOT_OURS, field="cursor") from wrong
    if None in place or (isinstance(place[0], datetime) and is_naive(place[0])):
        raise errors.BadInput(_NOT_OURS, field="cursor")
    return place


def _column(model: type[Model], name: str) -> Field:
    column = model._meta.get_field(name)
    assert isinstance(column, Field)
    return column
