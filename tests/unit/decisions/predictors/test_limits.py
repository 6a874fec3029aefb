"""A call that takes too long is left behind."""

import threading

import pytest

from decisions.predictors import limits
from decisions.predictors.errors import PredictorBusy, PredictorLate


def test_result_and_error_come_back():
    assert limits.call_within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        limits.call_within(5, lambda: 1 / 0)


def test_a_late_call_is_told_and_frees_its_place_when_it_ends():
    gate = threading.Event()
    with pytest.raises(PredictorLate, match="50 ms"):
        limits.call_within(0.05, lambda: gate.wait(10))
    gate.set()
    assert limits.call_within(5, lambda: "again") == "again"


def test_hanging_calls_do_not_pile_up_without_end():
    gate, left = threading.Event(), []
    for _ in range(limits.LIMIT_CALLS):
        with pytest.raises(PredictorLate):
            limits.call_within(0.001, lambda: left.append(gate.wait(10)))
    with pytest.raises(PredictorBusy):
        limits.call_within(1, lambda: 1)
    gate.set()
    for _ in range(500):
        if len(left) == limits.LIMIT_CALLS:
            break
        threading.Event().wait(0.01)
    assert limits.call_within(5, lambda: 2) == 2
