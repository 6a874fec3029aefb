"""Two who act at the same moment, each in a thread with a database connection of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Barrier, Event
from typing import Any

from django.db import connection, connections

Act = Callable[[], Any]

#: Nobody waits longer for the other: a test that hangs fails.
PATIENCE_SECONDS = 20.0
#: How long somebody who does nothing is taken for waiting, where the database cannot be asked (SQLite).
_STILL_SECONDS = 0.03


def at_once(*acts: Act) -> list[Any]:
    """Do all of it at the same moment; return what each gave or raised."""
    start = Barrier(len(acts))

    def do(act: Act) -> Any:
        start.wait(timeout=PATIENCE_SECONDS)
        return _outcome(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def statements(act: Act) -> int:
    """Do something in a thread of its own; return how many statements it sent."""
    sent = 0

    def count(execute: Any, *rest: Any) -> Any:
        nonlocal sent
        sent += 1
        return execute(*rest)

    def counting() -> None:
        with connection.execute_wrapper(count):
            act()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(_outcome, counting).result(timeout=PATIENCE_SECONDS)
    return sent


def interleaved(first: Act, second: Act, *, after: int) -> tuple[Any, Any]:
    """Stop the first after its statement number `after`, do the second meanwhile, then let the first go on.

    A second that needs a row the first has locked waits for it: the first goes on as soon as that is seen.
    """
    with ThreadPoolExecutor(2) as pool, _stopped(pool, first, after) as (one, go_on):
        other = pool.submit(_outcome, second)
        while not other.done() and not _is_waiting(other):
            pass
        go_on.set()
        return one.result(timeout=PATIENCE_SECONDS), other.result(timeout=PATIENCE_SECONDS)


@contextlib.contextmanager
def _stopped(pool: ThreadPoolExecutor, act: Act, after: int) -> Iterator[tuple[Future[Any], Event]]:
    stopped, go_on, sent = Event(), Event(), 0

    def pause(execute: Any, *rest: Any) -> Any:
        nonlocal sent
        found = execute(*rest)
        sent += 1
        if sent == after:
            stopped.set()
            assert go_on.wait(PATIENCE_SECONDS)
        return found

    def pausing() -> Any:
        try:
            with connection.execute_wrapper(pause):
                return act()
        finally:
            stopped.set()

    one = pool.submit(_outcome, pausing)
    try:
        assert stopped.wait(PATIENCE_SECONDS)
        yield one, go_on
    finally:
        go_on.set()


def _outcome(act: Act) -> Any:
    try:
        return act()
    except Exception as refused:  # noqa: BLE001 - what was raised is what the test looks at
        return refused
    finally:
        connections.close_all()


def _is_waiting(other: Future[Any]) -> bool:
    """Tell whether somebody waits for a lock: PostgreSQL knows, on SQLite whoever is still does."""
    if connection.vendor != "postgresql":
        return not wait([other], timeout=_STILL_SECONDS).done
    wait([other], timeout=0.001)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN"
            " (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
        )
        return bool(cursor.fetchone()[0])
