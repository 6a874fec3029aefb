"""What a view takes and gives, said beside it as msgspec Structs; `api/openapi.py` makes the document of it.

Nothing here happens when a request comes: `described` hangs a value on the method and returns the method itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

_View = TypeVar("_View", bound=Callable[..., Any])
Shape = type[msgspec.Struct]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What callers may know of one method of one address."""

    id: str  #: the operationId: what generated clients call their function
    answers: Mapping[int, Shape]  #: what is in the answer, by each 2xx status it can have
    body: Shape | None
    media_type: str  #: of the body
    query: Shape | None
    refusals: Sequence[int]  #: statuses besides those that follow from the rest
    headers: Mapping[str, str]  #: of the answer: name -> what it says
    is_idempotent: bool  #: an `Idempotency-Key` replays the first answer

    @property
    def needs_body(self) -> bool:
        """True when the body has a field without a default; otherwise no body is an empty one."""
        return self.body is not None and any(each.required for each in msgspec.structs.fields(self.body))

    @property
    def statuses(self) -> Sequence[int]:
        """Return the statuses of refusals that may be met here, each with a problem document."""
        reads_body = self.body is not None or self.is_idempotent
        found = {401, 422, *self.refusals, *((400, 413, 415) if reads_body else ())}
        return sorted(found | ({409} if self.is_idempotent else set()))


def described(
    id: str, *, answers: Mapping[int, Shape], body: Shape | None = None, media_type: str = "application/json",
    query: Shape | None = None, refusals: Sequence[int] = (), headers: Mapping[str, str] | None = None,
) -> Callable[[_View], _View]:  # fmt: skip
    """Return a decorator, the outermost one, that hangs a `Description` on a method of a view."""

    def mark(view: _View) -> _View:
        told = Description(
            id=id, answers=answers, body=body, media_type=media_type, query=query, refusals=refusals,
            headers=headers or {}, is_idempotent=getattr(view, "is_idempotent", False),
        )  # fmt: skip
        view.description = told  # type: ignore[attr-defined]
        return view

    return mark


def of(view: object, method: str) -> Description:
    """Return the description of a view's method.

    Raises:
        LookupError: nobody has described it.
    """
    found = getattr(getattr(view, method.lower(), None), "description", None)
    if not isinstance(found, Description):
        raise LookupError(f"{method} of {view!r} is not @described.")
    return found
