"""A DMN file as data: what its author drew, with nothing resolved, checked or compiled yet.

Source: DMN 1.5, chapters 6 (requirements), 7 (expressions), 8 (decision tables), 10.2.2 (boxed expressions).
"""

from __future__ import annotations

from collections.abc import Iterator as Names
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Literal


class HitPolicy(Enum):
    """How the rules of a table that match become its result. Source: DMN 1.5, 8.2.8."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(Enum):
    """What COLLECT makes of the outputs. Source: DMN 1.5, 8.2.8."""

    LIST = ""
    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


FunctionKind = Literal["FEEL", "Java", "PMML"]
IteratorKind = Literal["for", "some", "every"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in its file."""

    #: the id, or the name where the file gives no id
    element: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A name with the type that its author gave it (an information item)."""

    name: str
    #: as written; empty when untyped
    type_ref: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A piece of FEEL as written: a literal expression or unary tests."""

    text: str
    #: empty for the language of the model
    language: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boxed:
    #: type the result must conform to; empty when untyped
    type_ref: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralExpression(_Boxed):
    """One FEEL expression."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry:
    """One line of a boxed context; the entry without a variable is the result."""

    variable: Variable | None
    value: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedContext(_Boxed):
    """Entries that see the ones above them."""

    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A parameter of an invocation and what it gets."""

    parameter: Variable
    value: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation(_Boxed):
    """A call by parameter names."""

    called: Boxed
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDefinition(_Boxed):
    """A function with its parameters; `kind` says who evaluates the body."""

    kind: FunctionKind
    parameters: tuple[Variable, ...]
    body: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedList(_Boxed):
    """A list of expressions."""

    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(_Boxed):
    """A list of contexts with the same keys, drawn as a grid."""

    columns: tuple[Variable, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(_Boxed):
    """If, then, else."""

    condition: Boxed
    then: Boxed
    otherwise: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(_Boxed):
    """The items of a list that match."""

    source: Boxed
    match: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterator(_Boxed):
    """`for`, `some` or `every` over a list, with one variable."""

    kind: IteratorKind
    variable: str
    source: Boxed
    body: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class InputClause:
    """A column of conditions."""

    expression: Text
    type_ref: str = ""
    #: unary tests that the input has to pass; None when all values are allowed
    values: Text | None = None
    label: str = ""
    #: Camunda's name for the input inside the cells of its column
    cell_name: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputClause:
    """A column of conclusions."""

    name: str = ""
    type_ref: str = ""
    #: allowed values, the highest priority first; None when all are allowed
    values: Text | None = None
    default: Text | None = None
    label: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row: one cell for each input and each output, and what its author noted."""

    #: counted from 1, as the modelers show it
    number: int
    inputs: tuple[Text, ...]
    outputs: tuple[Text, ...]
    annotations: tuple[str, ...] = ()
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable(_Boxed):
    """A decision table."""

    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    hit_policy: HitPolicy = HitPolicy.UNIQUE
    aggregation: Aggregation = Aggregation.LIST
    annotation_names: tuple[str, ...] = ()


Boxed = (
    LiteralExpression
    | BoxedContext
    | Invocation
    | FunctionDefinition
    | BoxedList
    | Relation
    | Conditional
    | Filter
    | Iterator
    | DecisionTable
)


def inner_names(boxed: Boxed) -> Names[str]:
    """Names that the values of an expression may have inside: entries, columns and outputs, at any depth."""
    waiting: list[object] = [boxed]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BoxedContext):
            yield from (entry.variable.name for entry in each.entries if entry.variable)
        elif isinstance(each, Relation):
            yield from (column.name for column in each.columns)
        elif isinstance(each, DecisionTable):
            yield from (clause.name for clause in each.outputs if clause.name)
            continue
        if isinstance(each, tuple):
            waiting.extend(each)
        elif is_dataclass(each):
            waiting.extend(getattr(each, part.name) for part in fields(each))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDefinition:
    """A type: a constrained base type, a structure, a function, or a list of one of them."""

    name: str
    type_ref: str = ""
    components: tuple[ItemDefinition, ...] = ()
    is_collection: bool = False
    #: unary tests for the value, or for each item of a collection
    allowed_values: Text | None = None
    #: unary tests for the value as a whole (DMN 1.5)
    constraint: Text | None = None
    #: (parameters, result type) when it is a function type
    function: tuple[tuple[Variable, ...], str] | None = None
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Another file whose elements this one uses."""

    #: prefix of the imported names; empty when they join the importing model's own
    name: str
    namespace: str
    kind: str
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What all named parts of a requirements graph share."""

    id: str
    name: str
    variable: Variable
    #: False when the file has no variable element (Camunda's files): the id is then a name too
    has_variable: bool = True
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData(Element):
    """A value that comes from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Element):
    """A value that is decided; without logic it can only be given from outside."""

    logic: Boxed | None
    #: hrefs of required inputs and decisions, in order
    information: tuple[str, ...] = ()
    #: hrefs of required functions and services, in order
    knowledge: tuple[str, ...] = ()
    question: str = ""
    allowed_answers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessKnowledgeModel(Element):
    """A function that decisions share."""

    logic: FunctionDefinition | None
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionService(Element):
    """Some decisions of the graph with a border around them."""

    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """One DMN file."""

    #: file name as given by the caller
    source: str
    id: str
    name: str
    namespace: str
    #: sha256 of the bytes, in hex
    digest: str
    #: "1.1" to "1.5", or "" for a version that we do not know
    version: str
    exporter: str = ""
    #: True when Camunda's names and types are to be expected
    is_camunda: bool = False
    expression_language: str = ""
    imports: tuple[Import, ...] = ()
    items: tuple[ItemDefinition, ...] = ()
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    functions: tuple[BusinessKnowledgeModel, ...] = ()
    services: tuple[DecisionService, ...] = ()
    #: prefix -> namespace of the root element, for type references of DMN 1.1
    prefixes: dict[str, str] = field(default_factory=dict)
