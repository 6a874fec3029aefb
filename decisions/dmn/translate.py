"""Translates boxed expressions into the tree of FEEL, as the standard defines them.

Source: DMN 1.5, 10.2.2 (boxed expressions), 10.4 (execution semantics of decisions), 7.3 (metamodel).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from decisions.dmn import model, namespaces
from decisions.dmn.itemtypes import TypeTable
from decisions.dmn.tree import Broken, Choice, Row, Table, Typed
from decisions.edge.problems import Problem, Severity
from decisions.feel import nodes
from decisions.feel.errors import FeelSyntaxError
from decisions.feel.juel import parse_juel
from decisions.feel.parser import Parser
from decisions.feel.scanner import NameTable
from decisions.feel.types import ANY, FeelType

Names = tuple[str, ...]
#: key of the entry that is the result of a boxed context; no name can be like it
RESULT = "\x00result"


class Translator:
    """Translates the expressions of one model and remembers what it could not read."""

    def __init__(self, definitions: model.Definitions, types: TypeTable, components: Iterable[str]) -> None:
        self.problems: list[Problem] = []
        self._definitions = definitions
        self._types = types
        #: names that may stand behind a dot
        self._components = NameTable(components)
        self._component_names = tuple(components)
        self._type_names = NameTable(types.named)
        self._name_tables: dict[Names, NameTable] = {}
        #: type of the decision whose whole logic is the table in hand
        self.result_type = ""
        #: declared types of the names in scope
        self.name_types: dict[str, tuple[str, FeelType]] = {}
        self._read: dict[tuple[str, Names, bool], nodes.Node] = {}

    def problem(self, severity: Severity, code: str, message: str, place: model.Place) -> None:
        """Remember a problem."""
        self.problems.append(
            Problem(
                severity=severity,
                code=code,
                element=place.element,
                line=place.line,
                message=message,
                file=self._definitions.source,
            )
        )

    def type_of(self, reference: str, place: model.Place) -> FeelType:
        """The type of a reference; one that is not known is a problem and counts as Any."""
        found = self._types.get(reference)
        if found is None:
            shown = reference.rpartition("}")[2]
            self.problem("error", "unknown_type", f'The type "{shown}" is not defined.', place)
            return ANY
        return found

    def declare(self, variable: model.Variable, name: str = "") -> None:
        """Note the type of a name, for the expressions that follow."""
        wanted = self._types.get(variable.type_ref) or ANY
        self.name_types[name or variable.name] = variable.type_ref, wanted

    # -- texts ----------------------------------------------------------------------------------

    def expression(self, text: model.Text, names: Names) -> nodes.Node:
        """A literal expression."""
        return self._parsed(text, names, Parser.whole_expression)

    def tests(self, text: model.Text, names: Names) -> nodes.Node:
        """Unary tests; an empty text accepts everything."""
        if not text.text.strip():
            return nodes.UnaryTests(())
        tests = self._parsed(text, names, Parser.whole_unary_tests)
        return _with_plain_booleans(tests) if isinstance(tests, nodes.UnaryTests) else tests

    def _foreign(self, text: model.Text) -> nodes.Node:
        """A text in another language: JUEL is translated, the rest is refused."""
        if text.language.strip().lower() == "juel":
            template = text.text if "{" in text.text else f"${{{text.text}}}"
            try:
                return parse_juel(template)
            except FeelSyntaxError as error:
                self.problem("error", error.code, f"Not JUEL: {error}.", text.place)
                return Broken(error.code, str(error))
        message = f'The expression language "{text.language}" is not supported; write it in FEEL.'
        self.problem("error", "unsupported_language", message, text.place)
        return Broken("unsupported_language", message)

    def _parsed(self, text: model.Text, names: Names, read: Callable[[Parser], nodes.Node]) -> nodes.Node:
        if not text.text.strip():
            return Broken("empty_expression", "the expression is empty")
        if not namespaces.is_feel(text.language):
            return self._foreign(text)
        key = (text.text, names, read is Parser.whole_expression)
        if key not in self._read:
            try:
                self._read[key] = read(Parser(text.text, self._table_of(names), self._type_names, self._components))
            except FeelSyntaxError as error:
                self.problem("error", error.code, f"Not FEEL: {error}.", text.place)
                return Broken(error.code, str(error))
        return self._read[key]

    def _table_of(self, names: Names) -> NameTable:
        """The names as the parser wants them; thousands of cells share one table."""
        if names not in self._name_tables:
            self._name_tables[names] = NameTable(names)
        return self._name_tables[names]

    # -- boxed expressions ----------------------------------------------------------------------

    def boxed(self, boxed: model.Boxed, names: Names) -> nodes.Node:
        """Any boxed expression, with its type; the depth of the file is limited, so this may recurse."""
        node = _TRANSLATIONS[type(boxed)](self, boxed, names)
        return self.typed(node, boxed.type_ref, boxed.place, "the result")

    def typed(self, node: nodes.Node, reference: str, place: model.Place, what: str) -> nodes.Node:
        """The node, checked against a type reference if there is one."""
        wanted = self.type_of(reference, place)
        return node if wanted is ANY else Typed(node, wanted, what)

    def _literal(self, boxed: model.LiteralExpression, names: Names) -> nodes.Node:
        return self.expression(boxed.text, names)

    def _context(self, boxed: model.BoxedContext, names: Names) -> nodes.Node:
        outer, self.name_types = self.name_types, dict(self.name_types)
        try:
            return self._entries(boxed, names)
        finally:
            self.name_types = outer

    def _entries(self, boxed: model.BoxedContext, names: Names) -> nodes.Node:
        entries: list[nodes.Entry] = []
        seen: set[str] = set()
        for entry in boxed.entries:
            if entry.variable is None:
                entries.append(nodes.Entry(RESULT, self.boxed(entry.value, names)))
                return nodes.Path(nodes.ContextOf(tuple(entries)), RESULT)
            name = entry.variable.name
            if name in seen:
                message = f'The context has two entries named "{name}".'
                self.problem("error", "duplicate_entry", message, entry.variable.place)
                return Broken("duplicate_entry", message)
            seen.add(name)
            is_function = isinstance(entry.value, model.FunctionDefinition)
            value = self.boxed(entry.value, (*names, name) if is_function else names)
            what = f'entry "{name}"'
            value = self.typed(value, entry.variable.type_ref, entry.variable.place, what)
            entries.append(nodes.Entry(name, value))
            names = (*names, name)
            self.declare(entry.variable)
        return nodes.ContextOf(tuple(entries))

    def _invocation(self, boxed: model.Invocation, names: Names) -> nodes.Node:
        bindings = []
        for binding in boxed.bindings:
            what = f'parameter "{binding.parameter.name}"'
            value = self.boxed(binding.value, names)
            value = self.typed(value, binding.parameter.type_ref, binding.parameter.place, what)
            bindings.append((binding.parameter.name, value))
        return nodes.Call(self.boxed(boxed.called, names), named=tuple(bindings))

    def function(self, boxed: model.FunctionDefinition, names: Names) -> nodes.Node:
        """A function definition, also that of a business knowledge model."""
        if boxed.body is None:
            message = "The function has no body."
            self.problem("error", "missing_expression", message, boxed.place)
            return Broken("missing_expression", message)
        parameters = tuple(self._parameter(each) for each in boxed.parameters)
        if boxed.kind == "FEEL":
            inner = (*names, *(each.name for each in boxed.parameters))
            outer, self.name_types = self.name_types, dict(self.name_types)
            for each in boxed.parameters:
                self.declare(each)
            body = self.boxed(boxed.body, inner)
            self.name_types = outer
            return nodes.FunctionDefinition(parameters, body)
        body = nodes.ContextOf((nodes.Entry(boxed.kind.lower(), self.boxed(boxed.body, names)),))
        return nodes.FunctionDefinition(parameters, body, external=True)

    def _parameter(self, variable: model.Variable) -> nodes.FormalParameter:
        if self.type_of(variable.type_ref, variable.place) is ANY:
            return nodes.FormalParameter(variable.name)
        name = self._types.written(variable.type_ref)
        return nodes.FormalParameter(variable.name, nodes.TypeNode(name))

    def _list(self, boxed: model.BoxedList, names: Names) -> nodes.Node:
        return nodes.ListOf(tuple(self.boxed(item, names) for item in boxed.items))

    def _relation(self, boxed: model.Relation, names: Names) -> nodes.Node:
        keys = tuple(column.name for column in boxed.columns)
        rows = []
        for row in boxed.rows:
            cells = (
                self.typed(self.boxed(cell, names), column.type_ref, column.place, f'column "{column.name}"')
                for cell, column in zip(row, boxed.columns, strict=False)
            )
            rows.append(Row(keys, tuple(cells)))
        return nodes.ListOf(tuple(rows))

    def _conditional(self, boxed: model.Conditional, names: Names) -> nodes.Node:
        parts = (self.boxed(each, names) for each in (boxed.condition, boxed.then, boxed.otherwise))
        return Choice(*parts)

    def _filter(self, boxed: model.Filter, names: Names) -> nodes.Node:
        match = self.boxed(boxed.match, (*names, "item", *self._component_names))
        return nodes.Filter(self.boxed(boxed.source, names), match)

    def _iterator(self, boxed: model.Iterator, names: Names) -> nodes.Node:
        iterations = (nodes.Iteration(boxed.variable, self.boxed(boxed.source, names)),)
        self.name_types = {name: each for name, each in self.name_types.items() if name != boxed.variable}
        if boxed.kind == "for":
            body = self.boxed(boxed.body, (*names, boxed.variable, "partial"))
            return nodes.For(iterations, body)
        return nodes.Quantified(boxed.kind, iterations, self.boxed(boxed.body, (*names, boxed.variable)))

    # -- decision tables ------------------------------------------------------------------------

    def _table(self, table: model.DecisionTable, names: Names) -> nodes.Node:
        inputs, types, domains = [], [], []
        for clause in table.inputs:
            node, reference, wanted = self._input(clause, names)
            inputs.append(node)
            types.append(wanted)
            domains.append(self._allowed(clause.values or self._types.allowed_values(reference), names))
        inside = [(*names, "?", "cellInput", clause.cell_name) for clause in table.inputs]
        cells = (self._row(rule.inputs, inside, table) for rule in table.rules)
        conclusions = (self._conclusions(rule.outputs, names, len(table.outputs)) for rule in table.rules)
        return Table(
            table,
            tuple(inputs),
            tuple(types),
            tuple(self._allowed(clause.values, names) for clause in table.inputs),
            tuple(domains),
            tuple(cells),
            tuple(conclusions),
            tuple(self._allowed(self._listed(clause, table), names) for clause in table.outputs),
            tuple(self.type_of(clause.type_ref, clause.place) for clause in table.outputs),
            tuple(self.expression(each.default, names) if each.default else None for each in table.outputs),
        )

    def _input(self, clause: model.InputClause, names: Names) -> tuple[nodes.Node, str, FeelType]:
        """An input expression with its type: the column's own, or that of the variable it names."""
        node = self.expression(clause.expression, names)
        known = self.name_types.get(node.name) if isinstance(node, nodes.Name) else None
        wanted = self.type_of(clause.type_ref, clause.place)
        if known and (wanted is ANY or wanted == known[1]):
            return node, known[0], known[1]
        what = f'input "{clause.label or clause.expression.text.strip()}"'
        return (node if wanted is ANY else Typed(node, wanted, what)), clause.type_ref, wanted

    def _row(
        self, texts: tuple[model.Text, ...], inside: list[Names], table: model.DecisionTable
    ) -> tuple[nodes.Node, ...]:
        """The conditions of a rule; a row that is too short (reported before) accepts the rest."""
        padded = (*texts, *(model.Text(text="-") for _ in table.inputs))
        return tuple(self.tests(text, names) for text, names in zip(padded, inside, strict=False))

    def _conclusions(self, texts: tuple[model.Text, ...], names: Names, count: int) -> tuple[nodes.Node, ...]:
        """The outputs of a rule; a row that is too short (reported before) gives null for the rest."""
        padded = (*texts, *(model.Text(text="") for _ in range(count)))
        return tuple(self._conclusion(text, names) for text in padded[:count])

    def _conclusion(self, text: model.Text, names: Names) -> nodes.Node:
        if not text.text.strip() or text.text.strip() == "-":
            return nodes.Constant(None)
        return self.expression(text, names)

    def _allowed(self, text: model.Text | None, names: Names) -> nodes.UnaryTests | None:
        node = self.tests(text, (*names, "?")) if text else None
        return node if isinstance(node, nodes.UnaryTests) and node.tests else None

    def _listed(self, clause: model.OutputClause, table: model.DecisionTable) -> model.Text | None:
        """Output values of a column, or the allowed values of its type: both order the outputs."""
        owner = table.type_ref or self.result_type
        if clause.values or clause.type_ref:
            found = clause.values or self._types.listed_values(clause.type_ref)
            if found:
                return found
        component = clause.name if len(table.outputs) > 1 else ""
        return self._types.listed_values(owner, component) if owner else None


def _with_plain_booleans(tests: nodes.UnaryTests) -> nodes.UnaryTests:
    """The literals `true` and `false` as values to be equal to, not as answers of the test."""
    if not any(isinstance(test, nodes.Constant) and isinstance(test.value, bool) for test in tests.tests):
        return tests
    plain = (
        nodes.UnaryTest("=", test, position=test.position)
        if isinstance(test, nodes.Constant) and isinstance(test.value, bool)
        else test
        for test in tests.tests
    )
    return nodes.UnaryTests(tuple(plain), tests.negated, position=tests.position)


_TRANSLATIONS: dict[type, Callable[[Translator, Any, Names], nodes.Node]] = {
    model.LiteralExpression: Translator._literal,
    model.BoxedContext: Translator._context,
    model.Invocation: Translator._invocation,
    model.FunctionDefinition: Translator.function,
    model.BoxedList: Translator._list,
    model.Relation: Translator._relation,
    model.Conditional: Translator._conditional,
    model.Filter: Translator._filter,
    model.Iterator: Translator._iterator,
    model.DecisionTable: Translator._table,
}
