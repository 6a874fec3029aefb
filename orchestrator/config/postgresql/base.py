"""The connection to PostgreSQL: found dead before a request uses it, without a question to the server for each."""

from __future__ import annotations

import select

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose health shows at its socket."""

    def is_usable(self) -> bool:
        """Tell whether the connection can be used.

        A server that ended it, or was ended, has left something to read: its last words or the end of the
        stream. An idle connection with nothing to read is as good as one that has answered a moment ago.
        """
        is_quiet = self.connection is not None and not self.errors_occurred and _is_quiet(self.connection)
        return is_quiet or super().is_usable()


def _is_quiet(connection: psycopg.Connection) -> bool:
    if connection.closed:
        return False
    found = select.poll()
    found.register(connection.pgconn.socket, select.POLLIN)
    return not found.poll(0)
