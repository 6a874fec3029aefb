"""The built-in functions of FEEL, one file per family of the standard."""

from __future__ import annotations

from dataclasses import replace

from ..values import Function
from . import aggregates, boolean, context, conversion, extras, lists, numeric, ranges, string, temporal
from .registry import BUILTINS, EXTRAS

#: Imported for their declarations.
FAMILIES = (conversion, boolean, string, lists, aggregates, numeric, temporal, ranges, context, extras)

__all__ = ["BUILTINS", "EXTRAS", "FAMILIES", "with_extras"]


def with_extras() -> dict[str, Function]:
    """Give the functions of the standard and those Camunda adds; a shared name gets both parameter lists."""
    joined = {**EXTRAS, **BUILTINS}
    for name in EXTRAS.keys() & BUILTINS.keys():
        joined[name] = replace(
            BUILTINS[name], overloads=(*BUILTINS[name].overloads, EXTRAS[name], *EXTRAS[name].overloads)
        )
    return joined
