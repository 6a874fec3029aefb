"""The scope that compiles a whole decision: all its texts share one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from decisions.feel.evaluator import Scope

if TYPE_CHECKING:
    from decisions.dmn.tables import CompiledTable


class DmnScope(Scope):
    """FEEL's scope, and the decision tables that were met while compiling."""

    tables: list[CompiledTable]

    def fresh(self) -> DmnScope:
        """A scope with the same surroundings and a frame of its own."""
        other = DmnScope(
            names=self.names, functions=self.functions, types=self.types, builders=self._builders
        )
        other.tables = []
        return other
