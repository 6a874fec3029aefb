"""What cannot be kept or done: told as an error of ours, or noted so that others are not held up by it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DataError, InterfaceError, OperationalError

from orchestrator import errors

log = logging.getLogger(__name__)


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


@contextmanager
def alone(what: str, then: Callable[[Exception], None] | None = None) -> Iterator[None]:
    """Let one of many that cannot be carried out now not hold up those behind it: it is logged, and comes back.

    That the database is away holds up all of them alike, so it is raised.

    Args:
        then: done with what was raised; the transaction it was raised in is over.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception as wrong:  # noqa: BLE001 - any bug in one case would otherwise stop every other case's clock
        log.exception("The %s was not carried out", what)
        if then is not None:
            then(wrong)
