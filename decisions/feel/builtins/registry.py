"""How a built-in is declared: a Python function under its FEEL signature.

    @builtin("substring(string: string, start position: number, length?: number)")
    def substring(run, text, start, length=None): ...

A parameter without type takes any value, null too; with a type it refuses null. `name?` may be left out,
`name...` takes all further arguments as a list, `number|string` is either. Arguments are converted and
checked before the function is called (`decisions.feel.invocation`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..budget import Run
from ..invocation import OMITTED
from ..types import ANY, BUILTIN_TYPES, FeelType, SimpleType
from ..values import Function, Parameter, Value

#: Every built-in of the standard, by name.
BUILTINS: dict[str, Function] = {}
#: What Camunda adds.
EXTRAS: dict[str, Function] = {}

Body = Callable[..., Value]


def builtin(*signatures: str, into: dict[str, Function] = BUILTINS) -> Callable[[Body], Body]:
    """Declare a function under one or more signatures; the same name twice makes overloads."""

    def declare(body: Body) -> Body:
        for signature in signatures:
            _register(_parse(signature, body), into)
        return body

    return declare


def extra(*signatures: str) -> Callable[[Body], Body]:
    """Declare a function that is not of the standard."""
    return builtin(*signatures, into=EXTRAS)


def _register(function: Function, into: dict[str, Function]) -> None:
    first = into.setdefault(function.name, function)
    if first is not function:
        first.overloads = (*first.overloads, function)


def _parse(signature: str, body: Body) -> Function:
    name, _, inside = signature.partition("(")
    parameters = [_parameter(each) for each in inside.rstrip(")").split(",") if each.strip()]

    def run_body(run: Run, values: list[Any]) -> Value:
        while values and values[-1] is OMITTED:
            values.pop()
        return body(run, *(None if value is OMITTED else value for value in values))

    return Function(name.strip(), parameters, run_body, builtin=True)


def _parameter(text: str) -> Parameter:
    name, _, kind = (part.strip() for part in text.partition(":"))
    bare = name.removesuffix("...").removesuffix("?")
    return Parameter(bare, _type(kind), optional=name.endswith("?"), variadic=name.endswith("..."))


def _type(text: str) -> FeelType | None:
    if not text:
        return None
    parts = [BUILTIN_TYPES[each.strip()] for each in text.split("|")]
    if len(parts) == 1:
        return None if parts[0] is ANY else parts[0]
    classes = tuple(cls for each in parts if isinstance(each, SimpleType) for cls in each.classes)
    return SimpleType(" or ".join(each.name for each in parts), classes)
