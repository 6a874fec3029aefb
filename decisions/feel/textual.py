"""Reading `if`, `for`, `some`, `every` and `function` of FEEL."""

from __future__ import annotations

from .nodes import For, FormalParameter, FunctionDefinition, If, Iteration, Node, Quantified
from .operands import OperandReader
from .scanner import NameTable
from .type_parser import parse_type

_WORDS = frozenset({"if", "for", "some", "every", "function"})


class TextualReader(OperandReader):
    """Reads expressions that begin with a reserved word."""

    def _textual(self, place: int) -> Node | None:
        """Read `if`, `for`, `some`, `every` or `function`, unless a declared name begins here."""
        word = self.peek_word()
        if word not in _WORDS or self._begins_longer_name(word):
            return None
        before = self.position
        self.position += len(word)
        if word == "function" and not self.looking_at("("):
            self.position = before
            return None
        return {"if": self._if, "for": self._for, "function": self._function}.get(word, self._quantified)(place, word)

    def _if(self, place: int, _word: str) -> Node:
        condition = self.expression()
        self.require_word("then")
        yes = self.expression()
        self.require_word("else")
        return If(condition, yes, self.expression(), position=place)

    def _for(self, place: int, _word: str) -> Node:
        iterations = self._iterations()
        self.require_word("return")
        body = self.expression()
        self._scopes.pop()
        return For(iterations, body, position=place)

    def _quantified(self, place: int, word: str) -> Node:
        iterations = self._iterations()
        self.require_word("satisfies")
        condition = self.expression()
        self._scopes.pop()
        return Quantified(word, iterations, condition, position=place)

    def _iterations(self) -> tuple[Iteration, ...]:
        scope = NameTable()
        self._scopes.append(scope)
        found: list[Iteration] = []
        while not found or self.take(","):
            place = self._place()
            name = self.name([])
            self.require_word("in")
            source = self.expression()
            end = self.expression() if self.take("..") else None
            found.append(Iteration(name, source, end, position=place))
            scope.add(name)
        return tuple(found)

    def _function(self, place: int, _word: str) -> Node:
        self.require("(")
        scope = NameTable()
        parameters: list[FormalParameter] = []
        while not self.take(")"):
            if parameters:
                self.require(",")
            here = self._place()
            name = self.key() or self.name([])
            kind = parse_type(self, self._types) if self.take(":") else None
            if any(name == other.name for other in parameters):
                raise self.fail(f'expected each parameter once, not "{name}" again', here - 1)
            parameters.append(FormalParameter(name, kind, position=here))
            scope.add(name)
        external = self.take_word("external")
        self._scopes.append(scope)
        body = self.expression()
        self._scopes.pop()
        return FunctionDefinition(tuple(parameters), body, external, position=place)
