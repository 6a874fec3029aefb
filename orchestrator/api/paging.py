"""Cursor paging: `?limit=&cursor=`; the cursor is the last row's place in the order, opaque to callers."""

from __future__ import annotations

import base64
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


def page(request: Request, rows: QuerySet, *, order: str, shape: Any = None, shapes: Any = None) -> dict[str, Any]:
    """Return one page of rows.

    Args:
        order: a field, `-` for newest first; ties are ordered by the primary key.
        shape: row -> what the caller sees of it.
        shapes: the same of all rows at once, in place of `shape`.
    """
    limit = _limit(request)
    field, backwards = order.lstrip("-"), order.startswith("-")
    sign, beyond = ("-", "lt") if backwards else ("", "gt")
    rows = rows.order_by(f"{sign}{field}", f"{sign}pk")
    if cursor := request.query_params.get("cursor"):
        value, pk = _decode(cursor, rows.model, field)
        rows = rows.filter(Q(**{f"{field}__{beyond}": value}) | Q(**{field: value, f"pk__{beyond}": pk}))
    found = list(rows[: limit + 1])
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = _encode(getattr(last, field), last.pk)
    shown = found[:limit]
    return {"results": shapes(shown) if shapes else [shape(row) for row in shown], "next": following}


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
