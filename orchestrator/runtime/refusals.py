"""What a database refuses to keep, told as an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError

from orchestrator import errors


@contextmanager
def told() -> Iterator[None]:
    """Tell as BadInput that a value does not fit its column: nothing is looked through before it is written.

    What comes from outside is checked where it comes in. This is about the values that only appear on the way,
    such as the null character that an expression makes, which PostgreSQL keeps in no text.
    """
    try:
        yield
    except DataError as refused:
        why = str(refused).partition("\n")[0]
        raise errors.BadInput(f"The database cannot keep one of the values: {why}.") from refused
