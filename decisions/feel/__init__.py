"""FEEL, the expression language of DMN 1.5, and the JUEL subset of Camunda 7 drawings.

`parse`, `parse_unary_tests` and `parse_template` make an `Expression`; its `evaluate` gives a `Result`.
"""

from __future__ import annotations

from .budget import Budget, Run
from .composition import list_of, map_of, variable_of
from .errors import FeelError, FeelSyntaxError
from .expression import Expression, Result, Syntax, parse, parse_template, parse_unary_tests
from .messages import Message
from .values import Value, to_feel, to_json

__all__ = [
    "Budget",
    "Expression",
    "FeelError",
    "FeelSyntaxError",
    "Message",
    "Result",
    "Run",
    "Syntax",
    "Value",
    "list_of",
    "map_of",
    "parse",
    "parse_template",
    "parse_unary_tests",
    "to_feel",
    "to_json",
    "variable_of",
]
