"""Closures for invocations and function definitions (DMN 1.5, 10.3.2.13)."""

from __future__ import annotations

from ..budget import Run
from ..external import external_function
from ..invocation import call_first_fitting, gather, invoke, invoke_named, overloads, takes_count
from ..nodes import Call, FunctionDefinition, Name
from ..types import FeelType, resolve_type
from ..values import Function, Parameter, Value
from .scope import MISSING, Closure, Frame, Scope

#: Functions that ask whether something is there: their first argument may be missing without a warning.
_QUIET = frozenset({"is defined", "get or else"})


def _quietly(closure: Closure) -> Closure:
    def read(frame: Frame) -> Value:
        run: Run = frame[0]
        before = len(run.messages)
        value = closure(frame)
        run.messages[before:] = [message for message in run.messages[before:] if message.severity == "error"]
        return value

    return read


def build_call(scope: Scope, node: Call) -> Closure:
    """Compile an invocation; a built-in is found now, a variable's function when it runs."""
    position = node.position
    if node.named:
        return _named_call(scope, node)
    arguments = [scope.build(each) for each in node.arguments]
    builtin = _builtin(scope, node)
    if builtin is not None:
        if builtin.name in _QUIET and arguments:
            arguments[0] = _quietly(arguments[0])
        return _builtin_call(builtin, arguments, position)
    function = _callee(scope, node)

    def call(frame: Frame) -> Value:
        callee = function(frame)
        if callee is MISSING:
            return _missing_function(frame, node)
        return invoke(frame[0], callee, [argument(frame) for argument in arguments], position)

    return call


def _builtin(scope: Scope, node: Call) -> Function | None:
    """Give the built-in that the call surely means: no variable can hide it."""
    if not isinstance(node.function, Name):
        return None
    name = node.function.name
    if scope.is_local(name) or name in scope.names:
        return None
    return scope.functions.get(name)


def _callee(scope: Scope, node: Call) -> Closure:
    """Compile what is called: a variable that holds no function leaves the name to the built-in."""
    if not isinstance(node.function, Name) or scope.is_local(node.function.name):
        return scope.build(node.function)
    name = node.function.name
    builtin = scope.functions.get(name)
    slot = scope.free_slot(name)
    if builtin is None:
        scope.called.add(name)

    def read(frame: Frame) -> Value:
        value = frame[slot]
        return builtin if builtin is not None and type(value) is not Function else value

    return read


def _missing_function(frame: Frame, node: Call) -> None:
    name = node.function.name if isinstance(node.function, Name) else ""
    frame[0].error("unknown_function", f'there is no function "{name}"', node.position)


def _builtin_call(builtin: Function, arguments: list[Closure], position: int) -> Closure:
    candidates = [each for each in overloads(builtin) if takes_count(each, len(arguments))]
    if not candidates:
        return lambda frame: invoke(frame[0], builtin, [argument(frame) for argument in arguments], position)

    def call(frame: Frame) -> Value:
        values = [argument(frame) for argument in arguments]
        return call_first_fitting(frame[0], candidates, [gather(each, values) for each in candidates], position)

    if len(candidates) == 1 and all(p.type is None for p in candidates[0].parameters):
        return _untyped_call(candidates[0], arguments, position)
    return call


def _untyped_call(function: Function, arguments: list[Closure], position: int) -> Closure:
    body = function.body

    def call(frame: Frame) -> Value:
        values = gather(function, [argument(frame) for argument in arguments])
        run = frame[0]
        run.position = position
        run.step()
        return body(run, values)

    return call


def _named_call(scope: Scope, node: Call) -> Closure:
    named = [(name, scope.build(argument)) for name, argument in node.named]
    builtin = _builtin(scope, node)
    function = _callee(scope, node) if builtin is None else None
    position = node.position

    def call(frame: Frame) -> Value:
        callee = builtin if function is None else function(frame)
        if callee is MISSING:
            return _missing_function(frame, node)
        values = {name: argument(frame) for name, argument in named}
        return invoke_named(frame[0], callee, values, position)

    return call


def build_function(scope: Scope, node: FunctionDefinition) -> Closure:
    """Compile `function(...) body`; the value keeps a copy of the frame it was made in."""
    slots = {parameter.name: scope.new_slot() for parameter in node.parameters}
    parameters = [
        Parameter(each.name, resolve_type(each.type, scope.types) if each.type else None) for each in node.parameters
    ]
    unknown = [each.type.name for each in node.parameters if each.type and not resolve_type(each.type, scope.types)]
    if unknown:
        text = f'there is no type "{unknown[0]}"'
        return lambda frame: frame[0].error("unknown_type", text, node.position)
    scope.push(slots)
    body = scope.build(node.body)
    scope.pop()
    if node.external:
        return lambda frame: external_function(frame[0], body(frame), parameters, node.position)
    places = list(slots.values())
    return lambda frame: _closure_value(frame, parameters, places, body, None)


def _closure_value(
    frame: Frame, parameters: list[Parameter], places: list[int], body: Closure, result: FeelType | None
) -> Function:
    kept = frame[:]

    def run_body(run: Run, values: list[Value]) -> Value:
        inner = kept[:]
        inner[0] = run
        for place, value in zip(places, values, strict=True):
            inner[place] = value
        return body(inner)

    return Function("", parameters, run_body, result=result, frame=kept)
