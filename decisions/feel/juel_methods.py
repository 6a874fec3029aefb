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
#: units of `date.plusDays(2)` and its like, as FEEL durations of one
_UNITS = {
    "Years": "P1Y", "Months": "P1M", "Weeks": "P7D", "Days": "P1D",
    "Hours": "PT1H", "Minutes": "PT1M", "Seconds": "PT1S",
}  # fmt: skip
_SAME = frozenset({"toDate", "toDateTime"})
_NOW = frozenset({"now", "dateTime"})
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
    if method in _SAME and not arguments:
        return receiver
    if len(arguments) == 1 and method[:4] == "plus" and method[4:] in _UNITS:
        return _shifted(receiver, "+", method[4:], arguments[0], position)
    if len(arguments) == 1 and method[:5] == "minus" and method[5:] in _UNITS:
        return _shifted(receiver, "-", method[5:], arguments[0], position)
    if key == ("get", 1):
        return _get(receiver, arguments[0], position)
    if method in _GETTERS and receiver == Name("execution", position=receiver.position) and len(arguments) == 1:
        return _variable(arguments[0], position)
    return None


def function_call(name: str, arguments: tuple[Node, ...], position: int) -> Node | None:
    """Read `now()` and `dateTime()`, which give the present moment; None for every other function."""
    return Call(Name("now", position=position), (), position=position) if name in _NOW and not arguments else None


def _shifted(moment: Node, sign: str, unit: str, amount: Node, position: int) -> Node:
    """The moment some units later or earlier."""
    one = Call(Name("duration", position=position), (Constant(_UNITS[unit], position=position),), position=position)
    distance = Arithmetic(one, (Step("*", amount, position=position),), position=position)
    return Arithmetic(moment, (Step(sign, distance, position=position),), position=position)


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
