"""Lets transactions that do the same thing come one after the other, where no row of theirs could be locked first."""

from __future__ import annotations

from enum import IntEnum

from django.db import connection


class Turn(IntEnum):
    """What one transaction at a time does; the numbers are PostgreSQL's advisory locks."""

    #: appends to the audit ("handoff" in the letters of a telephone)
    AUDIT = 4263633
    #: stores an upload
    UPLOAD = 4263634


def take(turn: Turn) -> None:
    """Wait until nobody else has this turn, and keep it until the transaction ends.

    On SQLite a transaction is alone from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [turn])
