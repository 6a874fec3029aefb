"""Reads boxed expressions, decision tables among them, from XML.

Source: DMN 1.5, 7.3 and 8.3 (metamodel), 10.2.2 (boxed expressions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from decisions.dmn import model, namespaces
from decisions.edge import xml
from decisions.edge.problems import Problem, Severity

_PLAIN_NAME = re.compile(r"[^\W\d][\w ]*")


class Notes:
    """The problems found so far, and what all readers of one file must know."""

    def __init__(self, *, namespace: str) -> None:
        self.namespace = namespace
        self.default_language = ""
        #: name of the element in hand, for parts that have neither id nor name
        self.owner = ""
        self.problems: list[Problem] = []

    def add(self, severity: Severity, code: str, message: str, element: str, line: int) -> None:
        """Remember a problem."""
        self.problems.append(Problem(severity=severity, code=code, element=element, line=line, message=message))

    def at(self, severity: Severity, code: str, message: str, where: model.Place) -> None:
        """Remember a problem at a place."""
        self.add(severity, code, message, where.element, where.line)

    def place(self, node: xml.Element) -> model.Place:
        """Where a part stands; the element it belongs to when it has no id."""
        found = place(node)
        return found if found.element else model.Place(element=self.owner, line=found.line)

    def children(self, node: xml.Element, name: str) -> Iterator[xml.Element]:
        """Children of that name in the model's namespace; what vendors add is not seen."""
        return node.find_all(name, namespace=self.namespace)

    def child(self, node: xml.Element, name: str) -> xml.Element | None:
        """The first child of that name in the model's namespace."""
        return node.find(name, namespace=self.namespace)

    def text_of(self, node: xml.Element, name: str) -> str:
        """Text of the first child of that name, stripped; empty when there is none."""
        found = self.child(node, name)
        return found.text.strip() if found else ""


def place(node: xml.Element) -> model.Place:
    """Where an element stands."""
    return model.Place(element=node.get("id") or node.get("name"), line=node.line)


def type_name(text: str, node: xml.Element) -> str:
    """A type reference as one name: the prefix of a QName (DMN 1.1) goes when it is FEEL's or the model's."""
    text = " ".join(text.split())
    prefix, colon, local = text.partition(":")
    if colon and prefix in node.prefixes:
        uri = node.prefixes[prefix]
        return local if "FEEL" in uri or "XMLSchema" in uri else f"{{{uri}}}{local}"
    return text


def variable(node: xml.Element) -> model.Variable:
    """An information item."""
    reference = node.get("typeRef")
    nested = node.find("typeRef", namespace=node.namespace)
    if nested is not None and not reference:
        reference = nested.text
    return model.Variable(
        name=" ".join(node.get("name").split()), type_ref=type_name(reference, node), place=place(node)
    )


def text(node: xml.Element, notes: Notes) -> model.Text:
    """The text child of a literal expression or unary tests."""
    found = notes.child(node, "text")
    return model.Text(
        text=found.text if found else "",
        language=node.get("expressionLanguage") or notes.default_language,
        place=notes.place(node),
    )


def unary_tests(node: xml.Element | None, notes: Notes) -> model.Text | None:
    """Unary tests, or None when they are absent or empty."""
    found = text(node, notes) if node else None
    return found if found and found.text.strip() else None


def only_expression(node: xml.Element, notes: Notes) -> model.Boxed | None:
    """The expression that an element holds, or None; more than one is a problem."""
    found = list(_expressions(node, notes))
    if len(found) > 1:
        message = f"The element <{node.name}> holds {len(found)} expressions; one is allowed."
        notes.at("error", "too_many_expressions", message, notes.place(node))
    return expression(found[0], notes) if found else None


def _expressions(node: xml.Element, notes: Notes) -> Iterator[xml.Element]:
    """Children that are boxed expressions."""
    for child in node.children:
        if child.namespace == notes.namespace and child.name in _READERS:
            yield child


def required_expression(node: xml.Element | None, owner: xml.Element, role: str, notes: Notes) -> model.Boxed:
    """The expression in `node`; where it is missing, a null and a problem."""
    found = only_expression(node, notes) if node else None
    if found is None:
        message = f"The element <{owner.name}> has no {role} expression."
        notes.at("error", "missing_expression", message, notes.place(owner))
        return model.LiteralExpression(text=model.Text(text="null", place=notes.place(owner)), place=notes.place(owner))
    return _with_type(found, node)


def _with_type(boxed: model.Boxed, holder: xml.Element | None) -> model.Boxed:
    """The expression with the type that the element around it gives, as in the `in` of an iterator."""
    reference = type_name(holder.get("typeRef"), holder) if holder else ""
    own = holder is not None and holder.name in ("in", "if", "then", "else", "return", "satisfies", "match")
    return replace(boxed, type_ref=reference) if own and reference and not boxed.type_ref else boxed


def expression(node: xml.Element, notes: Notes) -> model.Boxed:
    """Any boxed expression. The depth of the XML is limited, so recursion is safe."""
    return _READERS[node.name](node, notes)


def _type_ref(node: xml.Element) -> str:
    return type_name(node.get("typeRef"), node)


def _literal(node: xml.Element, notes: Notes) -> model.LiteralExpression:
    if notes.child(node, "importedValues") is not None:
        message = "Imported values are not supported; write the expression in the model."
        notes.at("error", "imported_values", message, notes.place(node))
    return model.LiteralExpression(text=text(node, notes), type_ref=_type_ref(node), place=notes.place(node))


def _context(node: xml.Element, notes: Notes) -> model.BoxedContext:
    entries = []
    for entry in notes.children(node, "contextEntry"):
        name = notes.child(entry, "variable")
        value = required_expression(entry, entry, "value", notes)
        entries.append(model.ContextEntry(variable=variable(name) if name else None, value=value))
    if any(entry.variable is None for entry in entries[:-1]):
        message = "Only the last entry of a context may have no name."
        notes.at("error", "misplaced_result", message, notes.place(node))
    return model.BoxedContext(entries=tuple(entries), type_ref=_type_ref(node), place=notes.place(node))


def _invocation(node: xml.Element, notes: Notes) -> model.Invocation:
    bindings = []
    for binding in notes.children(node, "binding"):
        parameter = notes.child(binding, "parameter")
        if parameter is None:
            notes.at("error", "missing_parameter", "A binding names no parameter.", notes.place(node))
            continue
        value = required_expression(binding, binding, "value", notes)
        bindings.append(model.Binding(parameter=variable(parameter), value=value))
    called = required_expression(node, node, "called", notes)
    return model.Invocation(called=called, bindings=tuple(bindings), type_ref=_type_ref(node), place=notes.place(node))


def function_definition(node: xml.Element, notes: Notes) -> model.FunctionDefinition:
    """A function definition, also that of a business knowledge model."""
    kind = node.get("kind", "FEEL").strip().upper()
    kinds: dict[str, model.FunctionKind] = {"FEEL": "FEEL", "F": "FEEL", "JAVA": "Java", "J": "Java"}
    kinds |= {"PMML": "PMML", "P": "PMML"}
    if kind not in kinds:
        notes.at("error", "unknown_kind", f'The function kind "{kind}" is not known.', notes.place(node))
    body = only_expression(node, notes)
    parameters = tuple(variable(part) for part in notes.children(node, "formalParameter"))
    if not parameters and isinstance(body, model.DecisionTable):
        parameters = _implicit_parameters(body)
    return model.FunctionDefinition(
        kind=kinds.get(kind, "FEEL"),
        parameters=parameters,
        body=body,
        type_ref=_type_ref(node),
        place=notes.place(node),
    )


def _implicit_parameters(table: model.DecisionTable) -> tuple[model.Variable, ...]:
    """The variables that the inputs of a table begin with: its parameters, where none are declared."""
    found: dict[str, model.Variable] = {}
    for clause in table.inputs:
        name, dot, _ = " ".join(clause.expression.text.split()).partition(".")
        if _PLAIN_NAME.fullmatch(name):
            kind = "" if dot else clause.type_ref
            found.setdefault(name, model.Variable(name=name, type_ref=kind, place=clause.place))
    return tuple(found.values())


def _list(node: xml.Element, notes: Notes) -> model.BoxedList:
    items = tuple(expression(child, notes) for child in _expressions(node, notes))
    return model.BoxedList(items=items, type_ref=_type_ref(node), place=notes.place(node))


def _relation(node: xml.Element, notes: Notes) -> model.Relation:
    columns = tuple(variable(column) for column in notes.children(node, "column"))
    rows = []
    for row in notes.children(node, "row"):
        cells = tuple(expression(cell, notes) for cell in _expressions(row, notes))
        if len(cells) != len(columns):
            message = f"A row of the relation has {len(cells)} cells for {len(columns)} columns."
            notes.at("error", "uneven_relation", message, notes.place(row) if row.get("id") else notes.place(node))
        rows.append(cells)
    return model.Relation(columns=columns, rows=tuple(rows), type_ref=_type_ref(node), place=notes.place(node))


def _conditional(node: xml.Element, notes: Notes) -> model.Conditional:
    return model.Conditional(
        condition=required_expression(notes.child(node, "if"), node, "if", notes),
        then=required_expression(notes.child(node, "then"), node, "then", notes),
        otherwise=required_expression(notes.child(node, "else"), node, "else", notes),
        type_ref=_type_ref(node),
        place=notes.place(node),
    )


def _filter(node: xml.Element, notes: Notes) -> model.Filter:
    return model.Filter(
        source=required_expression(notes.child(node, "in"), node, "in", notes),
        match=required_expression(notes.child(node, "match"), node, "match", notes),
        type_ref=_type_ref(node),
        place=notes.place(node),
    )


def _iterator(node: xml.Element, notes: Notes) -> model.Iterator:
    kinds: dict[str, model.IteratorKind] = {"for": "for", "some": "some", "every": "every"}
    body = "return" if node.name == "for" else "satisfies"
    name = " ".join(node.get("iteratorVariable").split())
    if not name:
        notes.at("error", "missing_name", f"The element <{node.name}> has no iterator variable.", notes.place(node))
    return model.Iterator(
        kind=kinds[node.name],
        variable=name,
        source=required_expression(notes.child(node, "in"), node, "in", notes),
        body=required_expression(notes.child(node, body), node, body, notes),
        type_ref=_type_ref(node),
        place=notes.place(node),
    )


# -- decision tables ----------------------------------------------------------------------------


def _decision_table(node: xml.Element, notes: Notes) -> model.DecisionTable:
    inputs = tuple(_input(clause, notes) for clause in notes.children(node, "input"))
    outputs = tuple(_output(clause, notes) for clause in notes.children(node, "output"))
    if not outputs:
        notes.at("error", "no_output", "The decision table has no output.", notes.place(node))
    hit_policy, aggregation = _hit_policy(node, notes)
    rules = enumerate(notes.children(node, "rule"), start=1)
    return model.DecisionTable(
        inputs=inputs,
        outputs=outputs,
        rules=tuple(_rule(number, rule, len(inputs), len(outputs), notes) for number, rule in rules),
        hit_policy=hit_policy,
        aggregation=aggregation,
        annotation_names=tuple(clause.get("name") for clause in notes.children(node, "annotation")),
        type_ref=_type_ref(node),
        place=notes.place(node),
    )


def _hit_policy(node: xml.Element, notes: Notes) -> tuple[model.HitPolicy, model.Aggregation]:
    """Hit policy and aggregation, UNIQUE and none by default."""
    policy, aggregation = model.HitPolicy.UNIQUE, model.Aggregation.LIST
    try:
        policy = model.HitPolicy(node.get("hitPolicy").strip().replace("_", " ") or "UNIQUE")
        aggregation = model.Aggregation(node.get("aggregation").strip())
    except ValueError:
        wrong = f"{node.get('hitPolicy')} {node.get('aggregation')}".strip()
        notes.at("error", "unknown_hit_policy", f'The hit policy "{wrong}" is not known.', notes.place(node))
    return policy, aggregation


def _input(node: xml.Element, notes: Notes) -> model.InputClause:
    holder = notes.child(node, "inputExpression")
    if holder is None:
        notes.at("error", "missing_expression", "The input column has no expression.", notes.place(node))
    names = (node.get("inputVariable", namespace=uri) for uri in namespaces.CAMUNDA)
    return model.InputClause(
        expression=text(holder, notes) if holder else model.Text(text="null", place=notes.place(node)),
        type_ref=_type_ref(holder) if holder else "",
        values=unary_tests(notes.child(node, "inputValues"), notes),
        label=node.get("label"),
        cell_name=next((name for name in names if name), ""),
        place=notes.place(node),
    )


def _output(node: xml.Element, notes: Notes) -> model.OutputClause:
    default = notes.child(node, "defaultOutputEntry")
    return model.OutputClause(
        name=" ".join(node.get("name").split()),
        type_ref=_type_ref(node),
        values=unary_tests(notes.child(node, "outputValues"), notes),
        default=unary_tests(default, notes),
        label=node.get("label"),
        place=notes.place(node),
    )


def _rule(number: int, node: xml.Element, inputs: int, outputs: int, notes: Notes) -> model.Rule:
    conditions = tuple(text(cell, notes) for cell in notes.children(node, "inputEntry"))
    conclusions = tuple(text(cell, notes) for cell in notes.children(node, "outputEntry"))
    for cells, columns, kind in ((conditions, inputs, "input"), (conclusions, outputs, "output")):
        if len(cells) != columns:
            message = f"Rule {number} has {len(cells)} {kind} entries for {columns} {kind} columns."
            notes.at("error", "uneven_rule", message, notes.place(node))
    annotations = (notes.text_of(entry, "text") for entry in notes.children(node, "annotationEntry"))
    remark = notes.text_of(node, "description")
    return model.Rule(
        number=number,
        inputs=conditions,
        outputs=conclusions,
        annotations=tuple(annotations) or ((remark,) if remark else ()),
        place=notes.place(node),
    )


_READERS: dict[str, Callable[[xml.Element, Notes], model.Boxed]] = {
    "literalExpression": _literal,
    "context": _context,
    "invocation": _invocation,
    "functionDefinition": function_definition,
    "list": _list,
    "relation": _relation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
    "decisionTable": _decision_table,
}
