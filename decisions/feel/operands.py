"""Reading operands of FEEL: literals, names, brackets, and paths, filters and calls behind them."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import FeelSyntaxError
from .nodes import (
    Call,
    Constant,
    ContextOf,
    Entry,
    Filter,
    Interval,
    ListOf,
    Name,
    Node,
    Path,
    UnaryTest,
)
from .scanner import STOPS, NameTable, Scanner
from .values.conversion import parse_at_literal
from .values.numbers import DecimalException, make_number

#: Binding powers of the operators, loosest first.
OR, AND, COMPARISON, INSTANCE, SUM, PRODUCT, POWER, UNARY = range(1, 9)
#: Nested brackets, calls and paths; deeper text is refused, not overflown.
MAX_DEPTH = 80
MAX_TEXT = 200_000

_COMPARISONS = ("<=", ">=", "!=", "=", "<", ">")
_CONSTANTS = {"true": True, "false": False, "null": None}
#: What may follow an interval that ends with `[`, and begins no filter.
_NO_FILTER = frozenset(["", ")", "]", "}", ",", "=", "!", "<", ">", "+", "*", "/"])
#: Built-in names that hold reserved words; those of plain words are read like any name.
_BUILTIN_NAMES = NameTable(["date and time", "years and months duration", "get or else"], only_calls=True)


class OperandReader(Scanner):
    """Reads what stands between operators; knows the names in scope."""

    def __init__(
        self,
        text: str,
        names: Iterable[str] | NameTable = (),
        types: Iterable[str] | NameTable = (),
        components: Iterable[str] | NameTable = (),
    ) -> None:
        if len(text) > MAX_TEXT:
            raise FeelSyntaxError(text[:100], 1, f"expected at most {MAX_TEXT} characters")
        super().__init__(text)
        declared = names if isinstance(names, NameTable) else NameTable(names)
        self._scopes = [_BUILTIN_NAMES, declared]
        #: Names that may follow a dot or stand in a filter: declared ones and keys seen on the way.
        self._components = NameTable()
        self._declared_components = components if isinstance(components, NameTable) else NameTable(components)
        self._types = types if isinstance(types, NameTable) else NameTable(types)
        self._depth = 0
        #: How many brackets are open, at which of them an interval waits for its end, and open filters.
        self._brackets = 0
        self._interval_at = -1
        self._in_filter = 0

    def expression(self, tightness: int = 0) -> Node:
        """Read an expression whose operators all bind tighter than `tightness`."""
        raise NotImplementedError

    def _place(self) -> int:
        self.skip()
        return self.position + 1

    def _take_comparison(self) -> str:
        for sign in _COMPARISONS:
            if self.take(sign):
                return sign
        raise self.fail("expected a comparison")

    def _begins_longer_name(self, word: str) -> bool:
        """Tell whether a reserved word is the first of a known name; alone it never is one (DMN 1.5, 10.3.1.3)."""
        found = (table.match(self.text, self.position) for table in self._scopes)
        return any(known and known[0] != word for known in found)

    def _primary(self, sign: str, place: int) -> Node:
        if sign == '"':
            return Constant(self.string(), position=place)
        if sign.isascii() and (sign.isdigit() or sign == "."):
            return self._number(place)
        if sign == "(":
            return self._parenthesis(place)
        if sign == "[":
            return self._bracket(place)
        if sign == "]":
            return self._reversed_interval(place)
        if sign == "{":
            return self._context(place)
        if sign == "@":
            return self._at_literal(place)
        return self._name_or_constant(place)

    def _number(self, place: int) -> Node:
        try:
            return Constant(make_number(self.number()), position=place)
        except DecimalException:
            raise self.fail("expected a number of at most 6144 digits", place - 1) from None

    def _at_literal(self, place: int) -> Node:
        self.position += 1
        if self.peek() != '"':
            raise self.fail('expected a string behind "@"')
        text = self.string()
        value = parse_at_literal(text)
        if value is None:
            # The standard makes this an error of evaluation: null with a message.
            return Call(Name("@", position=place), (Constant(text, position=place),), position=place)
        return Constant(value, position=place)

    def _name_or_constant(self, place: int) -> Node:
        word = self.peek_word()
        if word in _CONSTANTS and not self._begins_longer_name(word):
            self.position += len(word)
            return Constant(_CONSTANTS[word], position=place)
        tables = [*self._scopes, self._components, self._declared_components] if self._in_filter else self._scopes
        if not word and self.peek() != "`":
            raise self.fail("expected an expression")
        return Name(self.name(tables), position=place)

    # -- brackets ------------------------------------------------------------------------------

    def _parenthesis(self, place: int) -> Node:
        self.position += 1
        self._brackets += 1
        node = self._item()
        if self.looking_at(".."):
            return self._interval(place, node, included=False)
        self.require(")")
        self._brackets -= 1
        return node

    def _bracket(self, place: int) -> Node:
        self.position += 1
        if self.take("]"):
            return ListOf((), position=place)
        self._brackets += 1
        items = [self._item()]
        if self.looking_at(".."):
            return self._interval(place, items[0], included=True)
        while self.take(","):
            items.append(self._item())
        self.require("]")
        self._brackets -= 1
        return ListOf(tuple(items), position=place)

    def _item(self) -> Node:
        """Read an expression or a test such as `> 5`."""
        if self.peek() in ("<", ">", "=", "!"):
            place = self._place()
            return UnaryTest(self._take_comparison(), self.expression(COMPARISON), position=place)
        return self.expression()

    def _reversed_interval(self, place: int) -> Node:
        self.position += 1
        self._brackets += 1
        return self._interval(place, self.expression(), included=False)

    def _interval(self, place: int, start: Node, *, included: bool) -> Node:
        """Read the rest of `[a..b]`; `[1..3[` ends with what could also begin a filter."""
        self.require("..")
        outer, self._interval_at = self._interval_at, self._brackets
        end = self.expression()
        self._interval_at = outer
        closing = self.peek()
        if closing not in ("]", ")", "["):
            raise self.fail('expected "]", ")" or "[" at the end of the range')
        self.position += 1
        self._brackets -= 1
        return Interval(start, end, included, closing == "]", position=place)

    def _closes_interval(self) -> bool:
        """Tell whether the `[` that comes next ends an interval: nothing a filter begins with follows."""
        if self._interval_at != self._brackets:
            return False
        before = self.position
        self.position += 1
        following, word = self.peek(), self.peek_word()
        is_path = following == "." and not self.text[self.position + 1 : self.position + 2].isdigit()
        self.position = before
        return is_path or following in _NO_FILTER or word in STOPS

    def _context(self, place: int) -> Node:
        self.position += 1
        self._brackets += 1
        scope = NameTable()
        self._scopes.append(scope)
        entries: list[Entry] = []
        keys: set[str] = set()
        while not self.take("}"):
            if entries:
                self.require(",")
            here = self._place()
            key = self.string() if self.peek() == '"' else self.key()
            if key is None:
                raise self.fail('expected a key with ":"')
            if key in keys:
                raise self.fail(f'expected each key once, not "{key}" again', here - 1)
            keys.add(key)
            self.require(":")
            entries.append(Entry(key, self.expression(), position=here))
            scope.add(key)
            self._components.add(key)
        self._scopes.pop()
        self._brackets -= 1
        return ContextOf(tuple(entries), position=place)

    # -- behind a primary ----------------------------------------------------------------------

    def _postfix(self, node: Node) -> Node:
        links = 0
        while True:
            sign = self.peek()
            place = self._place()
            if sign == "." and not self.looking_at(".."):
                self.position += 1
                name = self.name([*self._scopes, self._components, self._declared_components], reserved_start=True)
                node = Path(node, name, position=place)
            elif sign == "[" and not self._closes_interval():
                node = self._filter(node, place)
            elif sign == "(":
                node = self._call(node)
            else:
                break
            links += 1
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise self.fail(f"expected less than {MAX_DEPTH} levels of nesting")
        self._depth -= links
        return node

    def _filter(self, source: Node, place: int) -> Node:
        self.position += 1
        self._brackets += 1
        self._in_filter += 1
        condition = self.expression()
        self._in_filter -= 1
        self._brackets -= 1
        self.require("]")
        return Filter(source, condition, position=place)

    def _call(self, function: Node) -> Node:
        self.position += 1
        self._brackets += 1
        positional: list[Node] = []
        named: list[tuple[str, Node]] = []
        while not self.take(")"):
            if positional or named:
                self.require(",")
            before = self._place() - 1
            key = self.key()
            if key is not None and not positional:
                self.require(":")
                if any(key == other for other, _ in named):
                    raise self.fail(f'expected each parameter once, not "{key}" again', before)
                named.append((key, self.expression()))
            elif named:
                raise self.fail('expected a parameter name with ":"', before)
            else:
                self.position = before
                positional.append(self.expression())
        self._brackets -= 1
        return Call(function, tuple(positional), tuple(named), position=function.position)
