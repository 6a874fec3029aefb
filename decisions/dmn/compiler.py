"""Compiles a linked graph: types first, then what elements declare, then their logic."""

from __future__ import annotations

from collections.abc import Mapping

from decisions.dmn import itemtypes, model
from decisions.dmn.building import new_scope
from decisions.dmn.checks import blank_frame, build_check
from decisions.dmn.evaluator import Evaluator
from decisions.dmn.linking import Graph, Key
from decisions.dmn.programs import Compiled, ModelCompiler
from decisions.dmn.translate import Translator
from decisions.edge.problems import Problem
from decisions.feel import nodes
from decisions.feel.builtins import BUILTINS
from decisions.feel.values import Function, Value


def compile_graph(graph: Graph, builtins: Mapping[str, Function]) -> tuple[Evaluator, list[Problem]]:
    """Compile all models; types of imported models first."""
    problems: list[Problem] = []
    compiled = Compiled(graph=graph)
    evaluator = Evaluator(compiled)
    tables: dict[str, itemtypes.TypeTable] = {}
    components = _component_names(graph)
    compilers: dict[str, tuple[ModelCompiler, Translator]] = {}
    for space in _imported_first(graph):
        definitions = graph.models[space]
        imported = {each.name: tables[each.namespace] for each in definitions.imports if each.namespace in tables}
        builder = itemtypes.TypeBuilder(definitions, imported, _test_maker(definitions, problems))
        tables[space] = builder.build()
        problems.extend(builder.problems)
        translator = Translator(definitions, tables[space], components)
        compiler = ModelCompiler(compiled, definitions, tables[space], translator, builtins)
        compilers[space] = compiler, translator
    for key, element in graph.elements.items():
        compilers[key[0]][0].declare(key, element, evaluator.service_body)
    for key, element in graph.elements.items():
        try:
            _compile_logic(compilers[key[0]][0], key, element)
        except RecursionError:
            message = f'The logic of "{element.name}" is nested too deeply.'
            compilers[key[0]][1].problem("error", "too_deep", message, element.place)
    for _, translator in compilers.values():
        problems.extend(translator.problems)
    return evaluator, problems


def _compile_logic(compiler: ModelCompiler, key: Key, element: model.Element) -> None:
    if isinstance(element, model.Decision):
        compiler.decision(key, element)
    elif isinstance(element, model.BusinessKnowledgeModel):
        compiler.function(key, element)


def _test_maker(definitions: model.Definitions, problems: list[Problem]) -> itemtypes.TestMaker:
    """Makes tests of the unary tests that item definitions carry; they see no names but `?`."""
    translator = Translator(definitions, itemtypes.TypeTable(definitions, {}, {}), ())
    translator.problems = problems

    def make(text: model.Text) -> itemtypes.Test | None:
        tests = translator.tests(text, ("?",))
        if not isinstance(tests, nodes.UnaryTests):
            return None
        scope = new_scope(frozenset(), BUILTINS, {})
        check = build_check(scope, tests)
        if check is None:
            return None

        def test(value: Value) -> bool:
            return check(blank_frame(scope), value)

        return test

    return make


def _imported_first(graph: Graph) -> list[str]:
    """Namespaces so that a model comes after those it imports; a circle is broken anywhere."""
    order: dict[str, None] = {}
    for start in graph.models:
        waiting = [(start, False)]
        entered: set[str] = set()
        while waiting:
            space, ready = waiting.pop()
            if ready:
                order.setdefault(space)
            elif space not in order and space not in entered:
                entered.add(space)
                waiting.append((space, True))
                needed = (each.namespace for each in graph.models[space].imports)
                waiting.extend((each, False) for each in needed if each in graph.models)
    return list(order)


def _component_names(graph: Graph) -> list[str]:
    """Names that may stand behind a dot: components of types and contexts, elements of imports."""
    names: dict[str, None] = {}
    for definitions in graph.models.values():
        waiting = list(definitions.items)
        while waiting:
            item = waiting.pop()
            names.update((part.name, None) for part in item.components)
            waiting.extend(item.components)
        logics = [each.logic for each in definitions.decisions] + [each.logic for each in definitions.functions]
        for logic in logics:
            if logic:
                names.update((name, None) for name in model.inner_names(logic))
        if len(graph.models) > 1:
            elements = (*definitions.inputs, *definitions.decisions, *definitions.functions)
            names.update((each.variable.name, None) for each in (*elements, *definitions.services))
    return list(names)
