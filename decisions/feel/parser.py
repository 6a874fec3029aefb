"""Reading FEEL text into nodes by operator precedence, without a separate tokenizer (DMN 1.5, 10.3.1.2)."""

from __future__ import annotations

from .errors import FeelSyntaxError
from .nodes import (
    Arithmetic,
    Between,
    Compare,
    In,
    InstanceOf,
    Logic,
    Negate,
    Node,
    Step,
    UnaryTests,
)
from .operands import AND, COMPARISON, INSTANCE, MAX_DEPTH, MAX_TEXT, OR, POWER, PRODUCT, SUM, UNARY
from .textual import TextualReader
from .type_parser import parse_type

__all__ = ["MAX_TEXT", "Parser"]

_ARITHMETIC = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}
_WORD_POWERS = {"or": OR, "and": AND, "in": COMPARISON, "between": COMPARISON, "instance": INSTANCE}


class Parser(TextualReader):
    """One reading of one text."""

    def whole_expression(self) -> Node:
        """Read the text as one expression."""
        node = self.expression()
        return self._finish(node)

    def whole_unary_tests(self) -> Node:
        """Read the text as a cell of a decision table: `-`, tests, or `not(tests)`."""
        start = self._place()
        if self.looking_at("-"):
            before = self.position
            self.position += 1
            if self.at_end():
                return UnaryTests((), position=start)
            self.position = before
        if self.peek_word() == "not":
            before = self.position
            try:
                self.take_word("not")
                self.require("(")
                tests = self._tests()
                self.require(")")
                return self._finish(UnaryTests(tests, negated=True, position=start))
            except FeelSyntaxError:
                self._rewind(before)
        return self._finish(UnaryTests(self._tests(), position=start))

    def _rewind(self, position: int) -> None:
        """Forget what was half read and go back."""
        self.position = position
        self._depth = self._brackets = self._in_filter = 0
        self._interval_at = -1
        del self._scopes[2:]

    def _finish(self, node: Node) -> Node:
        if not self.at_end():
            raise self.fail("expected an operator or the end")
        return node

    # -- operators -----------------------------------------------------------------------------

    def expression(self, tightness: int = 0) -> Node:
        """Read an expression whose operators all bind tighter than `tightness`."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.fail(f"expected less than {MAX_DEPTH} levels of nesting")
        node = self._operators(self._prefix(), tightness)
        self._depth -= 1
        return node

    def _operators(self, node: Node, tightness: int) -> Node:
        """Read the operators behind an operand that bind tighter than `tightness`."""
        while True:
            power = self._next_power()
            if power <= tightness:
                return node
            node = self._infix(node, power)

    def _next_power(self) -> int:
        """Give how tightly the operator that comes next binds, 0 when none does."""
        sign = self.peek()
        if sign in "<>=!" and sign:
            return COMPARISON if sign != "!" or self.looking_at("!=") else 0
        if sign in _ARITHMETIC:
            return POWER if self.looking_at("**") else _ARITHMETIC[sign]
        if sign not in "oaibO":
            return 0
        return _WORD_POWERS.get(self.peek_word(), 0)

    def _infix(self, left: Node, power: int) -> Node:
        place = self._place()
        if power in (OR, AND):
            return self._logic(left, "or" if power == OR else "and", power)
        if power >= SUM:
            return self._arithmetic(left, power)
        if power == INSTANCE:
            self.require_word("instance")
            self.require_word("of")
            return InstanceOf(left, parse_type(self, self._types), position=place)
        if self.take_word("between"):
            low = self.expression(COMPARISON)
            self.require_word("and")
            return Between(left, low, self.expression(COMPARISON), position=place)
        if self.take_word("in"):
            return In(left, self._in_tests(), position=place)
        operator = self._take_comparison()
        return Compare(operator, left, self.expression(COMPARISON), position=place)

    def _logic(self, left: Node, word: str, power: int) -> Node:
        place = self._place()
        operands = [left]
        while self.take_word(word):
            operands.append(self.expression(power))
        return Logic(word, tuple(operands), position=place)

    def _arithmetic(self, left: Node, power: int) -> Node:
        steps = []
        place = self._place()
        while self._next_power() == power:
            here = self._place()
            operator = "**" if power == POWER else self.peek()
            self.position += len(operator)
            steps.append(Step(operator, self.expression(power), position=here))
        return Arithmetic(left, tuple(steps), position=place)

    def _prefix(self) -> Node:
        place = self._place()
        sign = self.peek()
        if sign == "-":
            self.position += 1
            return Negate(self.expression(UNARY), position=place)
        node = self._textual(place)
        return node if node else self._postfix(self._primary(sign, place))

    # -- tests ---------------------------------------------------------------------------------

    def _tests(self) -> tuple[Node, ...]:
        tests = [self._item()]
        while self.take(","):
            tests.append(self._item())
        return tuple(tests)

    def _in_tests(self) -> tuple[Node, ...]:
        """Read what stands behind `in`: one test, or several in parentheses."""
        if not self.looking_at("("):
            is_test = self.peek() in ("<", ">", "=", "!")
            return (self._item() if is_test else self.expression(COMPARISON),)
        place = self._place()
        self.require("(")
        self._brackets += 1
        tests = self._tests()
        if len(tests) == 1 and self.looking_at(".."):
            node = self._interval(place, tests[0], included=False)
        else:
            self.require(")")
            self._brackets -= 1
            if len(tests) > 1:
                return tests
            node = tests[0]
        return (self._operators(self._postfix(node), COMPARISON),)
