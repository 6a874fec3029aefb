"""What a reader finds wrong in one drawing, collected; and the text of expressions, read.

Expressions are parsed while reading, so that a text that is no expression is a problem with its element
and line, like everything else.
"""

from __future__ import annotations

from bpmn.language.normalise import double_quotes, plain_words
from decisions.edge.problems import Problem, Severity
from decisions.edge.xml import Element
from decisions.feel import Expression, FeelSyntaxError, parse_template


class Report:
    """Collects the problems of one file in the order they are found, each once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._problems: dict[Problem, None] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything found so far."""
        return tuple(self._problems)

    def mark(self) -> int:
        """A bookmark: `since(mark)` gives what was found after it."""
        return len(self._problems)

    def since(self, mark: int) -> tuple[Problem, ...]:
        """What was found after the bookmark."""
        return self.problems[mark:]

    def error(self, code: str, at: Element, message: str) -> None:
        """Something that must be changed before the process can run."""
        self._add("error", code, at, message)

    def warning(self, code: str, at: Element, message: str) -> None:
        """Something that runs, but perhaps not as its author thinks."""
        self._add("warning", code, at, message)

    def info(self, code: str, at: Element, message: str) -> None:
        """Something worth knowing."""
        self._add("info", code, at, message)

    def _add(self, severity: Severity, code: str, at: Element, message: str) -> None:
        place = at.get("id")
        problem = Problem(severity=severity, code=code, element=place, line=at.line, message=message, file=self.file)
        self._problems.setdefault(problem)

    def template(self, text: str | None, at: Element, what: str) -> Expression | None:
        """Text that may hold `=` FEEL or `${}` JUEL, else a constant; None when empty or not readable."""
        if text is None or not text.strip():
            return None
        try:
            return self._checked(parse_template(text.strip()), at, what)
        except FeelSyntaxError as error:
            self.error("expression_invalid", at, f"The {what} {_quote(text)} cannot be read: {error}.")
            return None

    def condition(self, text: str | None, at: Element, what: str) -> Expression | None:
        """Text that must give true or false: marked, or bare FEEL, or bare JUEL or Python (`x == 'a'`)."""
        if text is None or not text.strip():
            return None
        if is_marked(text):
            return self.template(text, at, what)
        first: FeelSyntaxError | None = None
        bare = plain_words(text.strip())
        for attempt in (f"={bare}", "${" + bare + "}", f"={double_quotes(bare)}"):
            try:
                expression = self._checked(parse_template(attempt), at, what)
            except FeelSyntaxError as error:
                first = first or error
                continue
            if " " in bare and bare in expression.names:
                message = (
                    f"The {what} {_quote(text)} is read as the name of a variable. If it is a sentence for people,"
                )
                self.warning("condition_prose", at, f"{message} write an expression in FEEL, like =amount > 100.")
            return expression
        self.error(
            "expression_invalid",
            at,
            f"The {what} {_quote(text)} is not an expression: {first}. Write it in FEEL, for example =amount > 100.",
        )
        return None

    def _checked(self, expression: Expression, at: Element, what: str) -> Expression:
        """The expression; functions that it calls and nobody has are named."""
        for name in sorted(expression.unknown_functions):
            message = f'The {what} {_quote(expression.text)} calls "{name}", but there is no such function.'
            self.warning("function_unknown", at, message)
        return expression

    def variable(self, text: str | None, at: Element, what: str) -> Expression | None:
        """Text that names a variable, or an expression that gives its value."""
        if text is None or not text.strip():
            return None
        return self.template(text if is_marked(text) else "${" + text.strip() + "}", at, what)


def literal(text: str) -> Expression:
    """A constant: the text stands for itself, even where it looks like an expression."""
    if not is_marked(text):
        return parse_template(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return parse_template(f'="{escaped}"')


def is_marked(text: str) -> bool:
    """True when the text says itself that it is an expression."""
    return text.lstrip().startswith("=") or "${" in text or "#{" in text


def _quote(text: str) -> str:
    """The text for a sentence, shortened."""
    flat = " ".join(text.split())
    return f'"{flat[:77]}..."' if len(flat) > 80 else f'"{flat}"'
