"""Libraries that stay out of a process that does not need them."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from decisions.predictors.absent import absent

#: of the standard library, and hardly ever loaded
RARE = "this"


def test_a_module_that_is_absent_cannot_be_imported_and_can_be_afterwards() -> None:
    sys.modules.pop(RARE, None)
    with absent(RARE), pytest.raises(ModuleNotFoundError, match="not wanted here"):
        __import__(RARE)
    __import__(RARE)


def test_a_module_is_absent_for_the_thread_that_says_so_only() -> None:
    sys.modules.pop(RARE, None)
    with absent(RARE):
        other = threading.Thread(target=__import__, args=(RARE,))
        other.start()
        other.join()
        assert RARE in sys.modules


@pytest.mark.parametrize(
    ("module", "is_there"), [("decisions.predictors.sklearn", False), ("decisions.predictors.frames", True)]
)
def test_pandas_is_loaded_only_for_models_that_take_frames(module: str, is_there: bool) -> None:
    code = f"import {module}, sys; print('pandas' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(is_there)
