"""External functions: a fixed list of pure Java functions, nothing else (DMN 1.5, 10.3.2.13.2).

No Java runs: what a drawing can name here is written in Python in this package.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..budget import Run
from ..values import Function, Parameter, Value, describe
from .convert import CannotConvertError, to_java, to_value
from .methods import METHODS, Method

__all__ = ["external_function"]


def external_function(
    run: Run, mapping: Value, parameters: Sequence[Parameter], position: int | None = None
) -> Function | None:
    """Give the function that `{java: {class, method signature}}` names.

    Args:
        run: takes the message when there is no such function.
        mapping: the context that stands as the body of the definition.
        parameters: as declared by the definition; as many as the method takes.
        position: where the definition stands.
    Returns:
        The function; None with a message when it is not on the list.
    """
    java = mapping.get("java") if isinstance(mapping, dict) else None
    if not isinstance(java, dict):
        kind = (
            "PMML models are not supported" if isinstance(mapping, dict) and "pmml" in mapping else "no known mapping"
        )
        return run.error("unknown_external", f"external function: {kind} in {describe(mapping)}", position)
    name, signature = java.get("class"), java.get("method signature")
    if not isinstance(name, str) or not isinstance(signature, str):
        text = f'external function: "class" and "method signature" must be strings in {describe(java)}'
        return run.error("unknown_external", text, position)
    method = METHODS.get(f"{name}.{''.join(signature.split())}")
    if method is None or (len(method.types) != len(parameters) and not method.is_variadic):
        text = f'external function: "{name}.{signature}" with {len(parameters)} parameters is not on the list'
        return run.error("unknown_external", text, position)
    return Function(signature.partition("(")[0], parameters, _body(method), builtin=False)


def _body(method: Method):  # type: ignore[no-untyped-def]
    def body(run: Run, values: list[Value]) -> Value:
        try:
            return to_value(method.run(run, *_arguments(method, values)), method.result)
        except CannotConvertError as error:
            return run.error("wrong_argument", f"{method.name}: {error}")
        except (ValueError, ArithmeticError, TypeError, LookupError) as error:
            return run.error("cannot_calculate", f"{method.name}: {error}")

    return body


def _arguments(method: Method, values: list[Value]) -> list[object]:
    fixed = len(method.types) - method.is_variadic
    made = [to_java(value, kind) for value, kind in zip(values[:fixed], method.types[:fixed], strict=True)]
    if method.is_variadic:
        rest = values[fixed:]
        made.append(rest[0] if len(rest) == 1 and isinstance(rest[0], list) else rest)
    return made
