"""Reading the name of a type: `number`, `list<string>`, `function<number> -> Any` (DMN 1.5, rule 60 ff.)."""

from __future__ import annotations

from .nodes import TypeNode
from .scanner import NameTable, Scanner

_BUILTIN = NameTable(["date and time", "years and months duration", "days and time duration"])
_GENERIC = frozenset({"list", "range", "context", "function"})


def parse_type(scanner: Scanner, declared: NameTable) -> TypeNode:
    """Read a type at the scanner's place."""
    scanner.skip()
    place = scanner.position + 1
    name = scanner.name([_BUILTIN, declared], reserved_start=True)
    while scanner.looking_at(".") and not scanner.looking_at(".."):
        scanner.require(".")
        name = f"{name}.{scanner.name([declared], reserved_start=True)}"
    if name not in _GENERIC or not scanner.take("<"):
        return TypeNode(name, position=place)
    if name == "context":
        return _context(scanner, declared, place)
    parameters: list[TypeNode] = []
    while not scanner.take(">"):
        if parameters:
            scanner.require(",")
        parameters.append(parse_type(scanner, declared))
    if name == "function":
        scanner.require("->")
        return TypeNode(name, tuple(parameters), result=parse_type(scanner, declared), position=place)
    if len(parameters) != 1:
        raise scanner.fail(f"expected one type in {name}<...>", place - 1)
    return TypeNode(name, tuple(parameters), position=place)


def _context(scanner: Scanner, declared: NameTable, place: int) -> TypeNode:
    keys: list[str] = []
    types: list[TypeNode] = []
    while not scanner.take(">"):
        if keys:
            scanner.require(",")
        key = scanner.key()
        if key is None:
            raise scanner.fail('expected a component name with ":"')
        scanner.require(":")
        keys.append(key)
        types.append(parse_type(scanner, declared))
    return TypeNode("context", tuple(types), tuple(keys), position=place)
