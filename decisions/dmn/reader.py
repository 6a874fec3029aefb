"""Reads a DMN file into `model.Definitions`, and says everything that is wrong with it at once.

Source: DMN 1.5, chapter 6 and 7.3; older versions (1.1 to 1.4) differ in names only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from decisions.dmn import boxed_reader, model, namespaces
from decisions.dmn.boxed_reader import Notes
from decisions.edge import xml
from decisions.edge.problems import Problem

#: cells of all tables of a file; each is an expression that is read, typed and compared with the others
LIMIT_ENTRIES = 20_000
_ENTRIES = frozenset(("inputEntry", "outputEntry"))
_LIMIT_NAME = 255
#: drawn models nest 20 to 40 deep; reading and compiling recurse as deep as the file
_LIMIT_DEPTH = 100
#: children of `definitions` that carry no logic
_DRAWING = frozenset(
    (
        "description",
        "extensionElements",
        "artifact",
        "group",
        "textAnnotation",
        "association",
        "knowledgeSource",
        "organizationUnit",
        "performanceIndicator",
        "businessContextElement",
        "elementCollection",
        "DMNDI",
        "relationship",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as somebody brought it."""

    name: str
    data: bytes


def read(source: Source) -> tuple[model.Definitions | None, tuple[Problem, ...]]:
    """The file's content, or None when nothing can be read, and the problems found on the way."""
    try:
        root = xml.parse(source.data, limit_depth=_LIMIT_DEPTH).root
    except xml.XmlRefused as refused:
        problem = Problem(
            severity="error",
            code=refused.code,
            element=source.name,
            line=refused.line,
            message=refused.message,
        )
        return None, (problem,)
    notes = Notes(namespace=root.namespace)
    if not _is_definitions(root, source, notes):
        return None, tuple(notes.problems)
    if sum(node.name in _ENTRIES for node in root.iter()) > LIMIT_ENTRIES:
        message = f"The tables have more than {LIMIT_ENTRIES} entries; keep so much data where it can be looked up."
        notes.add("error", "too_many_entries", message, source.name, root.line)
        return None, tuple(notes.problems)
    definitions = _Reader(root, source, notes).definitions()
    return definitions, tuple(notes.problems)


def _is_definitions(root: xml.Element, source: Source, notes: Notes) -> bool:
    """Whether the root is a DMN model; says what the file is instead."""
    if root.name == "definitions" and namespaces.is_dmn(root.namespace):
        return True
    if "/BPMN/" in root.namespace:
        message = "This is a BPMN drawing, not a DMN model."
    elif root.name == "definitions" and not root.namespace:
        message = "The element <definitions> has no DMN namespace."
    else:
        message = f"This is not a DMN model: the root element is <{root.name}> of namespace '{root.namespace}'."
    notes.add("error", "not_dmn", message, source.name, root.line)
    return False


class _Reader:
    """Reads one `definitions` element."""

    def __init__(self, root: xml.Element, source: Source, notes: Notes) -> None:
        self._root = root
        self._source = source
        self._notes = notes
        self._seen: dict[str, int] = {}

    def definitions(self) -> model.Definitions:
        """The whole file."""
        root, notes = self._root, self._notes
        version = namespaces.VERSIONS.get(root.namespace, "")
        if not version:
            message = f"The DMN version '{root.namespace}' is not known; read as DMN 1.5."
            notes.add("warning", "unknown_version", message, root.get("id") or root.get("name"), root.line)
        notes.default_language = root.get("expressionLanguage")
        parts = self._parts()
        is_camunda = any(uri in namespaces.CAMUNDA or "camunda.org" in uri for uri in root.prefixes.values())
        return model.Definitions(
            source=self._source.name,
            id=root.get("id"),
            name=root.get("name"),
            namespace=root.get("namespace").strip(),
            digest=hashlib.sha256(self._source.data).hexdigest(),
            version=version,
            exporter=root.get("exporter"),
            is_camunda=is_camunda or root.get("exporter").startswith("Camunda"),
            expression_language=root.get("expressionLanguage"),
            prefixes=dict(root.prefixes),
            **parts,
        )

    def _parts(self) -> dict[str, Any]:
        """The children by kind, in the order of the file."""
        found: dict[str, list[Any]] = {
            "imports": [],
            "items": [],
            "inputs": [],
            "decisions": [],
            "functions": [],
            "services": [],
        }
        readers = {
            "import": ("imports", self._import),
            "itemDefinition": ("items", self._item),
            "inputData": ("inputs", self._input_data),
            "decision": ("decisions", self._decision),
            "businessKnowledgeModel": ("functions", self._function),
            "decisionService": ("services", self._service),
        }
        for child in self._root.children:
            if child.namespace != self._root.namespace:
                continue
            if child.name in readers:
                kind, reader = readers[child.name]
                found[kind].append(reader(child))
            elif child.name not in _DRAWING:
                message = f"The element <{child.name}> is not known in a DMN model."
                self._notes.add("warning", "unknown_element", message, child.get("id"), child.line)
        return {kind: tuple(parts) for kind, parts in found.items()}

    # -- elements of the graph ------------------------------------------------------------------

    def _common(self, node: xml.Element) -> dict[str, Any]:
        """Id, name and variable of an element, with the complaints about them."""
        place, name = boxed_reader.place(node), node.get("name").strip()
        self._notes.owner = place.element or name
        if not name:
            self._notes.at("error", "missing_name", f"The element <{node.name}> has no name.", place)
        if len(name) > _LIMIT_NAME or len(node.get("id")) > _LIMIT_NAME:
            self._notes.at("error", "name_too_long", f"A name or id has more than {_LIMIT_NAME} signs.", place)
        identity = node.get("id").strip()
        if identity and identity in self._seen:
            message = f'The id "{identity}" is used twice (line {self._seen[identity]} and {node.line}).'
            self._notes.at("error", "duplicate_id", message, place)
        self._seen[identity] = node.line
        variable = self._notes.child(node, "variable")
        found = boxed_reader.variable(variable) if variable else model.Variable(name=name, place=place)
        if not found.name:
            found = replace(found, name=name)
        return {
            "id": identity,
            "name": name,
            "variable": found,
            "has_variable": variable is not None,
            "place": place,
        }

    def _input_data(self, node: xml.Element) -> model.InputData:
        return model.InputData(**self._common(node))

    def _decision(self, node: xml.Element) -> model.Decision:
        notes = self._notes
        return model.Decision(
            **self._common(node),
            logic=boxed_reader.only_expression(node, notes),
            information=self._hrefs(node, "informationRequirement", ("requiredDecision", "requiredInput")),
            knowledge=self._hrefs(node, "knowledgeRequirement", ("requiredKnowledge",)),
            question=notes.text_of(node, "question"),
            allowed_answers=notes.text_of(node, "allowedAnswers"),
        )

    def _function(self, node: xml.Element) -> model.BusinessKnowledgeModel:
        logic = self._notes.child(node, "encapsulatedLogic")
        return model.BusinessKnowledgeModel(
            **self._common(node),
            logic=boxed_reader.function_definition(logic, self._notes) if logic else None,
            knowledge=self._hrefs(node, "knowledgeRequirement", ("requiredKnowledge",)),
        )

    def _service(self, node: xml.Element) -> model.DecisionService:
        return model.DecisionService(
            **self._common(node),
            outputs=self._direct_hrefs(node, "outputDecision"),
            encapsulated=self._direct_hrefs(node, "encapsulatedDecision"),
            input_decisions=self._direct_hrefs(node, "inputDecision"),
            input_data=self._direct_hrefs(node, "inputData"),
        )

    def _hrefs(self, node: xml.Element, requirement: str, kinds: Iterable[str]) -> tuple[str, ...]:
        """What the requirements of one kind point at."""
        found: list[str] = []
        for holder in self._notes.children(node, requirement):
            for kind in kinds:
                found.extend(self._direct_hrefs(holder, kind))
        return tuple(found)

    def _direct_hrefs(self, node: xml.Element, kind: str) -> tuple[str, ...]:
        found = []
        for reference in self._notes.children(node, kind):
            if href := reference.get("href").strip():
                found.append(href)
            else:
                message = f"The element <{kind}> has no href."
                self._notes.add("error", "missing_href", message, node.get("id"), reference.line)
        return tuple(found)

    # -- imports and types ----------------------------------------------------------------------

    def _import(self, node: xml.Element) -> model.Import:
        return model.Import(
            name=node.get("name").strip(),
            namespace=node.get("namespace").strip(),
            kind=node.get("importType").strip(),
            place=boxed_reader.place(node),
        )

    def _item(self, node: xml.Element) -> model.ItemDefinition:
        """An item definition or one of its components; XML depth is limited, so this may recurse."""
        notes, place = self._notes, boxed_reader.place(node)
        name = notes.owner = node.get("name").strip()
        if not name:
            notes.at("error", "missing_name", f"The element <{node.name}> has no name.", place)
        return model.ItemDefinition(
            name=name,
            type_ref=boxed_reader.type_name(notes.text_of(node, "typeRef"), node),
            components=tuple(self._item(part) for part in notes.children(node, "itemComponent")),
            is_collection=node.get("isCollection") in ("true", "1"),
            allowed_values=boxed_reader.unary_tests(notes.child(node, "allowedValues"), notes),
            constraint=boxed_reader.unary_tests(notes.child(node, "typeConstraint"), notes),
            function=self._function_item(notes.child(node, "functionItem")),
            place=place,
        )

    def _function_item(self, node: xml.Element | None) -> tuple[tuple[model.Variable, ...], str] | None:
        if node is None:
            return None
        parameters = tuple(boxed_reader.variable(part) for part in self._notes.children(node, "parameters"))
        return parameters, boxed_reader.type_name(node.get("outputTypeRef"), node)
