"""Names to slots: which slot of the frame a name means, decided once when an expression is compiled.

A frame is a list: slot 0 holds the `Run`, every other slot one variable. A function body copies the frame
that was current when the function was made, so closures keep what they saw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..budget import Run
from ..nodes import Node
from ..types import FeelType
from ..values import Function, Value

Frame = list[Any]
Closure = Callable[[Frame], Value]


class _Missing:
    """Stands in a slot whose name the context does not have."""

    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()


class Scope:
    """Compiles the nodes of one expression; knows the names around the node in hand."""

    def __init__(
        self,
        *,
        names: frozenset[str],
        functions: Mapping[str, Function],
        types: Mapping[str, FeelType],
        builders: Mapping[type[Node], Callable[[Scope, Any], Closure]],
    ) -> None:
        self.names = names
        self.functions = functions
        self.types = types
        self._builders = builders
        #: Slot of each name that comes from the context.
        self.free: dict[str, int] = {}
        #: Free names that are surely meant as variables.
        self.sure: set[str] = set()
        #: Free names that are called, though no function has such a name.
        self.called: set[str] = set()
        self.size = 1
        #: Innermost last: variables by name, or the slot of an item whose components are names.
        self._layers: list[dict[str, int] | int] = []

    def build(self, node: Node) -> Closure:
        """Compile a node."""
        return self._builders[type(node)](self, node)

    def new_slot(self) -> int:
        """Reserve a slot of the frame."""
        self.size += 1
        return self.size - 1

    def push(self, names: Mapping[str, int] | int) -> None:
        """Enter a scope: variables with their slots, or an item whose components become names."""
        self._layers.append(names if isinstance(names, int) else dict(names))

    def pop(self) -> None:
        """Leave the scope entered last."""
        self._layers.pop()

    def is_local(self, name: str) -> bool:
        """Tell whether a variable of the expression itself has this name."""
        return any(isinstance(layer, dict) and name in layer for layer in self._layers)

    def locate(self, name: str) -> tuple[list[int], int | None]:
        """Find a name.

        Returns:
            Slots of items that may have such a component, innermost first, and the slot of the variable
            behind them, None when there is no local one.
        """
        items: list[int] = []
        for layer in reversed(self._layers):
            if isinstance(layer, int):
                items.append(layer)
            elif name in layer:
                return items, layer[name]
        return items, None

    def free_slot(self, name: str, *, sure: bool = True) -> int:
        """Give the slot of a name that the context provides."""
        if sure:
            self.sure.add(name)
        if name not in self.free:
            self.free[name] = self.new_slot()
        return self.free[name]


def unknown_name(frame: Frame, name: str, position: int) -> None:
    """Report a name that nobody defined; the value is null."""
    run: Run = frame[0]
    text = f'there is no variable "{name}"'
    if run.strict:
        run.error("unknown_name", text, position)
    else:
        run.report("warn", "unknown_name", f"{text}, at {position}", position)
