"""The tree an expression is read into (DMN 1.5, 10.3.1.2); FEEL and JUEL share it.

Every node knows its 1-based place in the text; places do not count when nodes are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """One construct of the language."""

    position: int = field(compare=False, kw_only=True, default=1)

    def children(self) -> Iterator[Node]:
        """Yield the nodes directly below."""
        for each in fields(self):
            yield from _nodes_in(getattr(self, each.name))


def _nodes_in(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A literal: number, string, boolean, null or `@"..."`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, parameter, component of the filtered item, or built-in function."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[condition]`, also the index of a list."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`function(a, b)` or `function(x: a, y: b)`; only one of the two tuples is filled."""

    function: Node
    arguments: tuple[Node, ...] = ()
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """A chain of operators of one precedence: `first op operand op operand ...`, left to right."""

    first: Node
    #: (operator, operand, place of the operator)
    rest: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Step(Node):
    """One operator of a chain with the operand at its right."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` or `or` over two or more operands."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`=`, `!=`, `<`, `<=`, `>`, `>=`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class CoercingCompare(Node):
    """JUEL's comparison, which makes its operands alike before it compares them."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in test` or `value in (test, test)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TypeNode(Node):
    """A type as written: a name, or `list<..>`, `range<..>`, `context<..>`, `function<..> -> ..`."""

    name: str
    parameters: tuple[TypeNode, ...] = ()
    #: Component names of `context<a: T>`.
    keys: tuple[str, ...] = ()
    result: TypeNode | None = None


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: TypeNode


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """`name in source`, or `name in source..end` where `end` is given."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for iterations return body`."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some` or `every` iterations satisfies condition."""

    quantifier: str
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FormalParameter(Node):
    """`name` or `name: type` of a function definition."""

    name: str
    type: TypeNode | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """`function(a, b) body`; an external body is a context that names foreign code."""

    parameters: tuple[FormalParameter, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """`key: value` of a context."""

    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """`{key: value, ...}`; later entries see earlier ones."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """`[a..b]` with either end open or closed."""

    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class UnaryTest(Node):
    """`> 5` as a value or a test: an interval with one end."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """A cell of a decision table: any of the tests, none of them when negated, all for `-`."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Empty(Node):
    """JUEL `empty operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Template(Node):
    """Text around `${...}`: the parts joined as strings."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TableOf(Node):
    """A map that a drawing writes as XML: keys and values, which do not see each other."""

    keys: tuple[str, ...]
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Maybe(Node):
    """JUEL: a variable that is asked for by its name, null when there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class AsNumber(Node):
    """JUEL: an operand of arithmetic; null is 0 and digits are a number."""

    operand: Node


@dataclass(frozen=True, slots=True)
class AsBoolean(Node):
    """JUEL: an operand of logic; null and the empty text are false, other texts are true when they say so."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Method(Node):
    """JUEL: a pure method of a Java value, by its name on the fixed list."""

    name: str
    receiver: Node
    arguments: tuple[Node, ...] = ()
