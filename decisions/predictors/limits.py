"""A time limit for calls that cannot be interrupted: the caller goes on, the late call ends unheard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from decisions.predictors.errors import PredictorBusy, PredictorLate

Result = TypeVar("Result")

#: Calls that may be under way at once in this process, late ones included.
LIMIT_CALLS = 32
_slots = threading.BoundedSemaphore(LIMIT_CALLS)


class _Call(Generic[Result]):
    """One call in its own thread; a daemon, so that a hanging model does not keep the process alive."""

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._done = threading.Event()

    def run(self) -> None:
        try:
            self._result = self._function()
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread as it is
            self._error = error
        finally:
            _slots.release()
            self._done.set()

    def result(self, seconds: float) -> Result:
        if not self._done.wait(seconds):
            raise PredictorLate(f"no answer after {seconds * 1000:.0f} ms")
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]


def call_within(seconds: float, function: Callable[[], Result]) -> Result:
    """Return what `function` returns, or raise what it raises.

    Raises:
        PredictorLate: it did not return within `seconds`; what it returns later is thrown away.
        PredictorBusy: `LIMIT_CALLS` calls are under way already.
    """
    if not _slots.acquire(blocking=False):
        raise PredictorBusy(f"{LIMIT_CALLS} answers of models are being waited for")
    call = _Call(function)
    threading.Thread(target=call.run, name="predict", daemon=True).start()
    return call.result(seconds)
