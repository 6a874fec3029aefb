"""Evaluates the expressions of a drawing at a token, and says in which cases that stops the token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bpmn.engine import timers
from bpmn.engine.errors import Incident
from bpmn.engine.scopes import Visible
from bpmn.language.process import JSON
from bpmn.language.vocabulary import LIMIT_PERSON, LIMIT_TEXT, MOST_COUNT
from decisions.edge.storable import NULL
from decisions.feel import Expression, Result, Syntax, to_json

if TYPE_CHECKING:
    from bpmn.engine.machine import Machine, Token


def run(machine: Machine, task: Token, expression: Expression, extra: Mapping[str, JSON] | None = None) -> Result:
    """Evaluate; what the expression has to tell goes into the history entry of the step."""
    result = expression.evaluate(Visible(task, extra), now=machine.now)
    if result.messages:
        machine.tell(message.text for message in result.messages)
    return result


def value(machine: Machine, task: Token, expression: Expression, extra: Mapping[str, JSON] | None = None) -> JSON:
    """Return the value as JSON; an unknown name is null in FEEL and an incident in JUEL.

    Raises:
        Incident: `expression_failed`, `null_character`.
    """
    if expression.is_constant:
        return _without_null(constant(expression), expression.text)
    result = run(machine, task, expression, extra)
    if has_failed(expression, result):
        raise Incident("expression_failed", f"{because(result)} (in {expression.text})")
    return _without_null(to_json(result.value), expression.text)


def _without_null(found: JSON, what: str) -> JSON:
    """Return a value that is no text with a null character, which no database keeps."""
    if isinstance(found, str) and NULL in found:
        raise Incident("null_character", f"The text holds the null character, which cannot be kept (in {what}).")
    return found


@lru_cache(maxsize=4096)
def constant(expression: Expression) -> JSON:
    """Return the value of a literal; computed once, for names and codes are read at every step."""
    return to_json(expression.evaluate({}).value)


def holds(machine: Machine, task: Token, expression: Expression, extra: Mapping[str, JSON] | None = None) -> bool:
    """Return whether a condition is true.

    Raises:
        Incident: `condition_failed`, when it is neither true nor false, or JUEL that names nothing known.
    """
    result = run(machine, task, expression, extra)
    if isinstance(result.value, bool) and not has_failed(expression, result):
        return result.value
    why = because(result) or f"it is {describe(to_json(result.value))}"
    raise Incident("condition_failed", f'The condition "{expression.text}" is neither true nor false: {why}.')


def text(machine: Machine, task: Token, expression: Expression | None) -> str | None:
    """Return the value as text, None for null."""
    if expression is None:
        return None
    return as_text(value(machine, task, expression))


def short(
    machine: Machine, task: Token, expression: Expression | None, what: str, most: int = LIMIT_TEXT
) -> str | None:
    """Return the value as text that can be looked up by, None for null.

    Raises:
        Incident: `text_too_long`.
    """
    found = text(machine, task, expression)
    return _fitting(found, what, most) if found else found


def key(machine: Machine, task: Token, expression: Expression | None) -> str | None:
    """Return the value as the text that messages are told apart by, None for null.

    Raises:
        Incident: `not_a_key`, `text_too_long`.
    """
    if expression is None:
        return None
    found = value(machine, task, expression)
    if isinstance(found, (bool, list, dict)):
        said = f"The correlation key must be a text or a number, but it is {describe(found)} (in {expression.text})."
        raise Incident("not_a_key", said)
    written = as_text(found)
    return _fitting(written, "correlation key", LIMIT_TEXT) if written else written


def _fitting(found: str, what: str, most: int) -> str:
    if len(found) > most:
        said = f'The {what} that begins with "{found[:40]}" has {len(found)} characters'
        raise Incident("text_too_long", f"{said}; at most {most} are allowed.")
    return found


def texts(machine: Machine, task: Token, *expressions: Expression | None) -> tuple[str, ...]:
    """Return lists of names, each once: of a list, or of a text that separates them by commas."""
    names: dict[str, None] = {}
    for expression in expressions:
        found = None if expression is None else value(machine, task, expression)
        for item in found if isinstance(found, list) else (as_text(found) or "").split(","):
            names[(as_text(item) or "").strip()] = None
    return tuple(_fitting(name, "name of a candidate", LIMIT_PERSON) for name in names if name)


def number(machine: Machine, task: Token, expression: Expression | None, what: str) -> int | None:
    """Return the value as a whole number, None for null.

    Raises:
        Incident: `not_a_number`.
    """
    if expression is None:
        return None
    found = value(machine, task, expression)
    if found is None or found == "":
        return None
    try:
        if isinstance(found, (bool, list, dict)) or float(found) != int(float(found)):
            raise ValueError
        return int(float(found))
    except (ValueError, OverflowError):
        raise Incident("not_a_number", f"The {what} must be a whole number, but it is {describe(found)}.") from None


def small(machine: Machine, task: Token, expression: Expression | None, what: str) -> int | None:
    """Return the value as a whole number that a priority or a number of retries can be, None for null.

    Raises:
        Incident: `not_a_number`, `number_out_of_range`.
    """
    found = number(machine, task, expression, what)
    if found is not None and not 0 <= found <= MOST_COUNT:
        said = f"The {what} must be between 0 and {MOST_COUNT}, but it is {found}."
        raise Incident("number_out_of_range", said)
    return found


def moment(machine: Machine, task: Token, expression: Expression | None, what: str) -> datetime | None:
    """Return a date, or now plus a duration, None for null.

    Raises:
        Incident: `not_a_date`.
    """
    found = text(machine, task, expression)
    if not found:
        return None
    try:
        return timers.moment(found, machine.now)
    except timers.TimerUnreadable as error:
        raise Incident("not_a_date", f"The {what} must be a date or a duration: {error}.") from None


def as_text(found: JSON) -> str | None:
    """Return JSON as the text by which people write it."""
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float) and found == int(found):
        return str(int(found))
    return str(found)


def because(result: Result) -> str:
    """Return the messages of an evaluation as one text."""
    return "; ".join(message.text for message in result.messages)


def has_failed(expression: Expression, result: Result) -> bool:
    """Return whether an evaluation has no answer: FEEL goes on with null, JUEL stops at its first error."""
    return result.failed and (expression.syntax is Syntax.JUEL or exhausted(result))


def exhausted(result: Result) -> bool:
    """Return whether the evaluation was stopped by its budget."""
    return any(message.code == "budget_exceeded" for message in result.messages)


def describe(found: JSON) -> str:
    """Return a short text for a value in a message."""
    if isinstance(found, list):
        return f"a list of {len(found)}"
    if isinstance(found, dict):
        return "a context"
    return f'"{found}"' if isinstance(found, str) else (as_text(found) or "null")
