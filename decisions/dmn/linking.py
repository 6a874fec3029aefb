"""Joins files into one graph: imports, references between elements, circles.

Source: DMN 1.5, 6.3.3 (import), 6.3.7 to 6.3.13 (requirements), 6.3.5 (references by href).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from decisions.dmn import model, namespaces
from decisions.edge.problems import Problem

Node = TypeVar("Node", bound=Hashable)
#: kinds of elements that a reference may point at
Kinds = tuple[type[model.Element], ...]
_VALUES: Kinds = (model.Decision, model.InputData)
_FUNCTIONS: Kinds = (model.BusinessKnowledgeModel, model.DecisionService)
#: (namespace of the model, id of the element; "name:" and its name where it has no id)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A requirement, resolved."""

    key: Key
    #: import prefix under which the requiring model knows the element; empty for its own
    prefix: str
    #: name under which logic sees the element
    name: str


@dataclass(slots=True, kw_only=True)
class Graph:
    """All models that came together, with their elements by key."""

    models: Mapping[str, model.Definitions]
    elements: dict[Key, model.Element] = field(default_factory=dict)
    #: what the logic of a decision, function or service may name, in order
    requirements: dict[Key, tuple[Reference, ...]] = field(default_factory=dict)
    #: what stands inside each decision service
    services: dict[Key, ServiceParts] = field(default_factory=dict)

    def model_of(self, key: Key) -> model.Definitions:
        """The model an element stands in."""
        return self.models[key[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """A decision service, resolved."""

    outputs: tuple[Reference, ...]
    encapsulated: tuple[Reference, ...]
    #: parameters in the order of a call: input data first, then decisions (DMN 1.5, 10.4.1.4)
    inputs: tuple[Reference, ...]


def key_of(definitions: model.Definitions, element: model.Element) -> Key:
    """The key of an element in its model."""
    return definitions.namespace, element.id or f"name:{element.name}"


def link(files: Sequence[model.Definitions]) -> tuple[Graph, list[Problem]]:
    """The graph of all files, and what does not fit together."""
    linker = _Linker(files)
    linker.run()
    return linker.graph, linker.problems


class _Linker:
    def __init__(self, files: Sequence[model.Definitions]) -> None:
        self.problems: list[Problem] = []
        self.graph = Graph(models=self._by_namespace(files))

    def run(self) -> None:
        """Index all elements, then resolve what they point at."""
        for definitions in self.graph.models.values():
            self._check_imports(definitions)
            self._index(definitions)
        for key, element in self.graph.elements.items():
            self._resolve(key, element)
        self._refuse_circles()

    def add(self, code: str, message: str, file: model.Definitions, place: model.Place) -> None:
        """Remember an error."""
        self.problems.append(
            Problem(
                severity="error",
                code=code,
                element=place.element,
                line=place.line,
                message=message,
                file=file.source,
            )
        )

    def _by_namespace(self, files: Sequence[model.Definitions]) -> dict[str, model.Definitions]:
        found: dict[str, model.Definitions] = {}
        for definitions in files:
            if definitions.namespace in found:
                other = found[definitions.namespace].source
                message = f'The namespace "{definitions.namespace}" is also that of {other}.'
                self.add("duplicate_namespace", message, definitions, model.Place(element=definitions.id, line=1))
            else:
                found[definitions.namespace] = definitions
        return found

    def _check_imports(self, definitions: model.Definitions) -> None:
        for each in definitions.imports:
            if not namespaces.is_model_import(each.kind):
                continue
            if each.namespace not in self.graph.models:
                message = f'The imported model "{each.name}" of namespace "{each.namespace}" is not there.'
                self.add("missing_import", message, definitions, each.place)

    def _index(self, definitions: model.Definitions) -> None:
        names: dict[str, model.Element] = {}
        parts: Iterable[model.Element] = (
            *definitions.inputs,
            *definitions.decisions,
            *definitions.functions,
            *definitions.services,
        )
        for element in parts:
            self.graph.elements[key_of(definitions, element)] = element
            if element.name in names and element.name:
                message = f'The name "{element.name}" is used twice (line {names[element.name].place.line} too).'
                self.add("duplicate_name", message, definitions, element.place)
            names[element.name] = element

    def _resolve(self, key: Key, element: model.Element) -> None:
        if isinstance(element, model.Decision):
            values = self._references(key, element, element.information, _VALUES)
            functions = self._references(key, element, element.knowledge, _FUNCTIONS)
            self.graph.requirements[key] = (*values, *functions)
        elif isinstance(element, model.BusinessKnowledgeModel):
            self.graph.requirements[key] = self._references(key, element, element.knowledge, _FUNCTIONS)
        elif isinstance(element, model.DecisionService):
            self._resolve_service(key, element)

    def _resolve_service(self, key: Key, service: model.DecisionService) -> None:
        decisions: Kinds = (model.Decision,)
        data = self._references(key, service, service.input_data, (model.InputData,))
        parts = ServiceParts(
            outputs=self._references(key, service, service.outputs, decisions),
            encapsulated=self._references(key, service, service.encapsulated, decisions),
            inputs=(*data, *self._references(key, service, service.input_decisions, decisions)),
        )
        self.graph.services[key] = parts
        if not parts.outputs:
            message = f'The decision service "{service.name}" has no output decision.'
            self.add("no_output", message, self.graph.model_of(key), service.place)

    def _references(self, key: Key, owner: model.Element, hrefs: Iterable[str], kinds: Kinds) -> tuple[Reference, ...]:
        found = (self._reference(key, owner, href, kinds) for href in dict.fromkeys(hrefs))
        return tuple(reference for reference in found if reference)

    def _reference(self, key: Key, owner: model.Element, href: str, kinds: Kinds) -> Reference | None:
        definitions = self.graph.model_of(key)
        namespace, mark, identity = href.rpartition("#")
        if not mark:
            namespace, identity = "", href
        target = (namespace or definitions.namespace, identity)
        element = self.graph.elements.get(target)
        if not isinstance(element, kinds):
            code, what = ("wrong_reference", "cannot be used so") if element else ("missing_reference", "is not there")
            self.add(code, f'"{owner.name}" refers to "{href}", which {what}.', definitions, owner.place)
            return None
        prefix = self._prefix(definitions, target[0])
        if prefix is None:
            message = f'"{owner.name}" refers to "{element.name}" of a model that is not imported.'
            self.add("missing_import", message, definitions, owner.place)
            return None
        return Reference(key=target, prefix=prefix, name=element.variable.name)

    def _prefix(self, definitions: model.Definitions, namespace: str) -> str | None:
        """What the names of a model have before them in another one; None when it is not imported."""
        if namespace == definitions.namespace:
            return ""
        return next((each.name for each in definitions.imports if each.namespace == namespace), None)

    def _refuse_circles(self) -> None:
        """Report each circle and cut it, so that evaluation ends."""
        while circle := next(filter(self._is_refused, circles(self._edges())), None):
            first = next(key for key in circle if self.graph.requirements.get(key))
            definitions, element = self.graph.model_of(first), self.graph.elements[first]
            start = circle.index(first)
            names = " -> ".join(
                f'"{self.graph.elements[key].name}"' for key in (*circle[start:], *circle[:start], first)
            )
            message = f"Requirements go in a circle: {names}."
            self.add("circular_requirement", message, definitions, element.place)
            self.graph.requirements[first] = ()
        imports = {
            space: [each.namespace for each in file.imports if each.namespace in self.graph.models]
            for space, file in self.graph.models.items()
        }
        for loop in circles(imports):
            file = self.graph.models[loop[0]]
            names = " -> ".join(self.graph.models[space].source for space in (*loop, loop[0]))
            self.add("circular_import", f"Imports go in a circle: {names}.", file, model.Place(line=1))

    def _edges(self) -> dict[Key, list[Key]]:
        edges = {key: [each.key for each in needed] for key, needed in self.graph.requirements.items()}
        for key, parts in self.graph.services.items():
            edges[key] = [each.key for each in (*parts.outputs, *parts.encapsulated)]
        return edges

    def _is_refused(self, circle: Sequence[Key]) -> bool:
        """Functions may call themselves and each other; nothing else may."""
        elements = (self.graph.elements[key] for key in circle)
        return not all(isinstance(each, model.BusinessKnowledgeModel) for each in elements)


def circles(edges: Mapping[Node, Sequence[Node]]) -> list[list[Node]]:
    """One circle for each way a depth-first walk meets itself; without recursion."""
    found: list[list[Node]] = []
    done: set[Node] = set()
    for start in edges:
        path: list[Node] = []
        waiting = [(start, False)]
        while waiting:
            node, leaving = waiting.pop()
            if leaving:
                path.pop()
                done.add(node)
            elif node in path:
                found.append(path[path.index(node) :])
            elif node not in done:
                path.append(node)
                waiting.append((node, True))
                waiting.extend((each, False) for each in edges.get(node, ()))
    return found
