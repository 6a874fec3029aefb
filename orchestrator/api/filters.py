"""What callers narrow lists by: ids and fixed words, refused by name when they are neither."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from rest_framework.request import Request

from orchestrator import errors


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
