"""The methods of Java values that conditions of Camunda 7 drawings call, as nodes of FEEL.

`status.equals('open')` is a comparison, `items.size()` a count, `execution.getVariable('x')` a variable.
A fixed list of pure ones: everything else stays refused, because nothing of a drawing reaches code.
"""

from __future__ import annotations

from .nodes import Arithmetic, Call, Compare, Constant, Empty, Filter, Name, Node, Path, Step
from .values.numbers import make_number

#: method -> built-in function of the receiver and the arguments, with how many arguments it takes
_FUNCTIONS = {
    ("size", 0): "count",
    ("length", 0): "string length",
    ("toString", 0): "string",
    ("toUpperCase", 0): "upper case",
    ("toLowerCase", 0): "lower case",
    ("startsWith", 1): "starts with",
    ("endsWith", 1): "ends with",
}
_GETTERS = frozenset({"getVariable", "getVariableLocal"})


def method_call(receiver: Node, method: str, arguments: tuple[Node, ...], position: int) -> Node | None:
    """Read `receiver.method(arguments)`; None when the method is not on the list."""
    key = (method, len(arguments))
    if key in _FUNCTIONS:
        return Call(Name(_FUNCTIONS[key], position=position), (receiver, *arguments), position=position)
    if key == ("isEmpty", 0):
        return Empty(receiver, position=position)
    if key == ("equals", 1):
        return Compare("=", receiver, arguments[0], position=position)
    if key == ("equalsIgnoreCase", 1):
        left, right = (
            Call(Name("lower case", position=position), (n,), position=position) for n in (receiver, arguments[0])
        )
        return Compare("=", left, right, position=position)
    if key == ("get", 1):
        return _get(receiver, arguments[0], position)
    if method in _GETTERS and receiver == Name("execution", position=receiver.position) and len(arguments) == 1:
        return _variable(arguments[0], position)
    return None


def _get(receiver: Node, key: Node, position: int) -> Node | None:
    """An entry of a context by a fixed name, or an item of a list (Java counts from 0, FEEL from 1)."""
    if not isinstance(key, Constant):
        return None
    if isinstance(key.value, str):
        return Path(receiver, key.value, position=position)
    one = Constant(make_number(1), position=position)
    return Filter(receiver, Arithmetic(key, (Step("+", one, position=position),), position=position), position=position)


def _variable(name: Node, position: int) -> Node | None:
    return Name(name.value, position=position) if isinstance(name, Constant) and isinstance(name.value, str) else None
