"""The playground of expressions: tries one text over one context, and keeps nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from decisions import feel
from decisions.edge.canonical import JSON
from decisions.feel.values.text import kind_of, literal

#: What one trial may use: far less than a process, since anybody signed in may try.
BUDGET = feel.Budget(steps=200_000, list_size=50_000, string_size=200_000, depth=100, seconds=1.0)
#: Characters of an expression, and of a context typed into the page.
LONGEST_EXPRESSION, LONGEST_CONTEXT = 20_000, 200_000
#: Characters of a result that the page writes out.
_SHOWN = 20_000


class Language(StrEnum):
    """How the text is read."""

    FEEL = "feel"
    UNARY = "unary"
    JUEL = "juel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a trial."""

    value: JSON
    #: the FEEL type of the value; empty when the text is no expression
    type: str
    #: the value as FEEL writes it: no digit of a number is lost, unlike in JSON
    text: str
    messages: tuple[feel.Message, ...]
    #: variables that the expression surely reads
    names: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """True when some message is an error."""
        return any(message.severity == "error" for message in self.messages)


class BadContext(ValueError):  # noqa: N818 - names what is bad
    """The context is not a JSON object; the text says why, and where."""

    code = "bad_context"
    retryable = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of an expression; `marks` are the numbers of the messages that point at its beginning."""

    text: str
    marks: tuple[int, ...] = ()


def attempt(expression: str, context: Mapping[str, Any], *, language: Language, now: datetime) -> Tried:
    """Return what an expression gives over a context, with every message. Never raises for what was typed.

    In a unary test `?` is the variable `?` of the context. A leading `=`, as drawings write it, is read over.
    """
    try:
        parsed = _parse(expression, context, language)
    except feel.FeelSyntaxError as wrong:
        message = feel.Message("error", wrong.code, str(wrong), wrong.position)
        return Tried(value=None, type="", text="", messages=(message,), names=())
    result = parsed.evaluate(context, now=now, budget=BUDGET)
    return Tried(
        value=feel.to_json(result.value),
        type=kind_of(result.value),
        text=literal(result.value, limit=_SHOWN)[:_SHOWN],
        messages=result.messages,
        names=tuple(sorted(parsed.names)),
    )


def _parse(expression: str, context: Mapping[str, Any], language: Language) -> feel.Expression:
    if len(expression) > LONGEST_EXPRESSION:
        longest = f"expected at most {LONGEST_EXPRESSION} characters"
        raise feel.FeelSyntaxError(expression, LONGEST_EXPRESSION + 1, longest)
    if language is Language.JUEL:
        if "${" not in expression and "#{" not in expression:
            raise feel.FeelSyntaxError(expression, 1, "expected ${...} or #{...} somewhere in the text")
        return feel.parse_template(expression)
    if language is Language.UNARY:
        return feel.parse_unary_tests(expression, names=tuple(context), extras=True)
    if expression.lstrip().startswith("="):
        expression = expression.replace("=", " ", 1)  # a space in its place: positions stay those of the text
    return feel.parse(expression, names=tuple(context), extras=True)


def read_context(text: str) -> dict[str, Any]:
    """Return the JSON object of a text; an empty text is an empty one.

    Raises:
        BadContext: it is something else.
    """
    if not text.strip():
        return {}
    if len(text) > LONGEST_CONTEXT:
        raise BadContext(f"The context has {len(text)} characters; {LONGEST_CONTEXT} are allowed.")
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as wrong:
        message = f"The context is not JSON: {wrong.msg}, at line {wrong.lineno}, column {wrong.colno}."
        raise BadContext(message) from None
    except (ValueError, RecursionError) as wrong:
        raise BadContext(f"The context is not JSON: {wrong}.") from None
    if not isinstance(value, dict):
        raise BadContext('The context is not a JSON object, like {"amount": 1200}.')
    return value


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


def pieces(expression: str, messages: Sequence[feel.Message]) -> Iterator[Piece]:
    """Yield an expression in pieces, cut where messages point; message 1 is the first of them."""
    marks: dict[int, list[int]] = {}
    for number, message in enumerate(messages, 1):
        if message.position is not None:
            marks.setdefault(min(message.position - 1, len(expression)), []).append(number)
    done = 0
    for start in sorted(marks):
        if start > done:
            yield Piece(text=expression[done:start])
        done = min(start + 1, len(expression))
        yield Piece(text=expression[start:done], marks=tuple(marks[start]))
    if done < len(expression):
        yield Piece(text=expression[done:])


def place(expression: str, position: int | None) -> str:
    """Return a 1-based position as words: "line 2, column 5"; empty without one."""
    if position is None:
        return ""
    before = expression[: position - 1]
    return f"line {before.count(chr(10)) + 1}, column {position - before.rfind(chr(10)) - 1}"
