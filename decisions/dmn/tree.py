"""The nodes that DMN adds to the tree of FEEL; all else of DMN is FEEL (DMN 1.5, 10.2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from decisions.dmn import model
from decisions.feel.nodes import Node, UnaryTests
from decisions.feel.types import FeelType


@dataclass(frozen=True, slots=True)
class Typed(Node):
    """A value that must conform to a type; what cannot be coerced becomes null with a message."""

    value: Node
    type: FeelType
    #: what has the type, for the message
    what: str


@dataclass(frozen=True, slots=True)
class Broken(Node):
    """An expression that could not be read: null with a message, whenever it is evaluated."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """A boxed conditional; unlike FEEL's `if` it refuses a condition that is no boolean."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Row(Node):
    """A row of a relation: a context whose cells do not see each other."""

    keys: tuple[str, ...]
    cells: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A decision table, its texts read."""

    table: model.DecisionTable
    inputs: tuple[Node, ...]
    #: type of each input as far as it is declared
    input_types: tuple[FeelType, ...]
    #: allowed inputs by column, None where all are allowed
    input_values: tuple[UnaryTests | None, ...]
    #: the same, with the allowed values of the input's type where the column lists none
    domains: tuple[UnaryTests | None, ...]
    #: row by row
    cells: tuple[tuple[Node, ...], ...]
    #: row by row
    conclusions: tuple[tuple[Node, ...], ...]
    #: allowed outputs by column, in the order of priority
    output_values: tuple[UnaryTests | None, ...]
    output_types: tuple[FeelType, ...]
    defaults: tuple[Node | None, ...]
