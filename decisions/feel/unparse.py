"""Printing nodes back as FEEL text; reading the text again gives the same nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import nodes as n
from .values import Decimal
from .values.text import key_text, literal, quote

_OPERAND = 10
_COMPARE, _INSTANCE = 3, 4
_CHAIN = {"+": 5, "-": 5, "*": 6, "/": 6, "**": 7}


def unparse(node: n.Node) -> str:
    """Write a tree as FEEL text."""
    return _write(node)[0]


def unparse_type(node: n.TypeNode) -> str:
    """Write a type."""
    inside = [unparse_type(each) for each in node.parameters]
    if node.result is not None:
        return f"function<{', '.join(inside)}> -> {unparse_type(node.result)}"
    if node.keys or (node.name == "context" and inside):
        return f"context<{', '.join(f'{key}: {each}' for key, each in zip(node.keys, inside, strict=True))}>"
    return f"{node.name}<{', '.join(inside)}>" if inside else node.name


def _write(node: n.Node) -> tuple[str, int]:
    """Give the text and how tightly its outermost operator binds; loose ones need parentheses."""
    return _WRITERS[type(node)](node)


def _at(node: n.Node, tightness: int) -> str:
    text, power = _write(node)
    return text if power >= tightness else f"({text})"


def _constant(node: n.Constant) -> tuple[str, int]:
    value = node.value
    if isinstance(value, Decimal):
        return (str(value), _OPERAND) if not value.is_signed() else (f"({value})", _OPERAND)
    if isinstance(value, str):
        return quote(value), _OPERAND
    return literal(value, nested=True), _OPERAND


def _arithmetic(node: n.Arithmetic) -> tuple[str, int]:
    power = _CHAIN[node.rest[0].operator]
    steps = (f" {step.operator} {_at(step.operand, power + 1)}" for step in node.rest)
    return _at(node.first, power + 1) + "".join(steps), power


def _logic(node: n.Logic) -> tuple[str, int]:
    power = 1 if node.operator == "or" else 2
    return f" {node.operator} ".join(_at(each, power + 1) for each in node.operands), power


def _compare(node: n.Compare | n.CoercingCompare) -> tuple[str, int]:
    return f"{_at(node.left, _COMPARE + 1)} {node.operator} {_at(node.right, _COMPARE + 1)}", _COMPARE


def _between(node: n.Between) -> tuple[str, int]:
    low, high = _at(node.low, _COMPARE + 1), _at(node.high, _COMPARE + 1)
    return f"{_at(node.value, _COMPARE + 1)} between {low} and {high}", _COMPARE


def _in(node: n.In) -> tuple[str, int]:
    value = _at(node.value, _COMPARE + 1)
    if len(node.tests) == 1:
        only = node.tests[0]
        test = _test(only) if isinstance(only, n.UnaryTest) else _at(only, _COMPARE + 1)
        return f"{value} in {test}", _COMPARE
    return f"{value} in ({', '.join(map(_test, node.tests))})", _COMPARE


def _test(node: n.Node) -> str:
    if isinstance(node, n.UnaryTest):
        return f"{node.operator} {_at(node.operand, _COMPARE + 1)}"
    return _at(node, 0)


def _unary_tests(node: n.UnaryTests) -> tuple[str, int]:
    tests = ", ".join(map(_test, node.tests)) or "-"
    return (f"not({tests})" if node.negated else tests), 0


def _iterations(node: n.For | n.Quantified) -> str:
    return ", ".join(
        f"{each.name} in {_at(each.source, 0)}{'..' + _at(each.end, 0) if each.end else ''}" for each in node.iterations
    )


def _call(node: n.Call) -> tuple[str, int]:
    if isinstance(node.function, n.Name) and node.function.name == "@":
        return f"@{_at(node.arguments[0], 0)}", _OPERAND
    inside = [_at(each, 0) for each in node.arguments] + [f"{name}: {_at(each, 0)}" for name, each in node.named]
    return f"{_at(node.function, _OPERAND)}({', '.join(inside)})", _OPERAND


def _function(node: n.FunctionDefinition) -> tuple[str, int]:
    inside = (f"{p.name}: {unparse_type(p.type)}" if p.type else p.name for p in node.parameters)
    return f"function({', '.join(inside)}) {'external ' if node.external else ''}{_at(node.body, 0)}", 0


def _context(node: n.ContextOf) -> tuple[str, int]:
    return "{" + ", ".join(f"{key_text(e.key)}: {_at(e.value, 0)}" for e in node.entries) + "}", _OPERAND


def _interval(node: n.Interval) -> tuple[str, int]:
    start, end = "[" if node.start_included else "(", "]" if node.end_included else ")"
    return f"{start}{_at(node.start, 0)}..{_at(node.end, 0)}{end}", _OPERAND


def _if(node: n.If) -> tuple[str, int]:
    return f"if {_at(node.condition, 0)} then {_at(node.yes, 0)} else {_at(node.no, 0)}", 0


def _template(node: n.Template) -> tuple[str, int]:
    parts = (_at(p, 6) if isinstance(p, n.Constant) else f"string({_at(p, 0)})" for p in node.parts)
    return " + ".join(parts), 5


def _empty(node: n.Empty) -> tuple[str, int]:
    operand = _at(node.operand, _COMPARE + 1)
    return f'{operand} in [null, "", [], {{}}]', _COMPARE


def _table(node: n.TableOf) -> tuple[str, int]:
    pairs = zip(node.keys, node.values, strict=True)
    return "{" + ", ".join(f"{key_text(key)}: {_at(value, 0)}" for key, value in pairs) + "}", _OPERAND


def _method(node: n.Method) -> tuple[str, int]:
    return f"{node.name}({', '.join(_at(each, 0) for each in (node.receiver, *node.arguments))})", _OPERAND


_WRITERS: dict[type[n.Node], Callable[[Any], tuple[str, int]]] = {
    n.Constant: _constant,
    n.Name: lambda node: (node.name, _OPERAND),
    n.Path: lambda node: (f"{_at(node.source, _OPERAND)}.{node.name}", _OPERAND),
    n.Filter: lambda node: (f"{_at(node.source, _OPERAND)}[{_at(node.condition, 0)}]", _OPERAND),
    n.Call: _call,
    n.Negate: lambda node: (f"-{_at(node.operand, 8)}", 8),
    n.Arithmetic: _arithmetic,
    n.Logic: _logic,
    n.Compare: _compare,
    n.CoercingCompare: _compare,
    n.Between: _between,
    n.In: _in,
    n.InstanceOf: lambda node: (
        f"{_at(node.value, _INSTANCE + 1)} instance of {unparse_type(node.type)}",
        _INSTANCE,
    ),
    n.If: _if,
    n.For: lambda node: (f"for {_iterations(node)} return {_at(node.body, 0)}", 0),
    n.Quantified: lambda node: (
        f"{node.quantifier} {_iterations(node)} satisfies {_at(node.condition, 0)}",
        0,
    ),
    n.FunctionDefinition: _function,
    n.ListOf: lambda node: (f"[{', '.join(map(_test, node.items))}]", _OPERAND),
    n.ContextOf: _context,
    n.Interval: _interval,
    n.UnaryTest: lambda node: (f"({node.operator} {_at(node.operand, _COMPARE + 1)})", _OPERAND),
    n.UnaryTests: _unary_tests,
    n.Template: _template,
    n.Empty: _empty,
    n.Maybe: lambda node: (node.name, _OPERAND),
    n.AsNumber: lambda node: _write(node.operand),
    n.AsBoolean: lambda node: _write(node.operand),
    n.Method: _method,
    n.TableOf: _table,
}
