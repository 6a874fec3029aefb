"""The built-in functions of FEEL, one file per family of the standard."""

from __future__ import annotations

from . import numeric
from .registry import BUILTINS, EXTRAS

#: Imported for their declarations.
FAMILIES = (numeric,)

__all__ = ["BUILTINS", "EXTRAS", "FAMILIES"]
