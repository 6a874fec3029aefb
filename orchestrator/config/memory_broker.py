"""The broker of the embedded installation: kombu's memory transport, woken by a message instead of polling.

kombu looks into its queues in intervals. Short ones cost processor time while nothing happens, long ones
make every job wait; here the consumer sleeps until something was put or answered.
"""

from __future__ import annotations

import logging
import time
from queue import Empty, Queue
from threading import Event
from typing import Any

import orjson
from kombu.transport import TRANSPORT_ALIASES, memory

from orchestrator.config import environment, letterbox

log = logging.getLogger(__name__)

#: Set when the consumer has a reason to look: a new message, or room for one more.
_stirred = Event()
#: Set while the consumer is told to end: it looks, but sleeps no more.
_ends = Event()
#: Set where the messages are read. Without it they go to the process of this home folder that reads, if any.
_is_here = Event()


class Channel(memory.Channel):
    """A channel that stirs the consumer."""

    def _put(self, queue: str, message: Any, **arguments: Any) -> None:
        if not _is_here.is_set():
            letter = orjson.dumps({"queue": queue, "message": message})
            if letterbox.post(environment.home(), letter):
                return
        super()._put(queue, message, **arguments)
        _stirred.set()

    def basic_consume(self, *arguments: Any, **options: Any) -> Any:
        """Begin to read a queue, in this process."""
        _is_here.set()
        return super().basic_consume(*arguments, **options)

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Acknowledge a message; the consumer may have waited for room."""
        super().basic_ack(delivery_tag, multiple)
        _stirred.set()

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Give a message back, or away."""
        super().basic_reject(delivery_tag, requeue)
        _stirred.set()


class Transport(memory.Transport):
    """The memory transport with a consumer that sleeps."""

    Channel = Channel
    #: takes from the queues in turn
    cycle: Any

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:
        """Deliver one message; raise TimeoutError when none comes in time."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            # Cleared before the look: what comes during it is not slept through.
            _stirred.clear()
            try:
                self.cycle.get(self._deliver, timeout=timeout)
                return
            except Empty:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0 or _ends.is_set() or not _stirred.wait(left):
                    raise TimeoutError from None


def listen() -> None:
    """Be the process that works on the messages of all processes of this home folder."""
    _is_here.set()
    letterbox.empty(environment.home(), take)


def take(letter: bytes) -> None:
    """Put a message of another process into its queue here."""
    try:
        read = orjson.loads(letter)
        queue, message = read["queue"], read["message"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        log.warning("A torn message of another process was dropped; the sweep finds what it was about.")
        return
    Channel.queues.setdefault(queue, Queue()).put(message)
    _stirred.set()


def begin() -> None:
    """Let the consumer sleep while there is nothing to do."""
    _ends.clear()


def end() -> None:
    """Wake the consumer for good: it has been told to end, and sees that when it wakes."""
    _ends.set()
    _stirred.set()


def install() -> None:
    """Let `memory://` mean this transport."""
    TRANSPORT_ALIASES["memory"] = f"{__name__}:{Transport.__name__}"
