"""Item definitions as FEEL types. Source: DMN 1.5, 7.3.2 and 7.3.3 (item definitions, allowed values)."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from decisions.dmn import model
from decisions.dmn.linking import circles
from decisions.edge.problems import Problem
from decisions.feel.errors import FeelSyntaxError
from decisions.feel.scanner import NameTable, Scanner
from decisions.feel.type_parser import parse_type
from decisions.feel.types import (
    ANY,
    BUILTIN_TYPES,
    NUMBER,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NamedType,
    SimpleType,
    resolve_type,
)
from decisions.feel.values import Date, DateTime, Value, describe

#: whether a value passes unary tests
Test = Callable[[Any], bool]
#: makes such a test of a text, or None when the text is broken (which the maker reports)
TestMaker = Callable[[model.Text], Test | None]

#: names that tools write for FEEL's own types
VENDOR_TYPES: dict[str, FeelType] = {
    "integer": NUMBER,
    "int": NUMBER,
    "long": NUMBER,
    "double": NUMBER,
    "decimal": NUMBER,
    "float": NUMBER,
    "dateTime": BUILTIN_TYPES["date and time"],
    "object": ANY,
    "<Undefined>": ANY,
    "<Any>": ANY,
}

#: what Camunda 7 calls a date has a time
_CAMUNDA_DATE = SimpleType("date", (Date, DateTime))


@dataclass(slots=True)
class TypeTable:
    """The types of one model by the names its author may use, those of imported models among them."""

    definitions: model.Definitions
    named: dict[str, FeelType]
    #: texts of allowed values by the name of the type, of components as `type.component`
    allowed: dict[str, model.Text]
    #: names of the types that are collections: their allowed values are those of the items
    collections: set[str] = field(default_factory=set)

    def get(self, reference: str) -> FeelType | None:
        """The type, ANY for no reference, None for a name that is not known."""
        if not reference:
            return ANY
        reference = self.written(reference)
        found = self.named.get(reference) or BUILTIN_TYPES.get(reference) or VENDOR_TYPES.get(reference)
        return found or (self._generic(reference) if "<" in reference else None)

    def _generic(self, reference: str) -> FeelType | None:
        """A type written as in FEEL: `list<number>`; None when it is not one."""
        scanner = Scanner(reference)
        try:
            node = parse_type(scanner, NameTable(self.named))
        except FeelSyntaxError:
            return None
        found = resolve_type(node, ChainMap(self.named, VENDOR_TYPES)) if scanner.at_end() else None
        if found:
            self.named[reference] = found
        return found

    def allowed_values(self, reference: str) -> model.Text | None:
        """The unary tests that list the values of a type that is no collection, or None."""
        name = self.written(reference)
        return None if name in self.collections else self.allowed.get(name)

    def listed_values(self, reference: str, component: str = "") -> model.Text | None:
        """The unary tests that list the values of a type, of its items, or of a component of them."""
        name = self.written(reference)
        return self.allowed.get(f"{name}.{component}" if component else name)

    def written(self, reference: str) -> str:
        """The reference as this model would write it: a namespace (DMN 1.1) becomes an import's name."""
        if not reference.startswith("{"):
            return reference
        uri, _, local = reference[1:].partition("}")
        if uri == self.definitions.namespace:
            return local
        prefixes = (each.name for each in self.definitions.imports if each.namespace == uri)
        return next((f"{prefix}.{local}" for prefix in prefixes), local)


class TypeBuilder:
    """Builds the types of one model, in whatever order they are written."""

    def __init__(
        self,
        definitions: model.Definitions,
        imported: Mapping[str, TypeTable],
        make_test: TestMaker,
    ) -> None:
        self.problems: list[Problem] = []
        self.table = TypeTable(definitions, {}, {})
        self._definitions = definitions
        self._make_test = make_test
        if definitions.is_camunda:
            self.table.named["date"] = _CAMUNDA_DATE
        for prefix, other in imported.items():
            for name, each in other.named.items():
                self.table.named[f"{prefix}.{name}" if prefix else name] = each
            for name, text in other.allowed.items():
                self.table.allowed[f"{prefix}.{name}" if prefix else name] = text
            self.table.collections.update(f"{prefix}.{name}" if prefix else name for name in other.collections)

    def build(self) -> TypeTable:
        """All types; a broken one becomes ANY and a problem."""
        items = {item.name: item for item in self._definitions.items}
        if len(items) < len(self._definitions.items):
            self._refuse_doubles()
        for name in self._ordered(items):
            self.table.named[name] = self._type(items[name], name)
            self._note_allowed(items[name], name)
        return self.table

    def _note_allowed(self, item: model.ItemDefinition, name: str) -> None:
        """Remember the listed values of a type and of its components."""
        if item.is_collection:
            self.table.collections.add(name)
        for part, path in ((item, name), *((each, f"{name}.{each.name}") for each in item.components)):
            text = part.allowed_values or self.table.listed_values(part.type_ref)
            if text:
                self.table.allowed[path] = text

    def _refuse_doubles(self) -> None:
        seen: set[str] = set()
        for item in self._definitions.items:
            if item.name in seen:
                self._add("duplicate_type", f'The type "{item.name}" is defined twice.', item.place)
            seen.add(item.name)

    def _add(self, code: str, message: str, place: model.Place) -> None:
        self.problems.append(
            Problem(
                severity="error",
                code=code,
                element=place.element,
                line=place.line,
                message=message,
                file=self._definitions.source,
            )
        )

    def _ordered(self, items: Mapping[str, model.ItemDefinition]) -> list[str]:
        """Names so that a type comes after those it is made of; types in a circle are reported."""
        edges = {name: [each for each in _mentioned(item) if each in items] for name, item in items.items()}
        for circle in circles(edges):
            names = " -> ".join(f'"{name}"' for name in (*circle, circle[0]))
            self._add("circular_type", f"The type is defined by itself: {names}.", items[circle[0]].place)
            self.table.named[circle[0]] = ANY
            edges[circle[0]] = []
        order: dict[str, None] = {}
        for start in items:
            waiting = [(start, False)]
            while waiting:
                name, ready = waiting.pop()
                if ready:
                    order[name] = None
                elif name not in order:
                    waiting.append((name, True))
                    waiting.extend((each, False) for each in edges[name] if each not in order)
        return [name for name in order if name not in self.table.named]

    def _type(self, item: model.ItemDefinition, name: str) -> FeelType:
        """The type of a definition; depth is that of the XML, which is limited."""
        if item.components:
            parts = {part.name: self._type(part, f"{name}.{part.name}") for part in item.components}
            base: FeelType = ContextType(components=parts)
        elif item.function:
            parameters, result = item.function
            types = tuple(self._named(each.type_ref, each.place) for each in parameters)
            base = FunctionType(parameters=types, result=self._named(result, item.place))
        else:
            base = self._named(item.type_ref, item.place)
        if item.allowed_values:
            base = NamedType(name, base, self._make_test(item.allowed_values))
        if item.is_collection:
            base = ListType(item=base)
        constraint = self._make_test(item.constraint) if item.constraint else None
        return NamedType(name, base, constraint)

    def _named(self, reference: str, place: model.Place) -> FeelType:
        found = self.table.get(reference)
        if found is None:
            self._add("unknown_type", f'The type "{_shown(reference)}" is not defined.', place)
            return ANY
        return found


def _shown(reference: str) -> str:
    return reference.rpartition("}")[2]


def _mentioned(item: model.ItemDefinition) -> list[str]:
    """Names of the types an item definition is made of, its components' among them."""
    found, waiting = [], [item]
    while waiting:
        each = waiting.pop()
        waiting.extend(each.components)
        found.append(_shown(each.type_ref))
        if each.function:
            found.extend(_shown(parameter.type_ref) for parameter in each.function[0])
            found.append(_shown(each.function[1]))
    return [name for name in found if name]


def outputs_of(each: FeelType) -> FeelType:
    """The result type of a function type; other types as they are (DMN 1.1 typed functions so)."""
    inner = each
    while isinstance(inner, NamedType):
        inner = inner.base
    return inner.result if isinstance(inner, FunctionType) else each


def misfit(what: str, wanted: FeelType, value: Value) -> str:
    """Say that a value is not of a type and, of a context, which component is to blame."""
    why = _wrong_component(value, wanted)
    return f"{what} must be {wanted}, not {describe(value)}" + (f": {why}" if why else "")


def _wrong_component(value: Value, wanted: FeelType) -> str:
    inner = wanted
    while isinstance(inner, NamedType):
        inner = inner.base
    if not isinstance(inner, ContextType) or not isinstance(value, dict):
        return ""
    for name, each in inner.components.items():
        if name not in value:
            return f'component "{name}" is missing'
        if value[name] is not None and not each.contains(value[name]):
            return f'component "{name}" must be {each}, not {describe(value[name])}'
    return ""
