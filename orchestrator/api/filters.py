"""What callers narrow lists by: known names, ids and fixed words; what is none of them is refused by name."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from rest_framework.request import Request

from orchestrator import errors

#: What every list takes.
PAGING = ("limit", "cursor")


def only(request: Request, *fields: str) -> None:
    """Refuse what this list cannot be narrowed by: a name typed wrong would silently show everything.

    Raises:
        BadInput: the address gives another name; says which there are.
    """
    known = (*fields, *PAGING)
    for field in request.query_params:
        if field not in known:
            raise errors.BadInput(f'This list knows no "{field[:60]}"; it knows {", ".join(known)}.', field=field[:60])


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
