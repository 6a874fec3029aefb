"""Expressions made of expressions: the lists and maps that drawings write as XML."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .builtins import with_extras
from .expression import Expression, Syntax
from .juel import variable_names
from .nodes import ListOf, Maybe, Node, TableOf

_FUNCTIONS = with_extras()


def list_of(items: Sequence[Expression]) -> Expression:
    """Make the expression whose value is the list of the items' values."""
    text = f"[{', '.join(item.text for item in items)}]"
    return _made(text, ListOf(tuple(item.node for item in items)), items)


def map_of(entries: Mapping[str, Expression]) -> Expression:
    """Make the expression whose value is the context of the entries' values; entries do not see each other."""
    text = "{" + ", ".join(f"{key}: {value.text}" for key, value in entries.items()) + "}"
    return _made(text, TableOf(tuple(entries), tuple(value.node for value in entries.values())), entries.values())


def variable_of(name: str) -> Expression:
    """Make the expression whose value is that of the variable, whatever signs its name has; null without one."""
    return Expression(name, Maybe(name), syntax=Syntax.JUEL, names=frozenset(), functions={}, types={})


def _made(text: str, node: Node, parts: Collection[Expression]) -> Expression:
    syntaxes = {part.syntax for part in parts}
    syntax = Syntax.JUEL if Syntax.JUEL in syntaxes else Syntax.FEEL
    names = frozenset(variable_names(node)) if syntax is Syntax.JUEL else frozenset()
    return Expression(text, node, syntax=syntax, names=names, functions=_FUNCTIONS, types={})
