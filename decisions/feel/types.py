"""FEEL types: what belongs to one, which conforms to another, and coercion (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .nodes import TypeNode
from .values import (
    Date,
    DateTime,
    DayTimeDuration,
    Decimal,
    Function,
    Range,
    Time,
    Value,
    YearMonthDuration,
)
from .values.temporal import UTC_MIDNIGHT


@dataclass(frozen=True, slots=True)
class FeelType:
    """A type of the language."""

    #: As it is written; also what messages say.
    name: str

    def contains(self, value: Value) -> bool:
        """Tell whether a value that is not null belongs to the type."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class AnyType(FeelType):
    """The type of every value."""

    name: str = "Any"

    def contains(self, value: Value) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class SimpleType(FeelType):
    """number, string, boolean, a temporal type, or a generic one without parameters."""

    classes: tuple[type, ...] = ()

    def contains(self, value: Value) -> bool:
        return type(value) in self.classes


@dataclass(frozen=True, slots=True)
class ListType(FeelType):
    """`list<item>`."""

    name: str = field(init=False, default="list")
    item: FeelType

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"list<{self.item.name}>")

    def contains(self, value: Value) -> bool:
        return type(value) is list and all(each is None or self.item.contains(each) for each in value)


@dataclass(frozen=True, slots=True)
class RangeType(FeelType):
    """`range<endpoint>`."""

    name: str = field(init=False, default="range")
    endpoint: FeelType

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"range<{self.endpoint.name}>")

    def contains(self, value: Value) -> bool:
        if type(value) is not Range:
            return False
        ends = [end for end in (value.start, value.end) if end is not None]
        return all(self.endpoint.contains(end) for end in ends)


@dataclass(frozen=True, slots=True)
class ContextType(FeelType):
    """`context<a: T>`: components may be null or, when the type allows it, missing."""

    name: str = field(init=False, default="context")
    components: Mapping[str, FeelType]

    def __post_init__(self) -> None:
        inside = ", ".join(f"{key}: {each.name}" for key, each in self.components.items())
        object.__setattr__(self, "name", f"context<{inside}>")

    def contains(self, value: Value) -> bool:
        if type(value) is not dict:
            return False
        return all(
            key in value and (value[key] is None or each.contains(value[key])) for key, each in self.components.items()
        )


@dataclass(frozen=True, slots=True)
class FunctionType(FeelType):
    """`function<T, U> -> R`."""

    name: str = field(init=False, default="function")
    parameters: tuple[FeelType, ...]
    result: FeelType

    def __post_init__(self) -> None:
        inside = ", ".join(each.name for each in self.parameters)
        object.__setattr__(self, "name", f"function<{inside}> -> {self.result.name}")

    def contains(self, value: Value) -> bool:
        if type(value) is not Function or len(value.parameters) != len(self.parameters):
            return False
        # Parameters are contravariant, results covariant; an undeclared type is Any.
        takes = all(conforms(mine, p.type or ANY) for mine, p in zip(self.parameters, value.parameters, strict=True))
        return takes and conforms(value.result or ANY, self.result)


@dataclass(frozen=True, slots=True)
class NamedType(FeelType):
    """A type with a name of its own and, perhaps, allowed values (an item definition)."""

    base: FeelType
    #: Whether a value of the base type is allowed; None when all are.
    allows: Callable[[Value], bool] | None = None

    def contains(self, value: Value) -> bool:
        return self.base.contains(value) and (self.allows is None or self.allows(value))


ANY = AnyType()
NULL = SimpleType("Null", (type(None),))
NUMBER = SimpleType("number", (Decimal,))
STRING = SimpleType("string", (str,))
BOOLEAN = SimpleType("boolean", (bool,))
DATE = SimpleType("date", (Date,))
TIME = SimpleType("time", (Time,))
DATE_TIME = SimpleType("date and time", (DateTime,))
YEARS_MONTHS = SimpleType("years and months duration", (YearMonthDuration,))
DAYS_TIME = SimpleType("days and time duration", (DayTimeDuration,))
DURATION = SimpleType("duration", (YearMonthDuration, DayTimeDuration))
LIST = SimpleType("list", (list,))
CONTEXT = SimpleType("context", (dict,))
FUNCTION = SimpleType("function", (Function,))
RANGE = SimpleType("range", (Range,))

#: Built-in type names, with the spellings that older DMN versions and tools use.
BUILTIN_TYPES: dict[str, FeelType] = {
    **{each.name: each for each in (ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME)},
    **{each.name: each for each in (YEARS_MONTHS, DAYS_TIME, DURATION, LIST, CONTEXT, FUNCTION, RANGE)},
    "any": ANY,
    "null": NULL,
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS_TIME,
    "yearMonthDuration": YEARS_MONTHS,
    "days and time duration": DAYS_TIME,
    "years and months duration": YEARS_MONTHS,
}


def resolve_type(node: TypeNode, declared: Mapping[str, FeelType]) -> FeelType | None:
    """Give the type a node names; None when some name in it is unknown."""
    inner = [resolve_type(each, declared) for each in node.parameters]
    known = [each for each in inner if each is not None]
    if len(known) != len(inner):
        return None
    if node.result is not None:
        result = resolve_type(node.result, declared)
        return FunctionType(parameters=tuple(known), result=result) if result else None
    if node.keys or (node.name == "context" and known):
        return ContextType(components=dict(zip(node.keys, known, strict=True)))
    if known:
        return ListType(item=known[0]) if node.name == "list" else RangeType(endpoint=known[0])
    return declared.get(node.name) or BUILTIN_TYPES.get(node.name)


def conforms(one: FeelType, other: FeelType) -> bool:
    """Tell whether every value of `one` is a value of `other` (DMN 1.5, 10.3.2.9.2)."""
    one, other = _base(one), _base(other)
    if other is ANY or one == other or one is NULL:
        return True
    if isinstance(one, ListType) and isinstance(other, ListType):
        return conforms(one.item, other.item)
    if isinstance(one, RangeType) and isinstance(other, RangeType):
        return conforms(one.endpoint, other.endpoint)
    if isinstance(one, ContextType) and isinstance(other, ContextType):
        return all(
            key in one.components and conforms(one.components[key], each) for key, each in other.components.items()
        )
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return (
            len(one.parameters) == len(other.parameters)
            and all(conforms(b, a) for a, b in zip(one.parameters, other.parameters, strict=True))
            and conforms(one.result, other.result)
        )
    generic = {ListType: LIST, RangeType: RANGE, ContextType: CONTEXT, FunctionType: FUNCTION}
    return generic.get(type(one)) is other


def _base(each: FeelType) -> FeelType:
    while isinstance(each, NamedType):
        each = each.base
    return each


def without_constraints(each: FeelType) -> FeelType:
    """Give the type without allowed values at any depth, which `instance of` does not look at."""
    each = _base(each)
    if isinstance(each, ListType):
        return ListType(item=without_constraints(each.item))
    if isinstance(each, RangeType):
        return RangeType(endpoint=without_constraints(each.endpoint))
    if isinstance(each, ContextType):
        parts = {key: without_constraints(part) for key, part in each.components.items()}
        return ContextType(components=parts)
    return each


def coerce(value: Value, wanted: FeelType) -> tuple[bool, Value]:
    """Convert a value to a type implicitly (DMN 1.5, 10.3.2.9.4).

    Returns:
        (True, the value, perhaps taken out of or put into a list, or a date made a date and time);
        (False, None) when the value does not fit. Null fits every type.
    """
    if value is None or wanted is ANY or wanted.contains(value):
        return True, value
    base = _base(wanted)
    if type(value) is list and len(value) == 1 and not _is_list(base):
        return (False, None) if type(value[0]) is list else coerce(value[0], wanted)
    if type(value) is not list and _is_list(base):
        return (True, [value]) if wanted.contains([value]) else (False, None)
    if type(value) is Date and base is DATE_TIME:
        return (
            coerce(DateTime(value, UTC_MIDNIGHT), wanted)
            if wanted is not base
            else (True, DateTime(value, UTC_MIDNIGHT))
        )
    return False, None


def _is_list(each: FeelType) -> bool:
    return isinstance(each, ListType) or each is LIST
