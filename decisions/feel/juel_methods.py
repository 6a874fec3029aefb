"""The methods and functions that the expressions of JUEL drawings call, as nodes.

`status.equals('open')` is a comparison, `items.size()` a count, `execution.getVariable('x')` a variable,
`order.getTotal()` the property `total`. A fixed list of pure ones: everything else stays refused, because
nothing of a drawing reaches code.
"""

from __future__ import annotations

import re

from .nodes import Arithmetic, Call, CoercingCompare, Compare, Constant, Empty, Maybe, Method, Name, Node, Path, Step

#: method -> built-in function of the receiver and the arguments, with how many arguments it takes
_FUNCTIONS = {
    ("length", 0): "string length",
    ("toString", 0): "string",
    ("toUpperCase", 0): "upper case",
    ("toLowerCase", 0): "lower case",
    ("startsWith", 1): "starts with",
    ("endsWith", 1): "ends with",
}
#: methods of `java`, with how many arguments they take
_PURE = {
    **{(name, 0): name for name in (
        "size", "trim", "isBlank", "keySet", "values", "booleanValue", "intValue", "longValue", "doubleValue",
        "floatValue", "elements", "value", "stringValue", "textValue", "numberValue", "boolValue", "asText", "asInt",
        "asLong", "asDouble", "asBoolean", "isNull",
    )},
    **{(name, 1): name for name in (
        "contains", "containsAll", "containsKey", "get", "concat", "indexOf", "lastIndexOf", "substring", "charAt",
        "compareTo", "prop", "path", "hasProp", "has",
    )},
    **{(name, 2): name for name in ("substring", "replace", "getOrDefault")},
}  # fmt: skip
#: units of `date.plusDays(2)` and its like, as FEEL durations of one
_UNITS = {
    "Years": "P1Y", "Months": "P1M", "Weeks": "P7D", "Days": "P1D",
    "Hours": "PT1H", "Minutes": "PT1M", "Seconds": "PT1S",
}  # fmt: skip
_SAME = frozenset({"toDate", "toDateTime"})
_JSON = frozenset({"S", "JSON"})
_NOW = frozenset({"now", "dateTime"})
#: objects of the engine: what they know is no variable
_EXECUTION = frozenset({"execution", "task", "caseExecution", "processInstance"})
_GETTERS = frozenset({"getVariable", "getVariableLocal"})
_ASKS = frozenset({"hasVariable", "hasVariableLocal"})
_PROPERTY = re.compile(r"(?:get|is)([A-Z])(\w*)")
#: prefixes of Flowable's functions of a variable, and which of them compare
VARIABLE_PREFIXES = frozenset({"variables", "vars", "var"})
_COMPARES = {
    "eq": "=", "equals": "=", "ne": "!=", "notEquals": "!=", "lt": "<", "lowerThan": "<", "lessThan": "<",
    "lte": "<=", "lowerThanOrEqual": "<=", "lowerThanOrEquals": "<=", "lessThanOrEquals": "<=",
    "gt": ">", "greaterThan": ">", "gte": ">=", "greaterThanOrEqual": ">=", "greaterThanOrEquals": ">=",
}  # fmt: skip


def method_call(receiver: Node, method: str, arguments: tuple[Node, ...], position: int) -> Node | None:
    """Read `receiver.method(arguments)`; None when the method is not on the list."""
    key = (method, len(arguments))
    if isinstance(receiver, Name) and receiver.name in _EXECUTION:
        return _of_execution(receiver.name, method, arguments, position)
    if key in _FUNCTIONS:
        return Call(Name(_FUNCTIONS[key], position=position), (receiver, *arguments), position=position)
    if key in _PURE:
        return Method(_PURE[key], receiver, arguments, position=position)
    if key == ("isEmpty", 0):
        return Empty(receiver, position=position)
    if key == ("equals", 1):
        return Compare("=", receiver, arguments[0], position=position)
    if key == ("equalsIgnoreCase", 1):
        left, right = (
            Call(Name("lower case", position=position), (n,), position=position) for n in (receiver, arguments[0])
        )
        return Compare("=", left, right, position=position)
    if key == ("matches", 1):
        return _matches(receiver, arguments[0], position)
    if method in _SAME and not arguments:
        return receiver
    if len(arguments) == 1 and method[:4] == "plus" and method[4:] in _UNITS:
        return _shifted(receiver, "+", method[4:], arguments[0], position)
    if len(arguments) == 1 and method[:5] == "minus" and method[5:] in _UNITS:
        return _shifted(receiver, "-", method[5:], arguments[0], position)
    return _property(receiver, method, position) if not arguments else None


def function_call(name: str, arguments: tuple[Node, ...], position: int) -> Node | None:
    """Read `now()` and `dateTime()`, the present moment, and `S(text)`, JSON; None for every other function."""
    if name in _JSON and len(arguments) == 1:
        return Method("readJson", arguments[0], position=position)
    return Call(Name("now", position=position), (), position=position) if name in _NOW and not arguments else None


def variable_function(name: str, arguments: tuple[Node, ...], position: int) -> Node | None:
    """Read `variables:name(variable, ...)`, where the variable need not be there; None when not on the list."""
    if not arguments or not isinstance(arguments[0], Name):
        return None
    asked: Node = Maybe(arguments[0].name, position=arguments[0].position)
    rest = arguments[1:]
    if name in _COMPARES and len(rest) == 1:
        return CoercingCompare(_COMPARES[name], asked, rest[0], position=position)
    match name, len(rest):
        case "get", 0:
            return asked
        case "getOrDefault", 1:
            return Method("orElse", asked, rest, position=position)
        case "exists", 0:
            return Method("exists", asked, position=position)
        case "isEmpty" | "empty", 0:
            return Empty(asked, position=position)
        case "isNotEmpty" | "notEmpty", 0:
            return Call(Name("not", position=position), (Empty(asked, position=position),), position=position)
        case "contains", count if count:
            return Method("hasAll", asked, rest, position=position)
        case "containsAny", count if count:
            return Method("hasAny", asked, rest, position=position)
    return None


def _of_execution(receiver: str, method: str, arguments: tuple[Node, ...], position: int) -> Node | None:
    """Read a variable that `execution` is asked for by name: null when there is none."""
    if receiver != "execution" or len(arguments) != 1:
        return None
    name = arguments[0]
    if not isinstance(name, Constant) or not isinstance(name.value, str):
        return None
    asked = Maybe(name.value, position=position)
    if method in _GETTERS:
        return asked
    return Method("exists", asked, position=position) if method in _ASKS else None


def _property(receiver: Node, method: str, position: int) -> Node | None:
    """Read `order.getTotal()` and `order.isPaid()` as the property they give."""
    found = _PROPERTY.fullmatch(method)
    if found is None or method == "getClass" or not isinstance(receiver, Name | Path | Method):
        return None
    return Path(receiver, found[1].lower() + found[2], position=position)


def _matches(receiver: Node, pattern: Node, position: int) -> Node | None:
    """Read a match of the whole text."""
    if not isinstance(pattern, Constant) or not isinstance(pattern.value, str):
        return None
    whole = Constant(f"^(?:{pattern.value})$", position=position)
    return Call(Name("matches", position=position), (receiver, whole), position=position)


def _shifted(moment: Node, sign: str, unit: str, amount: Node, position: int) -> Node:
    """The moment some units later or earlier."""
    one = Call(Name("duration", position=position), (Constant(_UNITS[unit], position=position),), position=position)
    distance = Arithmetic(one, (Step("*", amount, position=position),), position=position)
    return Arithmetic(moment, (Step(sign, distance, position=position),), position=position)
