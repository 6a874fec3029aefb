"""The subset of JUEL that Camunda 7 drawings use, read into the nodes of FEEL.

`${amount > 100 && status == 'open'}`, `#{...}`, `empty x`, `a ? b : c`, paths and indexes, and text around
them. Method calls and calls of beans are refused: nothing of a drawing reaches code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .errors import FeelSyntaxError
from .juel_methods import VARIABLE_PREFIXES, function_call, method_call, variable_function
from .nodes import (
    Arithmetic,
    AsBoolean,
    AsNumber,
    Call,
    CoercingCompare,
    Compare,
    Constant,
    Empty,
    Filter,
    If,
    Logic,
    Method,
    Name,
    Negate,
    Node,
    Path,
    Step,
    Template,
)
from .parser import MAX_TEXT
from .scanner import Scanner, unescape
from .values import Decimal
from .values.numbers import DecimalException, make_number

_OPEN = re.compile(r"[$#]\{")
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_PREFIXED = re.compile(r":([A-Za-z_]\w*)\s*\(")
_MAX_DEPTH = 60

_COMPARISONS = {
    "==": "=", "!=": "!=", "<=": "<=", ">=": ">=", "<": "<", ">": ">",
    "eq": "=", "ne": "!=", "le": "<=", "ge": ">=", "lt": "<", "gt": ">",
}  # fmt: skip
_CONSTANTS = {"true": True, "false": False, "null": None}
_SUMS = {"+": "+", "-": "-"}
_PRODUCTS = {"*": "*", "/": "/", "div": "/", "%": "%", "mod": "%"}


def parse_juel(text: str) -> Node:
    """Read a text with `${...}` or `#{...}` in it; several parts are joined as strings.

    Raises:
        FeelSyntaxError: no expression, or one that calls a method or bean.
    """
    if len(text) > MAX_TEXT:
        raise FeelSyntaxError(text[:100], 1, f"expected at most {MAX_TEXT} characters")
    parts: list[Node] = []
    reader = _Reader(text)
    while found := _OPEN.search(text, reader.position):
        _add_text(parts, text[reader.position : found.start()], reader.position)
        reader.position = found.end()
        parts.append(reader.ternary())
        reader.require("}")
    if len(parts) > 1 or text[reader.position :].strip():
        _add_text(parts, text[reader.position :], reader.position)
    return parts[0] if len(parts) == 1 else Template(tuple(parts))


def _add_text(parts: list[Node], text: str, start: int) -> None:
    """Keep literal text; blanks around a single expression do not count."""
    if text and (text.strip() or parts):
        parts.append(Constant(text, position=start + 1))


class _Reader(Scanner):
    """Reads the inside of one pair of braces."""

    _depth = 0

    def ternary(self) -> Node:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self.fail(f"expected less than {_MAX_DEPTH} levels of nesting")
        node = self._or()
        place = self._place()
        if self.take("?"):
            yes = self.ternary()
            self.require(":")
            node = If(_as_boolean(node), yes, self.ternary(), position=place)
        self._depth -= 1
        return node

    def _place(self) -> int:
        self._blank()
        return self.position + 1

    def _blank(self) -> None:
        while self.text[self.position : self.position + 1].isspace():
            self.position += 1

    def skip(self) -> None:
        self._blank()

    def _word(self) -> str:
        self._blank()
        found = _WORD.match(self.text, self.position)
        return found[0] if found else ""

    def _take_any(self, signs: dict[str, str]) -> str | None:
        """Pass the operator that comes next, if it is one of these."""
        word = self._word()
        for sign, meaning in sorted(signs.items(), key=lambda pair: -len(pair[0])):
            if sign == word or (not sign.isalpha() and self.looking_at(sign)):
                self.position += len(sign)
                return meaning
        return None

    def _or(self) -> Node:
        return self._logic("or", {"||": "or", "or": "or"}, self._and)

    def _and(self) -> Node:
        return self._logic("and", {"&&": "and", "and": "and"}, self._comparison)

    def _logic(self, word: str, signs: dict[str, str], operand: Callable[[], Node]) -> Node:
        operands = [operand()]
        place = self._place()
        while self._take_any(signs):
            operands.append(operand())
        if len(operands) == 1:
            return operands[0]
        return Logic(word, tuple(_as_boolean(each) for each in operands), position=place)

    def _comparison(self) -> Node:
        node = self._sum()
        place = self._place()
        while operator := self._take_any(_COMPARISONS):
            node = CoercingCompare(operator, node, self._sum(), position=place)
            place = self._place()
        return node

    def _sum(self) -> Node:
        return self._chain(_SUMS, self._product)

    def _product(self) -> Node:
        return self._chain(_PRODUCTS, self._unary)

    def _chain(self, signs: dict[str, str], operand: Callable[[], Node]) -> Node:
        first = operand()
        steps: list[Step] = []
        place = start = self._place()
        while operator := self._take_any(signs):
            first, right = (first if steps else _as_number(first)), _as_number(operand())
            if operator == "%":
                left = Arithmetic(first, tuple(steps), position=start) if steps else first
                first, steps = Call(Name("modulo", position=place), (left, right), position=place), []
            else:
                steps.append(Step(operator, right, position=place))
            place = self._place()
        return Arithmetic(first, tuple(steps), position=start) if steps else first

    def _unary(self) -> Node:
        place = self._place()
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self.fail(f"expected less than {_MAX_DEPTH} levels of nesting")
        word = self._word()
        if word in ("not", "empty"):
            self.position += len(word)
            node = self._unary()
            made: Node = Empty(node, position=place) if word == "empty" else _not(node, place)
        elif self.looking_at("!") and not self.looking_at("!="):
            self.position += 1
            made = _not(self._unary(), place)
        elif self.take("-"):
            made = Negate(self._unary(), position=place)
        else:
            made = self._value()
        self._depth -= 1
        return made

    def _value(self) -> Node:
        start = self._place()
        node = self._primary(start)
        while True:
            place = self._place()
            if self.take("."):
                word = self._word()
                if not word:
                    raise self.fail("expected a property name")
                self.position += len(word)
                node = Path(node, word, position=place)
            elif self.take("["):
                node = self._index(node, place)
            elif self.looking_at("("):
                node = self._call(node, start)
            elif self.looking_at(":") and isinstance(node, Name) and _WORD.match(self.text, self.position + 1):
                return self._maybe_prefixed(node, start)
            else:
                return node

    def _maybe_prefixed(self, node: Name, start: int) -> Node:
        """Read Flowable's `variables:function(name)`, refuse other prefixes; a colon of `a ? b : c` is none."""
        found = _PREFIXED.match(self.text, self.position)
        if not found:
            return node
        if node.name in VARIABLE_PREFIXES:
            self.position = found.end()
            made = variable_function(found[1], self._arguments(), node.position)
            if made is not None:
                return made
        raise self._refusal(start)

    def _index(self, node: Node, place: int) -> Node:
        index = self.ternary()
        self.require("]")
        if isinstance(index, Constant) and isinstance(index.value, str):
            return Path(node, index.value, position=place)
        if isinstance(index, Constant) and isinstance(index.value, Decimal):
            # JUEL counts from 0, FEEL from 1.
            return Filter(node, Constant(index.value + 1, position=place), position=place)
        return Method("at", node, (index,), position=place)

    def _call(self, node: Node, start: int) -> Node:
        """Read the call of a method on the fixed list; every other call is refused."""
        before = self.position
        if isinstance(node, Path | Name):
            self.require("(")
            made = (
                method_call(node.source, node.name, self._arguments(), node.position)
                if isinstance(node, Path)
                else function_call(node.name, self._arguments(), node.position)
            )
            if made is not None:
                return made
        self.position = before
        raise self._refusal(start)

    def _arguments(self) -> tuple[Node, ...]:
        """Read arguments up to the closing parenthesis."""
        arguments: list[Node] = []
        while not self.take(")"):
            if arguments:
                self.require(",")
            arguments.append(self.ternary())
        return tuple(arguments)

    def _refusal(self, start: int) -> FeelSyntaxError:
        end = self.text.find(")", self.position)
        called = self.text[start - 1 : end + 1 if end > 0 else len(self.text)].strip()
        return self.fail(
            f'expected no call of a method or bean such as "{called[:80]}"; use a FEEL expression or a job'
        )

    def _number(self, place: int) -> Node:
        try:
            return Constant(make_number(self.number()), position=place)
        except DecimalException:
            raise self.fail("expected a number of at most 6144 digits", place - 1) from None

    def _primary(self, place: int) -> Node:
        sign = self.peek()
        if sign and sign in "'\"":
            found = _STRING.match(self.text, self.position)
            if not found:
                raise self.fail("expected a closing quote", len(self.text))
            self.position = found.end()
            return Constant(unescape(found[1] if found[1] is not None else found[2]), position=place)
        if sign.isascii() and (sign.isdigit() or sign == "."):
            return self._number(place)
        if self.take("("):
            node = self.ternary()
            self.require(")")
            return node
        word = self._word()
        if not word:
            raise self.fail("expected a value")
        self.position += len(word)
        return Constant(_CONSTANTS[word], position=place) if word in _CONSTANTS else Name(word, position=place)


def _as_number(node: Node) -> Node:
    """Let an operand of arithmetic be read as a number; a literal number or another sum is one."""
    if isinstance(node, Arithmetic) or (isinstance(node, Constant) and not isinstance(node.value, str | None)):
        return node
    return AsNumber(node, position=node.position)


def _not(node: Node, place: int) -> Node:
    return Call(Name("not", position=place), (_as_boolean(node),), position=place)


def _as_boolean(node: Node) -> Node:
    """Let an operand of logic be read as true or false, unless it is one of them anyway."""
    if isinstance(node, CoercingCompare | Compare | Logic | Empty):
        return node
    return AsBoolean(node, position=node.position)


def variable_names(node: Node) -> Iterator[str]:
    """Yield the names a tree reads as variables, which no built-in function may answer."""
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, Name):
            yield each.name
        elif isinstance(each, Call):
            stack.extend(each.arguments)
        else:
            stack.extend(each.children())
