"""Calling functions: matching arguments with parameters, implicit conversion, depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .budget import Run
from .types import coerce
from .values import Function, Parameter, Value, describe


def invoke(run: Run, function: Value, arguments: Sequence[Value], position: int | None = None) -> Value:
    """Call a function with positional arguments; null with a message when it cannot be called so."""
    if type(function) is not Function:
        return run.error("not_a_function", f"{describe(function)} is not a function", position)
    candidates = [each for each in overloads(function) if takes_count(each, len(arguments))]
    if not candidates:
        return run.error("wrong_arguments", wrong_count(function, len(arguments)), position)
    return call_first_fitting(run, candidates, [gather(each, arguments) for each in candidates], position)


def invoke_named(run: Run, function: Value, named: Mapping[str, Value], position: int | None = None) -> Value:
    """Call a function with named arguments."""
    if type(function) is not Function:
        return run.error("not_a_function", f"{describe(function)} is not a function", position)
    candidates = [each for each in overloads(function) if takes_names(each, named)]
    if not candidates:
        return run.error("wrong_arguments", wrong_names(function, list(named)), position)
    return call_first_fitting(run, candidates, [gather_named(each, named) for each in candidates], position)


def overloads(function: Function) -> Sequence[Function]:
    """Give the function with all its other parameter lists."""
    return (function, *function.overloads) if function.overloads else (function,)


def takes_count(function: Function, count: int) -> bool:
    """Tell whether so many positional arguments fit."""
    parameters = function.parameters
    if parameters and parameters[-1].variadic:
        return count >= len(parameters) - 1
    return sum(not p.optional for p in parameters) <= count <= len(parameters)


def takes_names(function: Function, names: Mapping[str, Value] | Sequence[str]) -> bool:
    """Tell whether these named arguments fit."""
    known = {p.name for p in function.parameters}
    return all(name in known for name in names) and all(p.optional or p.name in names for p in function.parameters)


def gather(function: Function, arguments: Sequence[Value]) -> list[Value]:
    """Arrange positional arguments, one per parameter; left-out optional ones are left out."""
    parameters = function.parameters
    if parameters and parameters[-1].variadic:
        fixed = len(parameters) - 1
        return [*arguments[:fixed], list(arguments[fixed:])]
    return list(arguments)


def gather_named(function: Function, named: Mapping[str, Value]) -> list[Value]:
    """Arrange named arguments; a gap before a given one is filled with null's stand-in, the omission."""
    values: list[Value] = [named.get(p.name, OMITTED) for p in function.parameters]
    while values and values[-1] is OMITTED:
        values.pop()
    if function.parameters and function.parameters[-1].variadic and len(values) == len(function.parameters):
        values[-1] = values[-1] if type(values[-1]) is list else [values[-1]]
    return values


class _Omitted:
    """An optional argument that was not given, which is not the same as null."""

    def __repr__(self) -> str:
        return "omitted"


OMITTED = _Omitted()


def call_first_fitting(
    run: Run, candidates: Sequence[Function], arranged: Sequence[list[Value]], position: int | None
) -> Value:
    """Call the first overload whose parameter types take the values; else report the first misfit."""
    if position is not None:
        run.position = position
    for function, values in zip(candidates, arranged, strict=True):
        fitted = fit(function, values)
        if fitted is not None:
            return call(run, function, fitted)
    return run.error("wrong_argument", misfit(candidates[0], arranged[0]), position)


def call(run: Run, function: Function, values: list[Value]) -> Value:
    """Run the body with values that fit, and fit its result to the declared type."""
    if function.builtin:
        run.step()
        return function.body(run, values)
    run.enter()
    try:
        value = function.body(run, values)
    finally:
        run.leave()
    if function.result is None:
        return value
    fits, coerced = coerce(value, function.result)
    if not fits:
        run.error("wrong_type", f"{title(function)} must give {function.result}, not {describe(value)}")
    return coerced


def fit(function: Function, values: list[Value]) -> list[Value] | None:
    """Convert values to the parameter types; None when one does not fit."""
    fitted = []
    for parameter, value in zip(function.parameters, values, strict=False):
        if (
            parameter.type is None
            or value is OMITTED
            or parameter.type.contains(value)
            or (value is None and not function.builtin)
        ):
            fitted.append(value)
        elif value is None:
            return None
        else:
            fits, coerced = coerce(value, parameter.type)
            if not fits or (coerced is None and function.builtin):
                return None
            fitted.append(coerced)
    return fitted


def misfit(function: Function, values: list[Value]) -> str:
    """Say which argument does not fit."""
    for parameter, value in zip(function.parameters, values, strict=False):
        probe = Function(function.name, [parameter], function.body, builtin=function.builtin)
        if fit(probe, [value]) is None:
            return f'{title(function)}: "{parameter.name}" must be {parameter.type}, not {describe(value)}'
    return f"{title(function)}: the arguments do not fit"


def title(function: Function) -> str:
    """Name a function in a message."""
    return function.name or "the function"


def signature(function: Function) -> str:
    """Write the parameter list for a message."""
    return f"{title(function)}({', '.join(_written(p) for p in function.parameters)})"


def _written(parameter: Parameter) -> str:
    return f"{parameter.name}{'?' if parameter.optional else ''}{'...' if parameter.variadic else ''}"


def wrong_count(function: Function, count: int) -> str:
    """Say that the number of arguments is wrong."""
    forms = " or ".join(dict.fromkeys(signature(each) for each in overloads(function)))
    return f"{title(function)} was called with {count} argument{'' if count == 1 else 's'}; it is {forms}"


def wrong_names(function: Function, names: Sequence[str]) -> str:
    """Say that the names of the arguments are wrong."""
    forms = " or ".join(dict.fromkeys(signature(each) for each in overloads(function)))
    return f"{title(function)} was called with {', '.join(names)}; it is {forms}"
