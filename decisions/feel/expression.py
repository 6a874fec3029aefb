"""The one door to FEEL and JUEL: parse a text once, evaluate it often.

    >>> expression = parse("amount > 100 and tier = \\"gold\\"")
    >>> expression.evaluate({"amount": 120, "tier": "gold"}).value
    True

Parsing is cached; evaluation never parses. Evaluation never raises: what cannot be computed is null and
has a message.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from .budget import DEFAULT_BUDGET, Budget, Run
from .builtins import BUILTINS, with_extras
from .errors import BudgetExceeded, FeelSyntaxError
from .evaluator import MISSING, Closure, Frame, compile_node
from .juel import parse_juel, variable_names
from .messages import Message
from .nodes import Constant, Node
from .parser import Parser
from .types import FeelType
from .unparse import unparse
from .values import Function, Value, to_feel
from .values.conversion import written_size

_WITH_EXTRAS = with_extras()
_CACHED = 4096
#: Types of values that enter an evaluation as they are.
_READY = frozenset({str, bool, type(None), type(MISSING)})


class Syntax(Enum):
    """The language a text is written in."""

    FEEL = "feel"
    JUEL = "juel"


class Result(NamedTuple):
    """What an evaluation gave.

    A named tuple, not a dataclass: one is made per evaluation and speed counts here.
    """

    #: A FEEL value; `to_json` makes JSON of it.
    value: Value
    messages: tuple[Message, ...]

    @property
    def failed(self) -> bool:
        """True when some message is an error."""
        return any(message.severity == "error" for message in self.messages)


class Expression:
    """A compiled text. Immutable and safe to share between threads."""

    __slots__ = (
        "text",
        "syntax",
        "names",
        "possible_names",
        "unknown_functions",
        "node",
        "compiled",
        "_template",
        "_loads",
        "_strict",
    )

    def __init__(
        self,
        text: str,
        node: Node,
        *,
        syntax: Syntax,
        names: frozenset[str],
        functions: Mapping[str, Function],
        types: Mapping[str, FeelType],
    ) -> None:
        self.text = text
        self.syntax = syntax
        self.node = node
        closure, scope = compile_node(node, names=names, functions=functions, types=types)
        #: Takes a frame made by `frame()`; for tables that evaluate many cells over one context.
        self.compiled: Closure = closure
        #: Names that are surely variables of the context.
        self.names = frozenset(scope.sure)
        #: Also names that may be components of a filtered item or a built-in; read when present.
        self.possible_names = frozenset(scope.free)
        #: Names that are called, but belong to no function; the context would have to hold one.
        self.unknown_functions = frozenset(scope.called)
        self._template: Frame = [None] * scope.size
        self._loads = tuple(scope.free.items())
        self._strict = syntax is Syntax.JUEL

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @property
    def is_constant(self) -> bool:
        """True when the text is a literal, so that its value never depends on anything."""
        return isinstance(self.node, Constant)

    @property
    def feel(self) -> str:
        """The expression printed as FEEL, however it was typed."""
        return unparse(self.node)

    def frame(self, context: Mapping[str, Any], run: Run) -> Frame:
        """Give the frame `compiled` works on: the run and every variable the expression reads."""
        frame = self._template.copy()
        frame[0] = run
        for name, slot in self._loads:
            value = context.get(name, MISSING)
            frame[slot] = value if type(value) in _READY else to_feel(value)
        return frame

    def evaluate(
        self,
        context: Mapping[str, Any],
        *,
        now: datetime | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> Result:
        """Compute the value over a context.

        Args:
            context: variables by name, JSON or FEEL values; only those that are read are converted.
            now: what `now()` and `today()` answer; without it they are null with a message.
            budget: limits; exceeding one gives null and the error `budget_exceeded`.
        Returns:
            The value with its messages. An expression never raises.
        Raises:
            TypeError: the context holds an object that is neither JSON nor a FEEL value.
        """
        run = Run(now, budget, self._strict)
        try:
            value = self.compiled(self.frame(context, run))
            if type(value) is list or type(value) is dict:
                run.check_list(written_size(value))
        except BudgetExceeded as exceeded:
            run.messages.insert(0, Message("error", exceeded.code, str(exceeded)))
            value = None
        except RecursionError:
            text = "the expression or a value is nested too deeply"
            run.messages.insert(0, Message("error", BudgetExceeded.code, text))
            value = None
        return Result(value, tuple(run.messages) if run.messages else ())


def parse(
    text: str,
    *,
    names: Collection[str] = (),
    functions: Mapping[str, Function] | None = None,
    extras: bool = False,
    types: Mapping[str, FeelType] | None = None,
) -> Expression:
    """Read a FEEL expression.

    Args:
        text: the expression, without a leading `=`.
        names: variable names; needed only for names with signs or reserved words in them, and for
            variables called like a built-in function.
        functions: more functions by name; they hide built-ins.
        extras: also know the functions that Camunda adds to the standard.
        types: declared types for `instance of` and parameters.
    Raises:
        FeelSyntaxError: the text is no expression.
    """
    return _parse("expression", text, names, functions, extras, types)


def parse_unary_tests(
    text: str,
    *,
    names: Collection[str] = (),
    functions: Mapping[str, Function] | None = None,
    extras: bool = False,
    types: Mapping[str, FeelType] | None = None,
) -> Expression:
    """Read the cell of a decision table; evaluated over a context with the input as `?`.

    Its value is True, False, or None when it cannot be told.

    Raises:
        FeelSyntaxError: the text is no test.
    """
    return _parse("unary tests", text, names, functions, extras, types)


def parse_template(text: str, *, names: Collection[str] = (), extras: bool = True) -> Expression:
    """Read a text of a BPMN drawing.

    `=...` is FEEL, a text with `${...}` or `#{...}` is JUEL, anything else stands for itself.

    Raises:
        FeelSyntaxError: the text looks like an expression and is none.
    """
    stripped = text.strip()
    if stripped.startswith("="):
        return parse(stripped[1:], names=names, extras=extras)
    if "${" in text or "#{" in text:
        return _parse_juel(text, extras)
    node = Constant(text)
    return Expression(text, node, syntax=Syntax.FEEL, names=frozenset(), functions={}, types={})


def _parse(
    kind: str,
    text: str,
    names: Collection[str],
    functions: Mapping[str, Function] | None,
    extras: bool,
    types: Mapping[str, FeelType] | None,
) -> Expression:
    if functions or types:
        return _read(kind, text, frozenset(names), extras, functions or {}, types or {})
    return _parse_cached(kind, text, frozenset(names), extras)


@lru_cache(maxsize=_CACHED)
def _parse_cached(kind: str, text: str, names: frozenset[str], extras: bool) -> Expression:
    return _read(kind, text, names, extras, {}, {})


def _read(
    kind: str,
    text: str,
    names: frozenset[str],
    extras: bool,
    functions: Mapping[str, Function],
    types: Mapping[str, FeelType],
) -> Expression:
    known = _WITH_EXTRAS if extras else BUILTINS
    if functions:
        known = {**known, **functions}
    try:
        parser = Parser(text, [*names, *functions], types)
        node = parser.whole_expression() if kind == "expression" else parser.whole_unary_tests()
        return Expression(text, node, syntax=Syntax.FEEL, names=names, functions=known, types=types)
    except RecursionError:
        raise FeelSyntaxError(text, 1, "expected less nesting") from None


@lru_cache(maxsize=_CACHED)
def _parse_juel(text: str, extras: bool) -> Expression:
    known = _WITH_EXTRAS if extras else BUILTINS
    try:
        node = parse_juel(text)
        names = frozenset(variable_names(node))
        return Expression(text, node, syntax=Syntax.JUEL, names=names, functions=known, types={})
    except RecursionError:
        raise FeelSyntaxError(text, 1, "expected less nesting") from None
