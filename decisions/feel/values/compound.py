"""FEEL ranges and functions as values (DMN 1.5, 10.3.2.7 and 10.3.2.13)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """An interval, or one of the unary tests `> 5`, `= 5`, `!= 5` as a value."""

    start: Any = None
    start_included: bool = False
    end: Any = None
    end_included: bool = False
    #: "" for `[a..b]`, else the operator of a unary test: `<`, `<=`, `>`, `>=`, `=`, `!=`.
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One formal parameter of a function."""

    name: str
    #: A `FeelType`, or None when any value will do.
    type: Any = None
    optional: bool = False
    #: The parameter takes all further positional arguments as one list.
    variadic: bool = False


@dataclass(slots=True, eq=False)
class Function:
    """Something that can be invoked.

    Equality is identity: two function values are equal when they are the same definition.
    """

    #: For messages; "" when the function has no name.
    name: str
    parameters: Sequence[Parameter]
    #: Called with the `Run` and one value per parameter.
    body: Callable[[Any, list[Any]], Any]
    #: Declared type of the result, a `FeelType`.
    result: Any = None
    #: Further parameter lists (built-ins are overloaded), with their bodies.
    overloads: Sequence[Function] = field(default=())
    #: The frame the definition closed over, when the definition is FEEL text.
    frame: list[Any] | None = None
    #: Built-ins convert and check their arguments by the declared types.
    builtin: bool = False

    def __repr__(self) -> str:
        return f"function{' ' * bool(self.name)}{self.name}({', '.join(p.name for p in self.parameters)})"
