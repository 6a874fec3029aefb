"""Decisions and functions compiled: which values they take from the graph, and the closure that decides.

Source: DMN 1.5, 10.4.1 (execution semantics of decision services, decisions, input data and functions).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from decisions.dmn import itemtypes, model
from decisions.dmn.building import new_scope
from decisions.dmn.itemtypes import TypeTable
from decisions.dmn.linking import Graph, Key, Reference
from decisions.dmn.tables import CompiledTable, DmnScope
from decisions.dmn.translate import Translator
from decisions.feel.budget import Run
from decisions.feel.evaluator import MISSING, Closure, Frame
from decisions.feel.types import ANY, FeelType
from decisions.feel.values import Function, Parameter, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class InputProgram:
    """An input of the graph."""

    key: Key
    name: str
    type: FeelType


@dataclass(slots=True, kw_only=True)
class Program:
    """A decision, compiled."""

    key: Key
    id: str
    name: str
    type: FeelType
    #: None when the decision has no logic and must be given from outside
    closure: Closure | None
    template: Frame
    #: (slot of the frame, place in `required`)
    bindings: tuple[tuple[int, int], ...] = ()
    #: (slot, (name, key or function)) for the context of an import's elements
    groups: tuple[tuple[int, tuple[tuple[str, Key | Function], ...]], ...] = ()
    #: (slot, key, name) of outputs that Camunda's files know as variables of their own
    parts: tuple[tuple[int, Key, str], ...] = ()
    #: (slot, name) of names that no element of the model has: the caller may give them
    loose: tuple[tuple[int, str], ...] = ()
    #: (name, key) of what the decision requires, for the trace
    required: tuple[tuple[str, Key], ...] = ()
    tables: tuple[CompiledTable, ...] = ()
    #: names the logic uses that nothing declares
    unknown: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Compiled:
    """A whole graph, ready to be evaluated."""

    graph: Graph
    inputs: dict[Key, InputProgram] = field(default_factory=dict)
    decisions: dict[Key, Program] = field(default_factory=dict)
    functions: dict[Key, Function] = field(default_factory=dict)
    #: tables of the functions, which have no program of their own
    function_tables: dict[Key, tuple[CompiledTable, ...]] = field(default_factory=dict)


class ModelCompiler:
    """Compiles the elements of one model into a `Compiled`.

    Args:
        call_service: evaluates a decision service as a function.
    """

    def __init__(
        self,
        compiled: Compiled,
        definitions: model.Definitions,
        types: TypeTable,
        translator: Translator,
        builtins: Mapping[str, Function],
    ) -> None:
        self._compiled = compiled
        self._graph = compiled.graph
        self._definitions = definitions
        self._types = types
        self._translator = translator
        self._builtins = builtins
        self._scope_types = ChainMap(types.named, itemtypes.VENDOR_TYPES)

    # -- declared first, so that everything may refer to everything ----------------------------

    def declare(self, key: Key, element: model.Element, call_service: Callable[[Key], ServiceBody]) -> None:
        """Register an element that others take from the graph."""
        wanted = self._translator.type_of(element.variable.type_ref, element.variable.place)
        if isinstance(element, model.InputData):
            self._compiled.inputs[key] = InputProgram(key=key, name=element.name, type=wanted)
        elif isinstance(element, model.BusinessKnowledgeModel):
            result = itemtypes.outputs_of(wanted)
            if result is ANY and element.logic and element.logic.body:
                body_type = element.logic.body.type_ref
                result = self._types.get(body_type) or ANY
            parameters = [self._parameter(each) for each in element.logic.parameters] if element.logic else []
            body = _unfinished
            self._compiled.functions[key] = Function(element.name, parameters, body, result=_or_none(result))
        elif isinstance(element, model.DecisionService):
            self._compiled.functions[key] = self._service(key, element, wanted, call_service(key))

    def _parameter(self, variable: model.Variable) -> Parameter:
        return Parameter(variable.name, _or_none(self._translator.type_of(variable.type_ref, variable.place)))

    def _service(self, key: Key, element: model.DecisionService, wanted: FeelType, body: ServiceBody) -> Function:
        parameters = []
        for reference in self._graph.services[key].inputs:
            target = self._graph.elements[reference.key]
            parameters.append(self._parameter(target.variable))
        result = _or_none(itemtypes.outputs_of(wanted))
        return Function(element.name, parameters, body, result=result)

    # -- then compiled --------------------------------------------------------------------------

    def decision(self, key: Key, element: model.Decision) -> Program:
        """A decision."""
        references = self._graph.requirements[key]
        wanted = self._translator.type_of(element.variable.type_ref, element.variable.place)
        program = Program(
            key=key,
            id=element.id,
            name=element.name,
            type=wanted,
            closure=None,
            template=[None],
            required=tuple((_shown(each), each.key) for each in references if self._is_value(each)),
        )
        self._compiled.decisions[key] = program
        if element.logic is not None:
            scope = self._scope(references)
            self._declare_types(references)
            is_table = isinstance(element.logic, model.DecisionTable)
            self._translator.result_type = element.variable.type_ref if is_table else ""
            node = self._translator.boxed(element.logic, tuple(self._names(references)))
            what = f'decision "{element.name}"'
            node = self._translator.typed(node, element.variable.type_ref, element.variable.place, what)
            program.closure = scope.build(node)
            self._bind(program, scope, references)
        return program

    def function(self, key: Key, element: model.BusinessKnowledgeModel) -> Program:
        """A business knowledge model; its function becomes callable."""
        references = self._graph.requirements[key]
        own = Reference(key=key, prefix="", name=element.variable.name)
        references = (*references, own)
        scope = self._scope(references)
        program = Program(key=key, id=element.id, name=element.name, type=ANY, closure=None, template=[None])
        if element.logic is not None:
            self._translator.name_types = {}
            self._translator.result_type = ""
            node = self._translator.function(element.logic, tuple(self._names(references)))
            program.closure = scope.build(node)
            self._bind(program, scope, references)
        self._compiled.function_tables[key] = program.tables
        self._compiled.functions[key].body = _body_of(program)
        return program

    def _scope(self, references: Sequence[Reference]) -> DmnScope:
        names = frozenset(each.prefix or each.name for each in references)
        return new_scope(names, self._builtins, self._scope_types)

    def _declare_types(self, references: Sequence[Reference]) -> None:
        """Tell the translator the types of the model's own variables."""
        self._translator.name_types = {}
        for each in references:
            if not each.prefix and each.key[0] == self._definitions.namespace and self._is_value(each):
                for name in self._aliases(each):
                    self._translator.declare(self._graph.elements[each.key].variable, name)

    def _names(self, references: Iterable[Reference]) -> list[str]:
        """Names that texts may contain: those of required elements, and how else they are known."""
        found: list[str] = []
        for each in references:
            found.extend((each.prefix, each.name) if each.prefix else self._aliases(each))
        return found

    def _aliases(self, reference: Reference) -> list[str]:
        """The name; where the file has no variable, the id too."""
        element = self._graph.elements[reference.key]
        names = [reference.name]
        if element.has_variable:
            return names
        names.append(element.id)
        return [name for name in names if name]

    def _is_value(self, reference: Reference) -> bool:
        return isinstance(self._graph.elements[reference.key], (model.Decision, model.InputData))

    def _bind(self, program: Program, scope: DmnScope, references: Sequence[Reference]) -> None:
        """Connect the free names of the logic with the graph."""
        template: Frame = [None, *[MISSING] * scope.size]
        bindings: list[tuple[int, int]] = []
        places = {key: place for place, (_, key) in enumerate(program.required)}
        free = dict(scope.free)
        for each in references:
            if each.prefix:
                continue
            for name in self._aliases(each):
                if (slot := free.pop(name, None)) is None:
                    continue
                if self._is_value(each):
                    bindings.append((slot, places[each.key]))
                else:
                    template[slot] = self._compiled.functions[each.key]
        program.groups = tuple(self._groups(free, references))
        program.parts = tuple(self._parts(free, references))
        declared = {element.name for element in self._elements()}
        loose = [(slot, name) for name, slot in free.items() if name not in declared]
        program.bindings = tuple(bindings)
        program.loose = tuple(loose)
        program.unknown = tuple(name for name in free if name in scope.sure)
        program.template = template
        program.tables = tuple(scope.tables)

    def _groups(
        self, free: dict[str, int], references: Sequence[Reference]
    ) -> Iterable[tuple[int, tuple[tuple[str, Key | Function], ...]]]:
        """For each import that the logic names, the required elements of that model."""
        for prefix in dict.fromkeys(each.prefix for each in references if each.prefix):
            if (slot := free.pop(prefix, None)) is None:
                continue
            members = [each for each in references if each.prefix == prefix]
            yield (
                slot,
                tuple(
                    (each.name, each.key if self._is_value(each) else self._compiled.functions[each.key])
                    for each in members
                ),
            )

    def _parts(self, free: dict[str, int], references: Sequence[Reference]) -> Iterable[tuple[int, Key, str]]:
        """Outputs of required tables, which Camunda's engine makes variables (its DMN guide, "DRD")."""
        if not self._definitions.is_camunda:
            return
        for each in references:
            element = self._graph.elements[each.key]
            if isinstance(element, model.Decision) and isinstance(element.logic, model.DecisionTable):
                for clause in element.logic.outputs:
                    if (slot := free.pop(clause.name, None)) is not None:
                        yield slot, each.key, clause.name if len(element.logic.outputs) > 1 else ""

    def _elements(self) -> Iterable[model.Element]:
        file = self._definitions
        return (*file.inputs, *file.decisions, *file.functions, *file.services)


ServiceBody = Callable[[Run, list[Value]], Value]


def _unfinished(run: Run, values: list[Value]) -> Value:
    """Body of a function whose model has no logic."""
    run.position = None
    return run.error("no_logic", "the business knowledge model has no logic")


def _body_of(program: Program) -> ServiceBody:
    """What a business knowledge model does when it is called."""
    if program.closure is None:
        return _unfinished
    make, template = program.closure, program.template

    def body(run: Run, values: list[Value]) -> Value:
        frame = template.copy()
        frame[0] = run
        function = make(frame)
        return None if function is None else function.body(run, values)

    return body


def _or_none(each: FeelType) -> FeelType | None:
    return None if each is ANY else each


def _shown(reference: Reference) -> str:
    return f"{reference.prefix}.{reference.name}" if reference.prefix else reference.name
